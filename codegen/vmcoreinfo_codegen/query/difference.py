# SPDX-License-Identifier: MIT
"""What changed between two kernels, on one architecture or on all."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Literal

from ..core.condition import ALWAYS, equivalent
from ..core.release import Release
from ..model import Architecture, Boundary, Prediction, Schema
from ..model.kernel import Kernel
from ..model.timeline import beginning, ending, last_end
from ..record import Value
from .interface.kernels import Change, Difference
from .kernel_line import kernel_line

_ORDER = ("removed", "added", "condition", "format", "printed", "meaning")


class _Found(Value):
    change: Literal["added", "removed", "condition", "format", "printed", "meaning"]
    key: str
    old: str | None = None
    new: str | None = None
    why: str = ""
    commit: str | None = None
    replaced_by: tuple[str, ...] = ()


def difference(old: Kernel, new: Kernel, arch: Architecture | None) -> Difference:
    """Changes from `old` to `new`; the same change on several architectures is one.

    Only architectures that both kernels have are compared.
    """
    schema = new.schema
    archs = [arch] if arch else list(schema.architectures)
    archs = [a for a in archs if _has(old, a) and _has(new, a)]
    found: dict[_Found, list[str]] = {}
    for architecture in archs:
        for change in _changes(old, new, architecture):
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
    return Difference(
        old=old.told,
        old_line=kernel_line(old),
        new=new.told,
        new_line=kernel_line(new),
        arch=arch.name if arch else None,
        changes=changes,
    )


def _has(kernel: Kernel, arch: Architecture) -> bool:
    return arch.existed_in(kernel.release) and kernel.builds(arch)


def _changes(old_kernel: Kernel, new_kernel: Kernel, arch: Architecture) -> Iterator[_Found]:
    old, new, schema = old_kernel.release, new_kernel.release, new_kernel.schema
    before = {p.key: p for p in old_kernel.schema.predict(old, arch)}
    after = {p.key: p for p in schema.predict(new, arch)}
    for key, prediction in before.items():
        if key not in after:
            end = _ending(new_kernel, key, prediction, old)
            yield _Found(
                "removed",
                key,
                old=_condition(prediction),
                why=end.reason if end else "",
                commit=end.commit if end else None,
                replaced_by=tuple(_replacements(schema, key, after)),
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
        old_form = old_kernel.schema.form(was.export, old)
        new_form = schema.form(prediction.export, new)
        if old_form != new_form:
            yield _Found("printed", key, old=old_form or None, new=new_form or None)
        for change in prediction.export.changed_by(new.moment, old.moment):
            yield _Found("meaning", key, why=change.text, commit=change.boundary.commit)


def _ending(new: Kernel, key: str, prediction: Prediction, old: Release) -> Boundary | None:
    """Why an entry was removed, according to mainline or the line of the newer kernel."""
    found = ending(prediction.export.spans, new.release.moment, old.moment)
    return found or last_end([s for e in new.schema.by_key[key].exports for s in e.spans])


def _replacements(schema: Schema, key: str, there: Container[str]) -> Iterator[str]:
    """Keys that replace another and are exported, or their replacements in turn."""
    seen, left = {key}, [key]
    while left:
        for other in schema.by_key[left.pop(0)].replaced_by:
            if other in seen:
                continue
            seen.add(other)
            if other in there:
                yield other
            elif other in schema.by_key:
                left.append(other)


def _condition(prediction: Prediction) -> str | None:
    return None if prediction.condition == ALWAYS else str(prediction.condition)
