# SPDX-License-Identifier: MIT
"""The largest size of a note: the longest lines, with the configuration that prints most."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..core.condition import ALWAYS, NEVER, Condition, Known, comparisons, size_of
from ..core.key import Kind, kind_of
from ..core.release import Release
from ..limits import Limit
from ..model import Architecture, Entry, Export, Format, Schema, Unit
from ..model.note import LINE_ROOM, text_room
from ..model.timeline import Lasting, turns
from ..record import Value
from .interface.answer import KernelLine
from .interface.kernels import Budget, BudgetLine, BudgetPoint

if TYPE_CHECKING:
    from ..kernel.extract import Extraction

# The most digits that a value of a unit has on a real kernel. Offsets and sizes of structs stay
# below 10 MB, and no count exceeds ten digits: kernels have at most 4096 CPUs and 2^32 sections.
_DIGITS = {
    Unit.BYTES: 7,
    Unit.COUNT: 10,
    Unit.BITS: 2,
    Unit.BIT: 2,
    Unit.INDEX: 10,
    Unit.SECONDS: 10,
    Unit.BOOLEAN: 1,
    Unit.PAGE_TYPE: 11,
}
_LONGEST_SHOWN = 10
# The symbols that conditions of a kernel share have some hundred configurations.
_MOST_TRIED = 1_000_000
Groups = Mapping[Condition, list[int]]
"""Line sizes by the condition under which the lines are printed."""


class BudgetError(Exception):
    """There are more configurations than can be tried."""


# The fewest digits; addresses always have all of theirs, and `6.12` is a short release.
_LEAST = {
    Format.DECIMAL: 1,
    Format.SIGNED: 1,
    Format.PREFIXED_HEX: 3,
    Format.STRING: 4,
}
_RELEASE_STRING = 64
_BUILD_ID = 40


class Line(Value):
    """A line that can be printed, with its largest and smallest size in bytes."""

    key: str
    bytes: int
    least: int
    condition: Condition


def line_of(key: str, format_: Format, unit: Unit | None, bits: int, condition: Condition) -> Line:
    around = len(key) + 2
    most = width(key, format_, unit, bits)
    return Line(key, around + most, around + _LEAST.get(format_, most), condition)


def width(key: str, format_: Format, unit: Unit | None, bits: int) -> int:
    """The largest size of a value in bytes, on a machine with this word size."""
    match format_:
        case Format.HEX:
            return bits // 4
        case Format.PREFIXED_HEX:
            # riscv and arm64 print some with %llx, so assume 64 bits everywhere.
            return 18
        case Format.FLAG:
            return 1
        case Format.STRING:
            return _RELEASE_STRING
        case Format.HEXBYTES:
            return _BUILD_ID
    if kind_of(key) is Kind.NUMBER and unit is Unit.BYTES:
        return 10  # KERNEL_IMAGE_SIZE
    full = 20 if bits == 64 else 11
    return min(_DIGITS.get(unit, full), full) if unit else full


def lines_of_release(schema: Schema, release: Release, arch: Architecture) -> list[Line]:
    """Every line; a line that is printed twice (`quirk duplicate`) has two."""
    lines: list[Line] = []
    if not arch.existed_in(release):
        return lines
    known = schema.fixed_config(arch)
    for entry in schema.entries:
        for export in entry.exports:
            if export.concerns(arch.name):
                line = _line(entry, export, release, arch, known)
                if line is not None:
                    lines.append(line)
    return lines


def _line(
    entry: Entry, export: Export, release: Release, arch: Architecture, known: Known
) -> Line | None:
    """The line that an export prints in a release; None if it prints none."""
    if not export.contains(release):
        return None
    condition = export.condition(release).simplify(known)
    if condition == NEVER:
        return None
    printed = entry.format_of(export, release)
    return line_of(entry.key, printed, export.unit, arch.bits, condition)


def lines_of_tree(schema: Schema, extraction: Extraction, arch: Architecture) -> list[Line]:
    # Imported here because loading the C reader takes longer than computing a bound.
    from ..kernel.extract import exports_of

    lines = []
    for export, condition in exports_of(extraction, schema, arch):
        entry = schema.by_key.get(export.key)
        unit = entry.unit if entry else None
        lines.append(line_of(export.key, Format(export.format), unit, arch.bits, condition))
    return lines


def bound(
    lines: Iterable[Line], config: Mapping[str, bool | int] | None
) -> tuple[int, int, dict[str, bool | int]]:
    """The largest size in bytes, the number of lines, and a configuration that prints them.

    Lines are grouped by condition, and all configurations of the symbols in the conditions are
    tried, so that lines which exclude each other are not added up; symbols that no condition
    combines are tried separately. Raises BudgetError if there are too many.
    """
    groups: dict[Condition, list[int]] = {}
    for line in lines:
        condition = line.condition.simplify(config) if config else line.condition
        groups.setdefault(condition, []).append(line.bytes)
    limit = Limit("configurations", _MOST_TRIED, "operands of conditions", BudgetError)
    best = [_best(part, limit) for part in _apart(groups)]
    known = {name: value for _, _, found in best for name, value in found.items()}
    return (
        sum(most for most, _, _ in best),
        sum(entries for _, entries, _ in best),
        dict(sorted(known.items())),
    )


def _apart(groups: Groups) -> Iterable[Groups]:
    """The conditions in groups that share no symbol."""
    parts: list[tuple[set[str], Groups]] = []
    for condition, found in groups.items():
        names = set(condition.names())
        part: Groups = {condition: found}
        apart = []
        for other, conditions in parts:
            if names & other:
                names |= other
                part = {**conditions, **part}
            else:
                apart.append((other, conditions))
        parts = [*apart, (names, part)]
    return [part for _, part in parts]


def _best(groups: Groups, limit: Limit) -> tuple[int, int, dict[str, bool | int]]:
    names = sorted(frozenset[str]().union(*(c.names() for c in groups)))
    numbers: dict[str, set[int]] = {}
    for condition in groups:
        for name, number in comparisons(condition):
            numbers.setdefault(name, {-1}).add(number)
    choices = [sorted(numbers[n]) if n in numbers else [False, True] for n in names]
    best: tuple[int, int, dict[str, bool | int]] = (-1, 0, {})
    cost = sum(map(size_of, groups))
    for values in itertools.product(*choices):
        limit.spend(cost)
        known: dict[str, bool | int] = dict(zip(names, values, strict=True))
        held = [found for condition, found in groups.items() if condition.evaluate(known)]
        total = sum(map(sum, held))
        if total > best[0]:
            best = (total, sum(map(len, held)), known)
    return best


def budget(
    schema: Schema,
    name: str,
    lines: list[Line],
    release: Release,
    arch: Architecture,
    config: Mapping[str, bool | int] | None,
    line: KernelLine | None = None,
) -> Budget:
    """The bound for some lines, with the trend over the schema's releases."""
    most, entries, known = bound(lines, config)
    longest = sorted(lines, key=lambda line: (-line.bytes, line.key))[:_LONGEST_SHOWN]
    return Budget(
        kernel=name,
        line=line,
        arch=arch.name,
        bytes=most,
        room=text_room(release, arch),
        entries=entries,
        config=known,
        line_room=LINE_ROOM,
        longest=[
            BudgetLine(
                key=line.key,
                bytes=line.bytes,
                condition=None if line.condition == ALWAYS else str(line.condition),
            )
            for line in longest
        ],
        trend=_trend(schema, arch, config),
    )


