# SPDX-License-Identifier: MIT
"""What changed between two kernels, on one architecture or on all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..core.condition import ALWAYS, equivalent
from ..core.release import Release
from ..model import Architecture, Prediction, Schema
from ..model.timeline import beginning, ending
from .interface.kernels import Change, Difference

_ORDER = ("removed", "added", "condition", "format", "printed", "meaning")


@dataclass(frozen=True)
class _Found:
    change: Literal["added", "removed", "condition", "format", "printed", "meaning"]
    key: str
    old: str | None = None
    new: str | None = None
    why: str = ""
    commit: str | None = None
    replaced_by: tuple[str, ...] = ()


def difference(schema: Schema, old: Release, new: Release, arch: Architecture | None) -> Difference:
    """Changes from `old` to `new`, those that are the same on every architecture as one.

    Only architectures that both kernels have count.
    """
    archs = [arch] if arch else list(schema.architectures)
    archs = [a for a in archs if a.existed_in(old) and a.existed_in(new)]
    found: dict[_Found, list[str]] = {}
    for architecture in archs:
        for change in _changes(schema, old, new, architecture):
            found.setdefault(change, []).append(architecture.name)
    order = {entry.key: place for place, entry in enumerate(schema.entries)}
    ordered = sorted(found, key=lambda f: (_ORDER.index(f.change), order[f.key]))
    changes = [
        Change(
            change=change.change,
            key=change.key,
            archs=None if len(found[change]) == len(archs) else found[change],
            old=change.old,
            new=change.new,
            why=change.why,
            commit=change.commit,
            replaced_by=list(change.replaced_by),
        )
        for change in ordered
    ]
    return Difference(old=str(old), new=str(new), arch=arch.name if arch else None, changes=changes)


def _changes(schema: Schema, old: Release, new: Release, arch: Architecture) -> Iterator[_Found]:
    before = {p.key: p for p in schema.predict(old, arch)}
    after = {p.key: p for p in schema.predict(new, arch)}
    for key, prediction in before.items():
        if key not in after:
            end = ending(prediction.export.spans, new.moment, old.moment)
            yield _Found(
                "removed",
                key,
                old=_condition(prediction),
                why=end.reason if end else "",
                commit=end.commit if end else None,
                replaced_by=schema.by_key[key].replaced_by,
            )
    for key, prediction in after.items():
        if key not in before:
            start = beginning(prediction.export.spans, new.moment)
            yield _Found(
                "added",
                key,
                new=_condition(prediction),
                why=start.reason if start else "",
                commit=start.commit if start else None,
            )
            continue
        was = before[key]
        if not equivalent(was.condition, prediction.condition):
            yield _Found(
                "condition",
                key,
                old=_condition(was) or "always",
                new=_condition(prediction) or "always",
            )
        if was.format is not prediction.format:
            yield _Found("format", key, old=was.format.value, new=prediction.format.value)
        old_form, new_form = schema.form(was.export, old), schema.form(prediction.export, new)
        if old_form != new_form:
            yield _Found("printed", key, old=old_form or None, new=new_form or None)
        for change in prediction.export.changed_by(new.moment, old.moment):
            yield _Found("meaning", key, why=change.text, commit=change.boundary.commit)


def _condition(prediction: Prediction) -> str | None:
    return None if prediction.condition == ALWAYS else str(prediction.condition)
