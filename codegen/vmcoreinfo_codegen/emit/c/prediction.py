# SPDX-License-Identifier: MIT
"""What the C parser predicts of the next line, by the key of this one.

A parser of a part of the schema predicts the lines of the other keys too, to pass over them. All
is data of the product; `runtime/fast_path.h` has the code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ...model import Architecture, Schema
from ...model.entry import Export

SUCCESSORS = 2
"""Keys that are tried for the next line before the hash is."""

LINES_PREDICTED = 24
"""Names that a line with a key left out is compared with, to know where among them the note is."""

_LATE = 25
"""Releases whose keys are predicted though they are left out."""

# Bytes of their table: compilers need not take a longer literal.
_MOST_LEFT_OUT = 4000


def can_be_predicted(key: str) -> bool:
    """Whether its name has a length that the parser compares without a loop."""
    return 8 <= len(key) <= 40


def successors(schema: Schema) -> dict[str | None, list[str]]:
    """For each key (None: before the first line) those that may stand on the next line, the likeliest first.

    Every release counts on every architecture, a later one more; an entry that the configuration
    decides is there or not there, half and half.
    """
    counted: dict[str | None, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    lives = [
        (entry.key, export, _bits(map(export.contains, releases)))
        for releases in [[declared.release for declared in schema.releases]]
        for entry in schema.entries
        for export in entry.exports
    ]
    alike: dict[tuple[int, tuple[tuple[str, int, bool], ...]], int] = {}
    for arch in schema.architectures:
        there = _bits(arch.existed_in(declared.release) for declared in schema.releases)
        printed = (there, tuple(_lines(schema, arch, lives, there)))
        alike[printed] = alike.get(printed, 0) + 1
    for (there, lines), times in alike.items():
        for place, (key, releases, _) in enumerate([(None, there, True), *lines]):
            # Releases for which no line was found yet, by how likely it is that none was.
            looking = {1.0: releases}
            for follower, its, is_certain in lines[place:]:
                found = {weight: left & its for weight, left in looking.items() if left & its}
                if not found:
                    continue
                looking = {weight: left & ~its for weight, left in looking.items() if left & ~its}
                for weight, both in found.items():
                    counted[key][follower] += times * weight * _recent(both)
                    if not is_certain and weight > _LEAST:
                        looking[weight / 2] = looking.get(weight / 2, 0) | both
                if not looking:
                    break
    return {
        key: sorted(weights, key=lambda follower: -weights[follower])
        for key, weights in counted.items()
    }


def left_out(
    part: Schema, whole: Schema, keys: Iterable[str]
) -> tuple[list[str], dict[str | None, int]]:
    """The keys of late kernels that a parser of a part of the schema does not know, in order.

    And where in their table those begin that may stand behind each of its keys (None: before the
    first one).
    """
    # Not the latest release: a parser in a tool's repository would change with each key that it gets.
    releases = [d.release for d in part.releases if d.release != whole.latest][-_LATE:]
    names = [arch.name for arch in part.architectures]
    known = set(keys)
    places: dict[str, int] = {}
    others: list[str] = []
    size = 0
    for entry in whole.entries:
        places[entry.key] = size
        is_late = any(
            any(map(export.contains, releases)) and any(map(export.concerns, names))
            for export in entry.exports
        )
        has_room = size + len(entry.key) < _MOST_LEFT_OUT
        if is_late and has_room and entry.key not in known and can_be_predicted(entry.key):
            others.append(entry.key)
            size += len(entry.key) + 1
    return others, {None: 0, **{key: places.get(key, size) for key in known}}


_LEAST = 1 / 64


def _recent(releases: int) -> int:
    """How much releases count: the first one once, the n-th n times, as notes are of late kernels."""
    return sum(place + 1 for place in range(releases.bit_length()) if releases >> place & 1)


def _bits(answers: Iterable[bool]) -> int:
    return sum(1 << place for place, answer in enumerate(answers) if answer)


def _lines(
    schema: Schema, arch: Architecture, lives: list[tuple[str, Export, int]], there: int
) -> Iterator[tuple[str, int, bool]]:
    """What an architecture may print, in order: keys, the releases that do, whether they all do."""
    known = schema.fixed_config(arch)
    for key, export, life in lives:
        if export.concerns(arch.name) and life & there:
            last = schema.releases[(life & there).bit_length() - 1].release
            decided = export.condition(last).evaluate(known)
            if decided is not False:
                yield key, life & there, decided is True
