# SPDX-License-Identifier: MIT
"""The changes that make the schema match what a tree prints."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ..core.condition import ALWAYS, Condition, equivalent
from ..core.key import is_in_form
from ..core.release import Release
from ..kernel.extract import Export as Printed
from ..kernel.extract import Extraction, exports_of
from ..kernel.printing import APPEND
from ..model import Architecture, Export, Prediction, Schema
from ..model.timeline import in_mainline
from ..query.tree_difference import prints_as
from .architectures import LEFT_OPEN, architecture_of, undeclarable, unknown_folders
from .formats import alike, gather
from .moves import plan_moves
from .renames import renames
from .steps import (
    Add,
    ByHand,
    Close,
    Declare,
    Depend,
    Locate,
    Move,
    Open,
    Plan,
    Print,
    Redefine,
    Reformat,
    ReformatKind,
    Step,
)

# The same as in the schema's grammar.
_CONFIG = re.compile(r"CONFIG_[A-Za-z0-9_]+")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass
class _Seen:
    """The architectures on which schema, tree or both have an entry."""

    missing: dict[int, tuple[str, Export, list[str]]] = field(default_factory=dict)
    extra: dict[tuple[str, int, str], tuple[Printed, list[str]]] = field(default_factory=dict)
    both: list[tuple[Prediction, Printed, Condition]] = field(default_factory=list)
    again: list[tuple[str, Export, Printed]] = field(default_factory=list)
    """The second export of a key that is printed twice."""


def plan(schema: Schema, extraction: Extraction, release: Release) -> Plan:
    """The steps that bring the schema to the tree, in the order of schema and tree."""
    made = Plan(release)
    schema = _with_new_architectures(made, schema, extraction)
    archs = [
        a
        for a in schema.architectures
        if a.source in extraction.architectures and a.existed_in(release)
    ]
    seen = _compare(schema, extraction, release, archs)
    for key, export, names in seen.missing.values():
        if set(names) != set(_still_open(schema, key, export, archs, release)):
            reason = f"removed only on {' '.join(names)}: split its block with 'on'"
            made.by_hand.append(ByHand(key, reason))
        elif _began(export, release):
            reason = f"the schema adds it in {release.branch}, which lacks it: remove it"
            made.by_hand.append(ByHand(key, reason))
        else:
            made.steps.append(Close(key, export))
    for printed, names in seen.extra.values():
        _add(made, schema, extraction, printed, names)
    _change(made, schema, seen.both)
    reformatted = {id(step.export) for step in made.steps if isinstance(step, Reformat)}
    for key, export, printed in seen.again:
        format_ = schema.by_key[key].format_of(export, release)
        if id(export) not in reformatted and not prints_as(printed, format_):
            reformatted.add(id(export))
            _step(made, Reformat(key, export, printed))
    gather(made, schema, extraction)
    plan_moves(made, schema, extraction, archs)
    _declare_macros(made, schema, extraction)
    if release.branch < schema.latest:
        _leave_to_people(made)
    made.renames += renames(schema, extraction, made)
    made.by_hand += [ByHand(s.arch.name, LEFT_OPEN) for s in made.steps if isinstance(s, Declare)]
    return made


def _with_new_architectures(made: Plan, schema: Schema, extraction: Extraction) -> Schema:
    """The schema with an architecture for each unknown folder that prints."""
    new: list[Architecture] = []
    folders = unknown_folders(schema, extraction)
    for folder in folders:
        reason = undeclarable(schema, folder, len(folders))
        if reason is not None:
            made.by_hand.append(ByHand(folder, reason))
            continue
        new.append(architecture_of(schema, folder, made.release))
        made.steps.append(Declare(new[-1]))
    return replace(schema, architectures=(*schema.architectures, *new)) if new else schema


def _began(export: Export, release: Release) -> bool:
    """Whether the span that holds at a release begins there."""
    span = in_mainline(export.spans, release.branch.opening)
    return span is not None and span.since.release.branch == release.branch


def _declare_macros(made: Plan, schema: Schema, extraction: Extraction) -> None:
    used = {s.printed.macro for s in made.steps if isinstance(s, (Open, Add, Depend, Print))}
    for name in sorted(used - schema.by_macro.keys()):
        if name in extraction.macros:
            made.macros[name] = extraction.macros[name]
        else:
            made.by_hand.append(ByHand(name, "declare this macro: it does not print a single line"))


def _leave_to_people(made: Plan) -> None:
    """Leave all changes to people, as the tree of a release does not tell about later ones."""
    for step in made.steps:
        key, fact = _fact(step)
        remedy = "correct a boundary, or add a 'backport'"
        if isinstance(step, (Move, Locate)):
            remedy = "correct the 'files' of these entries"
        branch = made.release.branch
        reason = f"the tree of {branch} {fact}, but shows nothing about later releases: {remedy}"
        made.by_hand.append(ByHand(key, reason))
    made.steps.clear()
    made.macros.clear()


def _fact(step: Step) -> tuple[str, str]:
    """The key of a step, and what the tree shows of it."""
    match step:
        case Close(key=key):
            return key, "lacks it"
        case Open(key=key):
            return key, "has it"
        case Add(printed=printed):
            return printed.key, "has it"
        case Depend(key=key, condition=condition):
            shown = "always" if condition == ALWAYS else f"if {condition}"
            return key, f"prints it {shown}"
        case Print(key=key, printed=printed):
            return key, f"prints it by {printed.macro}"
        case Reformat(key=key, printed=printed):
            return key, f"prints it as {printed.format}"
        case ReformatKind(default=default, format=format_):
            return f"kind {default.kind}", f"prints it as {format_}"
        case Redefine(macro=macro, printf=printf):
            return macro.name, f"has it print '{printf}'"
        case Declare(arch=arch):
            return arch.name, "has lines of this architecture"
        case Move(path=path) | Locate(path=path):
            return path, "prints entries there"


def _still_open(
    schema: Schema, key: str, export: Export, archs: Iterable[Architecture], release: Release
) -> list[str]:
    """The architectures on which exactly this export is predicted."""
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
        last: dict[str, Printed] = {}
        for export, condition in exports_of(extraction, schema, arch):
            printed.setdefault(export.key, (export, condition))
            last[export.key] = export
        for key, prediction in predicted.items():
            if key in printed:
                seen.both.append((prediction, *printed[key]))
                here = schema.by_key[key].exports_for(arch.name, release)
                others = [other for other in here if other is not prediction.export]
                seen.again += [(key, other, last[key]) for other in others]
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
    reason = alike(entry, printed) if entry is not None else None
    if reason is not None:
        made.by_hand.append(ByHand(printed.key, reason))
        return
    if entry is not None:
        if archs is None:
            # Lines that architectures printed themselves moved to common code.
            closed = {id(step.export) for step in made.steps if isinstance(step, Close)}
            for export in entry.exports:
                if export.archs is not None and export.last is None and id(export) not in closed:
                    made.steps.append(Close(printed.key, export))
        for export in entry.exports:
            if export.last is not None and _same_archs(export.archs, archs):
                made.steps.append(Open(printed.key, export, printed))
                arch = schema.architecture(names[0])
                assert arch is not None
                known = schema.fixed_config(arch)
                was = Prediction(
                    key=printed.key,
                    condition=export.condition(made.release).simplify(known),
                    format=entry.format_of(export, made.release),
                    export=export,
                    release=made.release,
                )
                _change(made, schema, [(was, printed, printed.condition.simplify(known))])
                return
    made.steps.append(Add(printed, archs, _before(schema, extraction, printed)))


def _unwritable(printed: Printed) -> str | None:
    """Why the schema can't express what is printed, None if it can: a tree may print anything."""
    if not is_in_form(printed.key):
        return "not a valid key in a schema"
    strange = sorted(name for name in printed.condition.names() if not _CONFIG.fullmatch(name))
    if strange:
        return f"its condition is not an expression of CONFIG symbols: {strange[0]}"
    if not _WORD.fullmatch(printed.macro) or '"' in printed.printf:
        return f"printed in a form that a schema can't express: {printed.macro} {printed.printf!r}"
    return None


