# SPDX-License-Identifier: MIT
"""Entries, from the tree to the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from ...core.key import kind_of
from ...problem import LANGUAGE, Problem, collect
from ...syntax import tree
from ..entry import Behind, Change, DebugInfo, Dependency, Entry, Export, KindDefault, Quirk, Via
from ..vocabulary import Format, QuirkKind, Unit
from .reading import Reader


class _Printed(NamedTuple):
    """How an entry is printed, as far as it is said."""

    format: Format | None = None
    unit: Unit | None = None
    vias: tuple[Via, ...] = ()


def exports(read: Reader, block: tree.Entry) -> list[tuple[Export, Format]]:
    """The exports of one block: its own, and one for each `on` inside."""
    default = read.names.kinds.get(kind_of(str(block.key)))
    outer = _export(read, block, read.arch_names(block.archs), None, default)
    inner = []
    for on in block.body:
        if isinstance(on, tree.On):
            found = _export(read, on, read.arch_names(on.archs), outer, default)
            if found and found[0].spans:
                inner.append(found)
    if outer is None:
        return []
    if outer[0].spans:
        return [outer, *inner]
    # What only the block can say is about the architectures inside it.
    said = {
        name: getattr(outer[0], name)
        for name in ("absent", "quirks", "changes", "replaces", "replaced_by")
    }
    return [(replace(export, **said), format_) for export, format_ in inner]


def _export(
    read: Reader,
    block: tree.Entry | tree.On,
    archs: tuple[str, ...] | None,
    outer: tuple[Export, Format] | None,
    default: KindDefault | None,
) -> tuple[Export, Format] | None:
    """What a block says; what it leaves out is as in the block around it, or as its kind has it."""
    without = _Printed()
    if outer is not None:
        without = _Printed(outer[1], outer[0].unit, outer[0].vias)
    elif default is not None:
        without = _Printed(default.format, default.unit, default.vias)
    format_, unit = printed_value(read, block)
    printed = _Printed(
        format_ or without.format, unit or without.unit, vias(read, block) or without.vias
    )
    if printed.format is None:
        if read.one(block, tree.Value) is None:
            read.problem(block, "no 'value': how is it printed?")
        return None
    spans = read.spans(block)
    inside = any(isinstance(node, tree.On) for node in block.body)
    if not spans and not inside:
        read.problem(block, "no 'since': when did it come?")
    export = Export(
        archs=archs,
        section=read.section,
        doc=read.text(block, tree.Doc) or (outer[0].doc if outer else ""),
        absent=read.text(block, tree.Absent),
        unit=printed.unit,
        spans=spans,
        vias=printed.vias,
        dependencies=_dependencies(read, block) or (outer[0].dependencies if outer else ()),
        debug_infos=_debug_infos(read, block) or (outer[0].debug_infos if outer else ()),
        behind=_behind(read, block) or (outer[0].behind if outer else ()),
        quirks=_quirks(read, block, archs),
        changes=_changes(read, block),
        replaces=tuple(map(str, read.words(block, tree.Replaces))),
        replaced_by=tuple(map(str, read.words(block, tree.ReplacedBy))),
        repeats=tuple(
            read.at(clause)
            for clause in block.clauses
            if (isinstance(clause, tree.Value) and printed[:2] == without[:2])
            or (isinstance(clause, tree.Via) and printed.vias == without.vias)
        ),
        location=read.at(block.key if isinstance(block, tree.Entry) else block),
    )
    return export, printed.format


def printed_value(read: Reader, block: tree.Block) -> tuple[Format | None, Unit | None]:
    """What the `value` of a block says."""
    value = read.one(block, tree.Value)
    if value is None:
        return None, None
    return (
        read.known(Format, value.format, "format"),
        read.known(Unit, value.unit, "unit") if value.unit else None,
    )


def vias(read: Reader, block: tree.Block) -> tuple[Via, ...]:
    """What the `via` lines of a block say."""
    return tuple(
        Via(
            macro=str(clause.macro),
            printf=str(clause.printf) if clause.printf else None,
            **read.bounds(clause.range),
        )
        for clause in block.clauses
        if isinstance(clause, tree.Via)
    )


def _dependencies(read: Reader, block: tree.Block) -> tuple[Dependency, ...]:
    return tuple(
        Dependency(condition=clause.condition, **read.bounds(clause.range))
        for clause in block.clauses
        if isinstance(clause, tree.DependsOn)
    )


def _debug_infos(read: Reader, block: tree.Block) -> tuple[DebugInfo, ...]:
    return tuple(
        DebugInfo(expression=clause.expression, **read.bounds(clause.range))
        for clause in block.clauses
        if isinstance(clause, tree.DebugInfo)
    )


def _behind(read: Reader, block: tree.Block) -> tuple[Behind, ...]:
    return tuple(
        Behind(
            names=tuple(map(str, clause.names)),
            location=read.at(clause),
            **read.bounds(clause.range),
        )
        for clause in block.clauses
        if isinstance(clause, tree.Behind)
    )


def _quirks(read: Reader, block: tree.Block, archs: tuple[str, ...] | None) -> tuple[Quirk, ...]:
    quirks = []
    for clause in block.clauses:
        if not isinstance(clause, tree.Quirk):
            continue
        kind = read.known(QuirkKind, clause.kind, "kind of quirk")
        ranges = []
        for bounds in clause.ranges:
            if bounds.since is None:
                read.problem(clause, "a range without a 'since'", "since which release?")
                continue
            since, until = read.release(bounds.since), read.optional_release(bounds.until)
            if since is not None:
                ranges.append((since, until))
        if kind is not None:
            quirks.append(
                Quirk(
                    kind=kind,
                    ranges=tuple(ranges),
                    archs=read.arch_names(clause.archs) or archs,
                    text=str(clause.text),
                    begins=tuple(map(str, clause.begins or ())),
                    location=read.at(clause),
                )
            )
    return tuple(quirks)


def _changes(read: Reader, block: tree.Block) -> tuple[Change, ...]:
    changes = []
    for clause in block.clauses:
        if isinstance(clause, tree.Changed):
            boundary = read.boundary(clause.boundary)
            if boundary is not None:
                changes.append(
                    Change(
                        boundary=boundary,
                        text=str(clause.text),
                        location=read.at(clause),
                    )
                )
    return tuple(changes)


def entry(key: str, found: Sequence[tuple[Export, Format]], problems: list[Problem]) -> Entry:
    """The entry of a key, of all its blocks."""
    formats = {format_ for _, format_ in found}
    if len(formats) > 1:
        export = found[-1][0]
        message = f"{key} has two formats: {', '.join(sorted(formats))}"
        hint = "a key is read in one way on all architectures"
        collect(problems, Problem(export.location, LANGUAGE, message, hint))
    return Entry(
        key=key,
        kind=kind_of(key),
        format=found[0][1],
        exports=tuple(export for export, _ in found),
    )
