# SPDX-License-Identifier: MIT
"""What the sources of a tool read, as an answer, and compared with the needs in the schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..core.tool import ToolRelease
from ..model import Schema
from ..model.consumer import Consumer
from ..model.vocabulary import Format
from ..problem import Location
from ..tool.reading import Read, ToolReading
from .interface.kernels import NotUnderstood
from .interface.tools import Disagreement, ToolChange, ToolDifference, ToolExtracted, ToolRead

Where = frozenset[str] | None
"""Architectures; None means all."""
_IN_BASE = {
    10: frozenset({Format.DECIMAL}),
    16: frozenset({Format.HEX, Format.PREFIXED_HEX}),
    0: frozenset({Format.DECIMAL, Format.PREFIXED_HEX}),
}


def tool_extracted(consumer: Consumer, reading: ToolReading) -> ToolExtracted:
    """All reads found in a tree."""
    return ToolExtracted(
        tool=consumer.name,
        tree=reading.tree,
        files=reading.files,
        reads=[
            ToolRead(
                key=read.key,
                arch=read.arch,
                file=read.file,
                line=read.line,
                function=read.function,
                form=read.form,
                base=list(read.bases),
                required=read.required,
            )
            for read in reading.reads
        ],
        not_understood=[NotUnderstood(**vars(one)) for one in reading.not_understood],
    )


@dataclass(frozen=True)
class _Needed:
    """A key that a release needs: its architectures, and the first clause that says so."""

    archs: Where
    location: Location


def needed_by(consumer: Consumer, release: ToolRelease | None) -> dict[str, _Needed]:
    """The keys that a release needs; without a release, those of any."""
    found: dict[str, _Needed] = {}
    for need in consumer.needs:
        archs: Where = None if need.archs is None else frozenset(need.archs)
        for alternative in need.alternatives:
            if release is not None and not alternative.is_of(release):
                continue
            for key in alternative.keys:
                known = found.get(key)
                joined = archs if known is None else _joined(known.archs, archs)
                location = alternative.location if known is None else known.location
                found[key] = _Needed(joined, location)
    return found


def read_where(reads: Iterable[Read]) -> dict[str, Where]:
    """The architectures on which keys are read."""
    found: dict[str, Where] = {}
    for read in reads:
        archs: Where = None if read.arch is None else frozenset({read.arch})
        found[read.key] = _joined(found[read.key], archs) if read.key in found else archs
    return found


def _joined(one: Where, other: Where) -> Where:
    return None if one is None or other is None else one | other


def _without(one: Where, other: Where) -> Where | frozenset[str]:
    """The architectures in one and not in the other; all except some count as all."""
    if other is None:
        return frozenset()
    return None if one is None else one - other


def disagrees(
    read: Mapping[str, Where], needed: Mapping[str, Where]
) -> Iterator[tuple[str, bool, Where]]:
    """Keys that are read but not needed (True), or needed but not read, and the architectures.

    A key that a file for one architecture reads and that is needed on all is no disagreement: the
    code that reads it exists.
    """
    for key, archs in read.items():
        over = archs if key not in needed else _without(archs, needed[key])
        if key not in needed or (over and archs is not None):
            yield key, True, over
    for key, archs in needed.items():
        over = archs if key not in read else _without(archs, read[key])
        if key not in read or over:
            yield key, False, over


def tool_difference(
    schema: Schema, consumer: Consumer, reading: ToolReading, release: ToolRelease
) -> ToolDifference:
    """Compare what a tree reads with the needs of its release."""
    needed, ever = needed_by(consumer, release), needed_by(consumer, None)
    read = read_where(reading.reads)
    passed = set(consumer.passed_keys)
    places = {r.key: r for r in reversed(reading.reads)}
    changes = []
    pairs = disagrees(read, {key: one.archs for key, one in needed.items()})
    for key, is_read, archs in pairs:
        if key in passed:
            continue
        if not is_read:
            at = needed[key].location
            changes.append(_change("missing", key, archs, "needed", None, at.path, at.line))
            continue
        place = next((r for r in reading.reads if r.key == key and _is_on(r, archs)), places[key])
        others = ever.get(key)
        elsewhere = others is not None and (archs is None or not _without(archs, others.archs))
        what: Disagreement = "boundary" if elsewhere else "extra"
        said = _spans(consumer, key) if elsewhere else None
        changes.append(_change(what, key, archs, said, "read", place.file, place.line))
    changes += _other_bases(consumer, reading, release)
    order = {entry.key: place for place, entry in enumerate(schema.entries)}
    return ToolDifference(
        tool=consumer.name,
        tree=reading.tree,
        release=str(release),
        compared=len(read.keys() | needed.keys()),
        changes=sorted(changes, key=lambda c: (order.get(c.key, len(order)), c.key, c.change)),
        not_understood=len(reading.not_understood),
    )


def _is_on(read: Read, archs: Where) -> bool:
    return archs is None or read.arch is None or read.arch in archs


def _change(
    what: Disagreement,
    key: str,
    archs: Where,
    in_schema: str | None,
    in_tree: str | None,
    file: str,
    line: int,
) -> ToolChange:
    return ToolChange(
        change=what,
        key=key,
        archs=sorted(archs) if archs else None,
        in_schema=in_schema,
        in_tree=in_tree,
        file=file,
        line=line,
    )


def _spans(consumer: Consumer, key: str) -> str:
    """The releases that need a key, as the clauses of the schema say it."""
    found = [
        " ".join(
            [*([f"since {a.since}"] if a.since else []), *([f"until {a.until}"] if a.until else [])]
        )
        for need in consumer.needs
        for a in need.alternatives
        if key in a.keys
    ]
    return ", ".join(dict.fromkeys(found))


def other_base(
    consumer: Consumer, key: str, bases: Iterable[int], release: ToolRelease
) -> str | None:
    """The formats in which a release reads a key according to the schema, if none has one of these
    bases."""
    formats = _formats(consumer, key, release)
    known = [_IN_BASE[base] for base in bases if base in _IN_BASE]
    if not formats or not known or any(formats & forms for forms in known):
        return None
    return " ".join(sorted(format_.value for format_ in formats))


def _other_bases(
    consumer: Consumer, reading: ToolReading, release: ToolRelease
) -> Iterator[ToolChange]:
    """Reads in a base that none of the formats in `reads` has."""
    seen = set()
    for read in reading.reads:
        said = other_base(consumer, read.key, read.bases, release)
        if said is not None and (read.key, read.bases) not in seen:
            seen.add((read.key, read.bases))
            told = "base " + " or ".join(map(str, read.bases))
            archs: Where = None if read.arch is None else frozenset({read.arch})
            yield _change("base", read.key, archs, said, told, read.file, read.line)


def _formats(consumer: Consumer, key: str, release: ToolRelease) -> frozenset[Format]:
    """The formats in which a release reads a key according to the schema."""
    for reading in reversed(consumer.readings):
        if reading.is_of(release) and reading.is_about(key):
            return frozenset(reading.formats)
    return frozenset()


def architectures(archs: Sequence[str] | None) -> str:
    """A list of architectures, as shown after a key."""
    return f" on {' '.join(archs)}" if archs else ""
