# SPDX-License-Identifier: MIT
"""The keys that the C parser predicts for the next line, from the key of this one.

A parser of a part of the schema also predicts the lines that it skips. The product has the data;
the code is in `runtime/fast_path.h`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from ...model import Architecture, Entry, Schema
from ...model.entry import Export

SUCCESSORS = 2
"""Number of keys that are tried for the next line before the hash."""


def can_be_predicted(key: str) -> bool:
    """Whether the parser can compare a key of this length without a loop."""
    return 8 <= len(key) <= 40


def successors(schema: Schema, entries: Sequence[Entry]) -> dict[str | None, list[str]]:
    """For each key (None: before the first line) the possible keys of the next line, likeliest
    first.

    `entries` are those of the schema and those that are skipped, in the order of lines. Every
    release counts on every architecture, later ones more; an entry that depends on the
    configuration is printed with a probability of one half.
    """
    counted: dict[str | None, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    lives = [
        (entry.key, export, _bits(map(export.contains, releases)))
        for releases in [[declared.release for declared in schema.releases]]
        for entry in entries
        for export in entry.exports
    ]
    alike: dict[tuple[int, tuple[tuple[str, int, bool], ...]], int] = {}
    for arch in schema.architectures:
        there = _bits(arch.existed_in(declared.release) for declared in schema.releases)
        printed = (there, tuple(_lines(schema, arch, lives, there)))
        alike[printed] = alike.get(printed, 0) + 1
    for (there, lines), times in alike.items():
        for place, (key, releases, _) in enumerate([(None, there, True), *lines]):
            # Releases for which no line was found yet, by the probability of that.
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


_LEAST = 1 / 64


# There are few different sets of releases, each used some thousand times.
@lru_cache(maxsize=4096)
def _recent(releases: int) -> int:
    """The weight of releases: the n-th counts n times, as most notes are from recent kernels."""
    return sum(place + 1 for place in range(releases.bit_length()) if releases >> place & 1)


def _bits(answers: Iterable[bool]) -> int:
    return sum(1 << place for place, answer in enumerate(answers) if answer)


def _lines(
    schema: Schema, arch: Architecture, lives: list[tuple[str, Export, int]], there: int
) -> Iterator[tuple[str, int, bool]]:
    """The keys that an architecture may print, in order, each with its releases, and whether they
    always print it.
    """
    known = schema.fixed_config(arch)
    for key, export, life in lives:
        if export.concerns(arch.name) and life & there:
            last = schema.releases[(life & there).bit_length() - 1].release
            decided = export.condition(last).evaluate(known)
            if decided is not False:
                yield key, life & there, decided is True
