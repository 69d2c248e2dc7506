# SPDX-License-Identifier: MIT
"""Entries, from the tree to the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from ...core.condition import NEVER
from ...core.key import kind_of
from ...syntax import tree
from ..base import Span
from ..entry import (
    Behind,
    Change,
    DebugInfo,
    Dependency,
    Entry,
    Equal,
    Export,
    KindDefault,
    MemberType,
    Printed,
    Quirk,
    Via,
)
from ..timeline import holds, meets
from ..vocabulary import Format, QuirkKind, Unit, read_as
from .reading import Reader


class _Said(NamedTuple):
    """The clauses that say how an entry is printed."""

    formats: tuple[Printed, ...] = ()
    unit: Unit | None = None
    vias: tuple[Via, ...] = ()


def exports(read: Reader, block: tree.Entry) -> list[Export]:
    """The exports of a block: its own, and one for each `on` in it."""
    default = read.names.kinds.get(kind_of(str(block.key)))
    outer = _export(read, block, read.arch_names(block.archs), None, default)
    inner = []
    for on in block.body:
        if isinstance(on, tree.On):
            found = _export(read, on, read.arch_names(on.archs), outer, default)
            if found and found.spans:
                inner.append(found)
    if outer is None:
        return []
    if outer.spans:
        return [outer, *inner]
    # Clauses that only the outer block can have apply to the architectures inside it.
    said = {
        name: getattr(outer, name)
        for name in ("absent", "quirks", "changes", "replaces", "replaced_by")
    }
    return [replace(export, **said) for export in inner]


def _export(
    read: Reader,
    block: tree.Entry | tree.On,
    archs: tuple[str, ...] | None,
    outer: Export | None,
    default: KindDefault | None,
) -> Export | None:
    """The export of a block; missing clauses are taken from the outer block, or from the kind."""
    without = _Said()
    if outer is not None:
        without = _Said(outer.formats, outer.unit, outer.vias)
    elif default is not None:
        without = _Said(default.formats, default.unit, default.vias)
    formats, unit = values(read, block)
    said = _Said(
        formats or without.formats, unit or without.unit, vias(read, block) or without.vias
    )
    if not said.formats:
        if not any(isinstance(clause, tree.Value) for clause in block.clauses):
            read.problem(block, "no 'value'; give the format it is printed in")
        return None
    spans = read.spans(block)
    inside = any(isinstance(node, tree.On) for node in block.body)
    if not spans and not inside:
        read.problem(block, "no 'since'; give the release that added it")
    return Export(
        archs=archs,
        section=read.section,
        subsystem=read.subsystem,
        doc=read.text(block, tree.Doc) or (outer.doc if outer else ""),
        absent=read.text(block, tree.Absent),
        unit=said.unit,
        spans=spans,
        formats=said.formats,
        vias=said.vias,
        dependencies=_dependencies(read, block) or (outer.dependencies if outer else ()),
        debug_infos=debug_infos(read, block) or (outer.debug_infos if outer else ()),
        behind=_behind(read, block) or (outer.behind if outer else ()),
        types=_types(read, block) or (outer.types if outer else ()),
        is_first=read.one(block, tree.First) is not None or (outer is not None and outer.is_first),
        equals=_equals(read, block) or (outer.equals if outer else None),
        quirks=_quirks(read, block, archs),
        changes=_changes(read, block),
        replaces=tuple(map(str, read.words(block, tree.Replaces))),
        replaced_by=tuple(map(str, read.words(block, tree.ReplacedBy))),
        repeats=tuple(
            read.at(clause)
            for clause in block.clauses
            if (isinstance(clause, tree.Value) and said[:2] == without[:2])
            or (isinstance(clause, tree.Via) and said.vias == without.vias)
        ),
        location=read.at(block.key if isinstance(block, tree.Entry) else block),
    )


def values(read: Reader, block: tree.Block) -> tuple[tuple[Printed, ...], Unit | None]:
    """The `value` lines of a block: formats over time, and one unit."""
    clauses = [clause for clause in block.clauses if isinstance(clause, tree.Value)]
    for again in [clause for clause in clauses if clause.range is None][1:]:
        read.problem(again, "a second 'value' in one block", "limit them with 'since' or 'until'")
    formats: list[Printed] = []
    units: dict[Unit, None] = {}
    for clause in clauses:
        format_ = read.known(Format, clause.format, "format")
        if format_ is not None:
            formats.append(Printed(format=format_, **read.bounds(clause.range)))
        unit = read.known(Unit, clause.unit, "unit") if clause.unit else None
        if unit is not None and units and unit not in units:
            read.problem(clause, f"a second unit {unit} after {next(iter(units))}")
        elif unit is not None:
            units[unit] = None
    return tuple(formats), next(iter(units), None)


def vias(read: Reader, block: tree.Block) -> tuple[Via, ...]:
    """The `via` lines of a block."""
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
    if read.one(block, tree.OutOfTree) is not None:
        for clause in block.clauses:
            if isinstance(clause, tree.DependsOn):
                read.problem(clause, "an out-of-tree entry can't have 'depends on'")
        return (Dependency(condition=NEVER),)
    return tuple(
        Dependency(condition=clause.condition, **read.bounds(clause.range))
        for clause in block.clauses
        if isinstance(clause, tree.DependsOn)
    )


def _types(read: Reader, block: tree.Block) -> tuple[MemberType, ...]:
    return tuple(
        MemberType(
            type=str(clause.type), location=read.at(clause.type), **read.bounds(clause.range)
        )
        for clause in block.clauses
        if isinstance(clause, tree.MemberType)
    )


def _equals(read: Reader, block: tree.Block) -> Equal | None:
    clause = read.one(block, tree.Equals)
    if clause is None:
        return None
    return Equal(expression=clause.expression, location=read.at(clause))


def debug_infos(read: Reader, block: tree.Block) -> tuple[DebugInfo, ...]:
    return tuple(
        DebugInfo(
            expression=clause.expression,
            archs=read.arch_names(clause.archs),
            **read.bounds(clause.range),
        )
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
                read.problem(clause, "a range without a 'since'", "give the first release")
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


def entry(key: str, found: Sequence[Export]) -> Entry:
    """The entry of a key from all its blocks."""
    said = [_in_life(export) for export in found]
    format_ = read_as({p.format for printed in said for p in printed}) or said[0][0].format
    alike = (Printed(format=format_),)
    return Entry(
        key=key,
        kind=kind_of(key),
        format=format_,
        exports=tuple(
            replace(export, formats=() if printed == alike else printed)
            for export, printed in zip(found, said)
        ),
    )


def _in_life(export: Export) -> tuple[Printed, ...]:
    """The formats in which some kernel prints it, without bounds if it is always the same."""
    if len(export.formats) == 1 and export.formats[0].bounds == (None, None):
        return export.formats
    held = [p for p in export.formats if any(_is_of(p, span) for span in export.spans)]
    if len(held) == 1 and all(_is_all_of(held[0], span) for span in export.spans):
        return (Printed(format=held[0].format),)
    return tuple(held) or export.formats


def _is_of(printed: Printed, span: Span) -> bool:
    return meets(printed, span.bounds) or any(holds(printed, b.moment) for b in span.branches)


def _is_all_of(printed: Printed, span: Span) -> bool:
    since, until = printed.since, printed.until
    begin, end = span.since.release.opening, span.until.release.opening if span.until else None
    return (since is None or since.opening <= begin) and (
        until is None or (end is not None and end <= until.opening)
    )
