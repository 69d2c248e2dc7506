# SPDX-License-Identifier: MIT
"""Differences between vendors' lines and their base, as answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal

from ..core.condition import ALWAYS
from ..model import Schema
from ..model.line import Line
from ..model.line_steps import LineStep, architectures_of, line_steps
from ..record import replace
from .interface.kernels import LineChanged

Change = Literal["added", "removed", "changed"]


def line_changes(
    schema: Schema, line: Line, keys: Collection[str] | None = None
) -> list[LineChanged]:
    """The changes build by build; the same change on several architectures is one."""
    names = [arch.name for arch in architectures_of(schema, line)]
    found: dict[LineChanged, list[str]] = {}
    for step in line_steps(schema, line, keys):
        if step.is_change:
            found.setdefault(_told(step), []).extend(step.archs or names)
    return list(_on_architectures(found, names))


def _on_architectures(
    found: dict[LineChanged, list[str]], names: list[str]
) -> Iterator[LineChanged]:
    for change, archs in found.items():
        here = [name for name in names if name in archs]
        yield replace(change, archs=None if here == names else here)


def _told(step: LineStep) -> LineChanged:
    """The change, without its architectures."""
    like = step.change.like
    own = step.after if like is None else None
    return LineChanged(
        line=step.line.name,
        vendor=step.line.vendor,
        release=step.build.release or None,
        build=str(step.build.first),
        archs=None,
        key=step.key,
        change=_change(step),
        like=str(like) if like is not None else None,
        condition=str(own.condition) if own and own.condition != ALWAYS else None,
        format=own.format.value if own else None,
    )


def _change(step: LineStep) -> Change:
    if step.after is None:
        return "removed"
    return "added" if step.before is None else "changed"
