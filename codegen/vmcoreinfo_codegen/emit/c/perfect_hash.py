# SPDX-License-Identifier: MIT
"""The perfect hash with which the C parser finds a key: one for each length of keys.

The product has the data; the code is in `runtime/perfect_hash.h`.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..problem import NoProduct

_WORD = (1 << 64) - 1
_MOST_TRIES = 1 << 16


@dataclass(frozen=True)
class Bucket:
    """The hash for keys of one length: the upper bits of two words multiplied."""

    multiplier: int
    base: int
    shift: int
    first: int
    second: int


def buckets(keys: Sequence[str], nothing: int) -> tuple[list[Bucket], list[int]]:
    """A bucket for each length up to the longest, and the slots of all buckets.

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
            found.append(Bucket(0, 0, 63, 0, 0))
            continue
        bucket, own = _bucket([(index, keys[index].encode()) for index in indexes], len(slots))
        found.append(bucket)
        slots += [own.get(slot, nothing) for slot in range(1 << (64 - bucket.shift))]
    return found, slots


def _bucket(keys: list[tuple[int, bytes]], base: int) -> tuple[Bucket, dict[int, int]]:
    length = len(keys[0][1])
    generator = random.Random(length)
    for first, second in (places for places in _places(length) if _tell_apart(keys, *places)):
        words = [(index, _word(name, first, second)) for index, name in keys]
        for bits in range(max(1, (len(keys) - 1).bit_length()), 16):
            for _ in range(_MOST_TRIES >> bits):
                multiplier = generator.getrandbits(64) | 1
                own = {(word * multiplier & _WORD) >> (64 - bits): index for index, word in words}
                if len(own) == len(keys):
                    return Bucket(multiplier, base, 64 - bits, first, second), own
    raise NoProduct(f"no hash distinguishes the {len(keys)} keys of {length} bytes")


def _places(length: int) -> Iterator[tuple[int, int]]:
    """Pairs of places of words, the ends of keys first, as names differ there."""
    last = max(length - 8, 0)
    yield from ((last, second) for second in range(last, -1, -1))
    yield from ((first, second) for first in range(last) for second in range(last + 1))


def _tell_apart(keys: list[tuple[int, bytes]], first: int, second: int) -> bool:
    return len({_word(name, first, second) for _, name in keys}) == len(keys)


def _word(name: bytes, first: int, second: int) -> int:
    words = [int.from_bytes(name[at : at + 8], "little") for at in (first, second)]
    return (words[0] ^ words[1] << 1) & (1 << 8 * min(len(name), 8)) - 1
