# SPDX-License-Identifier: MIT
"""Bars over mainline kernels that show spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from ...core.release import Release

_SHOWN = ("2.6.24", "3.0", "4.0", "5.0", "6.0", "7.0")


@dataclass(frozen=True)
class Part:
    """A part of a bar: places of its first and last kernel, and a class of the style sheet."""

    first: int
    last: int
    kind: str


@dataclass(frozen=True)
class Bar:
    """One row: its name, its parts, and the same in words."""

    name: Markup | str
    parts: Sequence[Part]
    text: Markup | str
    id: str = ""


def chart(head: str, told: str, points: Sequence[Release], bars: Sequence[Bar]) -> dict[str, Any]:
    """The argument of the template macro `bars`."""
    names = [str(point) for point in points]
    return {
        "head": head,
        "told": told,
        "first": names[0],
        "last": names[-1],
        "ticks": [
            {"x": _percent(names.index(name), len(names)), "name": name}
            for name in _SHOWN
            if name in names
        ],
        "rows": [
            {
                "name": bar.name,
                "id": bar.id,
                "text": bar.text,
                "parts": [
                    {
                        "kind": part.kind,
                        "x": _percent(part.first, len(names)),
                        "width": _percent(part.last + 1 - part.first, len(names)),
                    }
                    for part in bar.parts
                ],
            }
            for bar in bars
        ],
    }


def _percent(place: int, of: int) -> str:
    return f"{100 * place / of:.2f}".rstrip("0").rstrip(".")
