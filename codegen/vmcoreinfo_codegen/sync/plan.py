# SPDX-License-Identifier: MIT
"""What has to change in the schema so that it says what a tree prints."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..core.condition import Condition, equivalent
from ..core.key import is_in_form
from ..core.release import Release
from ..kernel.extract import Export as Printed
from ..kernel.extract import Extraction, exports_of
from ..kernel.printing import APPEND
from ..model import Architecture, Export, Prediction, Schema

# As the grammar of the schema has them.
_CONFIG = re.compile(r"CONFIG_[A-Za-z0-9_]+")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Close:
    """The entry is gone: `until` to an open span."""

    key: str
    export: Export


@dataclass(frozen=True)
class Open:
    """The entry is there again: another `since` where one was closed before."""

    key: str
    export: Export
    printed: Printed


@dataclass(frozen=True)
class Add:
    """An entry, or a key on more architectures; `after` is the key that is printed before it."""

    printed: Printed
    archs: tuple[str, ...] | None
    after: str | None


@dataclass(frozen=True)
class Depend:
    """The entry is printed under another condition."""

    key: str
    export: Export
    condition: Condition
    printed: Printed


@dataclass(frozen=True)
class Print:
    """The entry is printed by another macro or format string, its format being the same."""

    key: str
    export: Export
    printed: Printed


@dataclass(frozen=True)
class ByHand:
    """What is not done here, and why."""

    key: str
    reason: str


Step = Close | Open | Add | Depend | Print


@dataclass
class Plan:
    """The steps to a release, and what is left to people."""

    release: Release
    steps: list[Step] = field(default_factory=list)
    by_hand: list[ByHand] = field(default_factory=list)
    macros: dict[str, str] = field(default_factory=dict)
    """Macros to be declared, with what they print."""


@dataclass
class _Seen:
    """On which architectures schema and tree have an entry, together or alone."""

    missing: dict[int, tuple[str, Export, list[str]]] = field(default_factory=dict)
    extra: dict[tuple[str, int, str], tuple[Printed, list[str]]] = field(default_factory=dict)
    both: list[tuple[Prediction, Printed, Condition]] = field(default_factory=list)


def plan(schema: Schema, extraction: Extraction, release: Release) -> Plan:
    """The steps from schema to tree, in the order of schema and tree."""
    archs = [
        a
        for a in schema.architectures
        if a.source in extraction.architectures and a.existed_in(release)
    ]
    seen = _compare(schema, extraction, release, archs)
    made = Plan(release)
    for key, export, names in seen.missing.values():
        if set(names) == set(_still_open(schema, key, export, archs, release)):
            made.steps.append(Close(key, export))
        else:
            made.by_hand.append(
                ByHand(key, f"gone on {' '.join(names)} alone: split its block by 'on'")
            )
    for printed, names in seen.extra.values():
        _add(made, schema, extraction, printed, names)
    _change(made, seen.both)
    declared = schema.by_macro
    used = {s.printed.macro for s in made.steps if not isinstance(s, Close)}
    for name in sorted(used - declared.keys()):
        if name in extraction.macros:
            made.macros[name] = extraction.macros[name]
        else:
            made.by_hand.append(ByHand(name, "declare this macro: what it prints is not one line"))
    return made


def _still_open(
    schema: Schema, key: str, export: Export, archs: Iterable[Architecture], release: Release
) -> list[str]:
    """The architectures on which this very export is the one that is predicted."""
    entry = schema.by_key[key]
    return [
        arch.name
        for arch in archs
        if (predicted := schema.predict_entry(entry, release, arch)) is not None
        and predicted.export is export
    ]


def _compare(
    schema: Schema, extraction: Extraction, release: Release, archs: Iterable[Architecture]
) -> _Seen:
    seen = _Seen()
    for arch in archs:
        predicted = {p.key: p for p in schema.predict(release, arch)}
        printed: dict[str, tuple[Printed, Condition]] = {}
        for export, condition in exports_of(extraction, schema, arch):
            printed.setdefault(export.key, (export, condition))
        for key, prediction in predicted.items():
            if key in printed:
                seen.both.append((prediction, *printed[key]))
                continue
            _, _, names = seen.missing.setdefault(
                id(prediction.export), (key, prediction.export, [])
            )
            names.append(arch.name)
        for key, (export, _) in printed.items():
            if key not in predicted:
                place = (export.file, export.line, key)
                seen.extra.setdefault(place, (export, []))[1].append(arch.name)
    return seen


def _add(
    made: Plan, schema: Schema, extraction: Extraction, printed: Printed, names: list[str]
) -> None:
    reason = _unwritable(printed)
    if reason is not None:
        made.by_hand.append(ByHand(printed.key, reason))
        return
    entry = schema.by_key.get(printed.key)
    archs = None if printed.arch is None else tuple(names)
    if entry is not None and entry.format.value != printed.format:
        made.by_hand.append(
            ByHand(printed.key, f"printed as {printed.format}, but the schema reads {entry.format}")
        )
        return
    if entry is not None:
        if archs is None:
            # What architectures printed by themselves moved to the code of all.
            closed = {id(step.export) for step in made.steps if isinstance(step, Close)}
            for export in entry.exports:
                if export.archs is not None and export.last is None and id(export) not in closed:
                    made.steps.append(Close(printed.key, export))
        for export in entry.exports:
            if export.last is not None and _same_archs(export.archs, archs):
                made.steps.append(Open(printed.key, export, printed))
                return
    made.steps.append(Add(printed, archs, _before(schema, extraction, printed)))


def _unwritable(printed: Printed) -> str | None:
    """Why the schema can't say what is printed, None where it can: a tree may print anything."""
    if not is_in_form(printed.key):
        return "it is no key that a schema can have"
    strange = sorted(name for name in printed.condition.names() if not _CONFIG.fullmatch(name))
    if strange:
        return f"its condition is no expression over CONFIG symbols: {strange[0]}"
    if not _WORD.fullmatch(printed.macro) or '"' in printed.printf:
        return f"printed in a way that a schema can't have: {printed.macro} {printed.printf!r}"
    return None


