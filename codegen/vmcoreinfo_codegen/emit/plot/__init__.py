# SPDX-License-Identifier: MIT
"""The trend of a note's size as an SVG."""

from __future__ import annotations

from typing import Any

from ...query.interface.kernels import Budget
from ..product import environment

_WIDTH, _HEIGHT = 900, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 20, 40, 60
_STEP = 1024


def plot(budget: Budget) -> str:
    """A curve of the upper bound over releases, and the room in each release."""
    points = budget.trend
    most = max(max(p.bytes, p.room) for p in points)
    top = (most // _STEP + 1) * _STEP

    def x(index: int) -> float:
        span = max(len(points) - 1, 1)
        return round(_LEFT + index * (_WIDTH - _LEFT - _RIGHT) / span, 1)

    def y(value: int) -> float:
        return round(_HEIGHT - _BOTTOM - value * (_HEIGHT - _TOP - _BOTTOM) / top, 1)

    every = max(1, len(points) // 14)
    shown: dict[str, Any] = {
        "width": _WIDTH,
        "height": _HEIGHT,
        "left": _LEFT,
        "right": _WIDTH - _RIGHT,
        "base": _HEIGHT - _BOTTOM,
        "arch": budget.arch,
        "curve": " ".join(f"{x(i)},{y(p.bytes)}" for i, p in enumerate(points)),
        "room": " ".join(f"{x(i)},{y(p.room)}" for i, p in enumerate(points)),
        "lines": [{"y": y(v), "label": str(v)} for v in range(0, top + 1, _STEP)],
        "ticks": [{"x": x(i), "label": p.release} for i, p in enumerate(points) if i % every == 0],
        "points": [
            {
                "x": x(i),
                "y": y(p.bytes),
                "title": f"{p.release}: {p.bytes} bytes, {p.entries} lines",
            }
            for i, p in enumerate(points)
        ],
    }
    return environment("emit.plot").get_template("budget.svg.j2").render(shown)