def _same_archs(first: tuple[str, ...] | None, second: tuple[str, ...] | None) -> bool:
    if first is None or second is None:
        return first is second
    return set(first) == set(second)


def _before(schema: Schema, extraction: Extraction, printed: Printed) -> str | None:
    """The nearest key of the schema printed before in the same file, else the nearest one after."""
    mine = [e for e in extraction.exports if e.file == printed.file]
    place = mine.index(printed)
    for other in [*reversed(mine[:place]), *mine[place + 1 :]]:
        if other.key in schema.by_key:
            return other.key
    return None


def _change(
    made: Plan, schema: Schema, both: Iterable[tuple[Prediction, Printed, Condition]]
) -> None:
    both = list(both)
    forms: dict[int, set[str]] = {}
    for prediction, printed, _ in both:
        as_said = prints_as(printed, prediction.format)
        form = prediction.format.value if as_said else printed.format
        forms.setdefault(id(prediction.export), set()).add(form)
    done: set[tuple[str, int]] = set()
    for prediction, printed, condition in both:
        export, via = prediction.export, prediction.via
        if ("condition", id(export)) not in done and not equivalent(
            condition, prediction.condition
        ):
            done.add(("condition", id(export)))
            _step(made, Depend(prediction.key, export, printed.condition, printed))
        if ("printed", id(export)) in done:
            continue
        if not prints_as(printed, prediction.format):
            done.add(("printed", id(export)))
            reason = alike(schema.by_key[prediction.key], printed)
            if len(forms[id(export)]) > 1:
                several = " and ".join(sorted(forms[id(export)]))
                reason = f"printed as {several}, by architecture: split its block with 'on'"
            if reason is not None:
                made.by_hand.append(ByHand(prediction.key, reason))
                continue
            _step(made, Reformat(prediction.key, export, printed))
        if via is None:
            continue
        same = via.macro == printed.macro and (
            printed.macro != APPEND or via.printf == printed.printf
        )
        if same:
            continue
        done.add(("printed", id(export)))
        _step(made, Print(prediction.key, export, printed))


def _step(made: Plan, step: Depend | Print | Reformat) -> None:
    reason = _unwritable(step.printed)
    if reason is None:
        made.steps.append(step)
    else:
        made.by_hand.append(ByHand(step.key, reason))