def _same_archs(first: tuple[str, ...] | None, second: tuple[str, ...] | None) -> bool:
    if first is None or second is None:
        return first is second
    return set(first) == set(second)


def _before(schema: Schema, extraction: Extraction, printed: Printed) -> str | None:
    """The nearest key before it in its file that the schema has, else the nearest behind."""
    mine = [e for e in extraction.exports if e.file == printed.file]
    place = mine.index(printed)
    for other in [*reversed(mine[:place]), *mine[place + 1 :]]:
        if other.key in schema.by_key:
            return other.key
    return None


def _change(made: Plan, both: Iterable[tuple[Prediction, Printed, Condition]]) -> None:
    done: set[tuple[str, int]] = set()
    for prediction, printed, condition in both:
        export, via = prediction.export, prediction.via
        if ("condition", id(export)) not in done and not equivalent(
            condition, prediction.condition
        ):
            done.add(("condition", id(export)))
            _step(made, Depend(prediction.key, export, printed.condition, printed))
        if ("via", id(export)) in done or via is None:
            continue
        same = via.macro == printed.macro and (
            printed.macro != APPEND or via.printf == printed.printf
        )
        if same:
            continue
        done.add(("via", id(export)))
        if printed.format == prediction.format.value or printed.printf.endswith("=%s"):
            _step(made, Print(prediction.key, export, printed))
        else:
            reason = f"printed as {printed.format} now, was {prediction.format}"
            made.by_hand.append(ByHand(prediction.key, reason))


def _step(made: Plan, step: Depend | Print) -> None:
    reason = _unwritable(step.printed)
    if reason is None:
        made.steps.append(step)
    else:
        made.by_hand.append(ByHand(step.key, reason))