def _trend(
    schema: Schema, arch: Architecture, config: Mapping[str, bool | int] | None
) -> list[BudgetPoint]:
    releases = schema.releases_of(arch)
    steps = _steps(schema, arch, releases)
    there: dict[int, Line | None] = {}
    most = entries = 0
    points = []
    for place, release in enumerate(releases):
        if place in steps:
            there |= steps[place]
            lines = [line for line in there.values() if line is not None]
            most, entries, _ = bound(lines, config)
        room = text_room(release, arch)
        points.append(BudgetPoint(release=str(release), bytes=most, entries=entries, room=room))
    return points


def _steps(
    schema: Schema, arch: Architecture, releases: Sequence[Release]
) -> Mapping[int, Mapping[int, Line | None]]:
    """The lines that differ from the release before, None for those that are no longer printed.

    The outer keys are places of releases, the inner ones numbers of exports. Each export is only
    evaluated at its own bounds, as most lines stay the same for a hundred releases.
    """
    known = schema.fixed_config(arch)
    steps: dict[int, dict[int, Line | None]] = {}
    exports = (
        (entry, export)
        for entry in schema.entries
        for export in entry.exports
        if export.concerns(arch.name)
    )
    for number, (entry, export) in enumerate(exports):
        before = None
        lasting: list[Lasting] = [*export.spans, *export.dependencies, *export.formats]
        for place in turns(lasting, releases):
            line = _line(entry, export, releases[place], arch, known)
            if line != before:
                steps.setdefault(place, {})[number] = line
                before = line
    return steps
