# SPDX-License-Identifier: MIT
"""How the C parser finds a key: by what stood on the line before, else by a hash for each length.

Both are data of the product; `templates/clean.c.j2` has the code that goes by them.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from ...model import Architecture, Schema
from ...model.entry import Export
from ..problem import NoProduct

SUCCESSORS = 2
"""Keys that are tried for the next line before the hash is."""

LINES_FORESEEN = 8
"""Of lines with keys that are left out, how many may be the next; the others are not there."""

# Bytes of their table: compilers need not take a longer literal.
_MOST_LEFT_OUT = 4000

_WORD = (1 << 64) - 1
_MOST_TRIES = 1 << 16


def can_be_foreseen(key: str) -> bool:
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


def left_out(whole: Schema, keys: Iterable[str]) -> tuple[list[str], dict[str | None, int]]:
    """The likeliest lines that a parser of these keys does not know, in order.

    And where in their table those begin that may stand behind each of its keys (None: before the
    first one).
    """
    following = successors(whole)
    known = set(keys)
    places: dict[str, int] = {}
    others: list[str] = []
    size = 0
    for key in _likely(following, None):
        places[key] = size
        is_short = size + len(key) < _MOST_LEFT_OUT
        if key not in known and can_be_foreseen(key) and is_short:
            others.append(key)
            size += len(key) + 1
    found: dict[str | None, int] = {None: 0}
    for key in known:
        on_the_way = (places[k] for k in [key, *_likely(following, key)] if k in places)
        found[key] = next(on_the_way, size)
    return others, found


def _likely(following: dict[str | None, list[str]], key: str | None) -> Iterator[str]:
    """The keys behind one if each line is the likeliest."""
    seen = {key}
    while followers := following.get(key):
        key = followers[0]
        if key in seen:
            return
        seen.add(key)
        yield key


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


@dataclass(frozen=True)
class Bucket:
    """How keys of one length are told apart: words at two places, multiplied, the upper bits."""

    multiplier: int
    base: int
    shift: int
    first: int
    second: int
    middles: int
    """Of the bytes in the middle of the keys the lower four bits: those of a bit that is set."""


def buckets(keys: Sequence[str], nothing: int) -> tuple[list[Bucket], list[int]]:
    """A bucket for each length up to the longest, and the slots that they lead to.

    A slot has the index of a key, or `nothing`.
    """
    by_length: dict[int, list[int]] = defaultdict(list)
    for index, key in enumerate(keys):
        by_length[len(key)].append(index)
    slots = [nothing, nothing]
    found = []
    for length in range(max(by_length) + 1):
        indexes = by_length.get(length)
        if not indexes:
            found.append(Bucket(0, 0, 63, 0, 0, 0))
            continue
        bucket, own = _bucket([(index, keys[index].encode()) for index in indexes], len(slots))
        found.append(bucket)
        slots += [own.get(slot, nothing) for slot in range(1 << (64 - bucket.shift))]
    return found, slots


def _bucket(keys: list[tuple[int, bytes]], base: int) -> tuple[Bucket, dict[int, int]]:
    length = len(keys[0][1])
    generator = random.Random(length)
    middles = reduce(or_, (1 << (name[length // 2] & 15) for _, name in keys))
    for first, second in (places for places in _places(length) if _tell_apart(keys, *places)):
        words = [(index, _word(name, first, second)) for index, name in keys]
        for bits in range(max(1, (len(keys) - 1).bit_length()), 16):
            for _ in range(_MOST_TRIES >> bits):
                multiplier = generator.getrandbits(64) | 1
                own = {(word * multiplier & _WORD) >> (64 - bits): index for index, word in words}
                if len(own) == len(keys):
                    return Bucket(multiplier, base, 64 - bits, first, second, middles), own
    raise NoProduct(f"no hash tells the {len(keys)} keys of {length} bytes apart")


def _places(length: int) -> Iterator[tuple[int, int]]:
    """Pairs of places for words, the ends first: there names differ."""
    last = max(length - 8, 0)
    yield from ((last, second) for second in range(last, -1, -1))
    yield from ((first, second) for first in range(last) for second in range(last + 1))


def _tell_apart(keys: list[tuple[int, bytes]], first: int, second: int) -> bool:
    return len({_word(name, first, second) for _, name in keys}) == len(keys)


def _word(name: bytes, first: int, second: int) -> int:
    words = [int.from_bytes(name[at : at + 8], "little") for at in (first, second)]
    return (words[0] ^ words[1] << 1) & (1 << 8 * min(len(name), 8)) - 1
