# SPDX-License-Identifier: MIT
"""__ksymtab: the functions and variables that the kernel exports to modules, found in a dump's
memory.

Without CONFIG_KALLSYMS_ALL kallsyms has only functions. The functions in both tables locate the
image: they tell the physical address for each address at which the kernel ran.

| entry | kernels |
|---|---|
| 32-bit offsets, each relative to its own address: value, name (since 5.4 namespace) | x86, arm64
since 4.19 |
| addresses: value, name (since 5.4 namespace) | others |

The tables (`__ksymtab`, `__ksymtab_gpl`, …) follow each other without a gap, then come the
checksums, then the names.

A name can have several entries: arm64 5.10 links memcpy and others a second time for KVM's nVHE code,
with their exports, and kallsyms leaves that code out. Of a function's entries, the one at kallsyms'
address counts; a variable with entries at several addresses is left out.
"""

from __future__ import annotations

import operator
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import compress, count, islice, repeat

from ..dump.memory import PhysicalMemory
from ..limits import Limit
from .in_memory import filled
from .kallsyms import Kallsyms
from .kallsyms_work import numbers
from .problem import DebugInfoError

ANCHORS = ("kthread_stop", "wait_for_completion", "vfree")
"""Functions that every kernel with modules exports."""

_REACH = 64 << 20
_WINDOW = 1 << 20
# 10,000 names take some 200 KB, their entries 24 bytes each and their checksums four.
_TABLES, _STRINGS = 4 << 20, 4 << 20
# Kernels export thousands of functions.
_LEAST_SHARED = 64
_MOST_ENTRIES = 1 << 17
# Places that are tried: the same names in BTF and in modules are farther away.
_MOST_PLACES = 16
_MOST_FUNCTIONS = 1 << 18
_MOST_DATA = 128 << 20
# Few other pairs of words look like an empty list, as in kallsyms_addresses.
_LEAST_LISTS = 16
_PAGE = 4096
_NAME = re.compile(rb"[A-Za-z_$.][\w$.]{0,511}\0")
_NAMESPACE = re.compile(rb"[\w$.:,*-]{0,511}\0")
_GLOBAL = frozenset("TW")


@dataclass(frozen=True)
class Ksymtab:
    """The exported symbols of a kernel, at the addresses at which it ran.

    `physical` is the physical address of the table. A physical address of the image plus `move` is
    the address at which the kernel ran; `shared` functions of kallsyms agree with that, and none
    disagrees. If kallsyms doesn't have the addresses at which the kernel ran, `move` is from empty
    lists among the variables.
    """

    physical: int
    layout: str
    move: int
    shared: int
    addresses: Mapping[str, int]

    def moved(self, by: int, mask: int) -> Ksymtab:
        """The same symbols with all addresses moved."""
        addresses = {name: at + by & mask for name, at in self.addresses.items()}
        return replace(self, move=self.move + by & mask, addresses=addresses)


@dataclass(frozen=True)
class _Layout:
    """The layout of entries: `relative` means 32-bit offsets from their own address, `words` per
    entry.
    """

    relative: bool
    width: int
    words: int

    @property
    def text(self) -> str:
        numbers_are = (
            "offsets from their own place"
            if self.relative
            else f"addresses of {8 * self.width} bits"
        )
        return numbers_are + (", with namespaces" if self.words == 3 else "")


class _Region:
    """Memory with the tables and their names, by physical address."""

    def __init__(self, data: bytes, start: int, kallsyms: Kallsyms) -> None:
        self.data = data
        self.start = start
        self.mask = (1 << kallsyms.bits) - 1

    def name(self, place: int) -> bytes | None:
        """The name at a place, without its NUL; linkers merge a name with the end of another."""
        inside = place - self.start
        if not 0 <= inside < len(self.data):
            return None
        found = _NAME.match(self.data, inside)
        return found[0][:-1] if found else None

    def is_namespace(self, place: int) -> bool:
        """Whether a namespace begins there; an empty one may be the end of any other string."""
        inside = place - self.start
        return 0 < inside < len(self.data) and bool(_NAMESPACE.match(self.data, inside))


def find_ksymtab(memory: PhysicalMemory, kallsyms: Kallsyms) -> Ksymtab | None:
    """The exported symbols of the kernel with this kallsyms; None if none agree with it.

    Raises DumpError, DebugInfoError.
    """
    search = _Search(memory, kallsyms)
    found = search.run()
    if found is not None and found.move % _PAGE:
        # No loader moves an image by parts of a page, so the dump's physical addresses are wrong.
        return None
    if found is None or kallsyms.has_run_addresses or found.move:
        return found
    move = _move_by_lists(memory, kallsyms, search.variables(found))
    return None if move is None else found.moved(move, search.mask)


class _Search:
    """The search for the table of one kernel, with its limits."""

    def __init__(self, memory: PhysicalMemory, kallsyms: Kallsyms) -> None:
        name = memory.source.name
        self._memory = memory
        self._kallsyms = kallsyms
        self._steps = Limit(name, 1 << 18, "entries like exported symbols", DebugInfoError)
        self._functions: dict[str, int] = {}
        self.mask = (1 << kallsyms.bits) - 1

    def run(self) -> Ksymtab | None:
        for address, kind, name in self._kallsyms.symbols():
            if kind in _GLOBAL:
                self._functions[name] = address
                if len(self._functions) > _MOST_FUNCTIONS:
                    return None
        for name in ANCHORS:
            if name not in self._functions:
                continue
            places = _strings(self._memory, self._kallsyms.physical, name.encode())
            for place in islice(places, _MOST_PLACES):
                found = self._with_name(place, self._functions[name])
                if found is not None:
                    return found
        return None

    def variables(self, found: Ksymtab) -> list[int]:
        """Physical addresses of the exported variables."""
        names = found.addresses.keys() - self._functions.keys()
        return [found.addresses[name] - found.move & self.mask for name in names]

    def _with_name(self, place: int, value: int) -> Ksymtab | None:
        """The tables with an entry whose name is at `place`; `value` is its address in kallsyms."""
        start = max(place - _TABLES, 0) // 8 * 8
        region = _Region(filled(self._memory, start, _TABLES + _STRINGS), start, self._kallsyms)
        width = self._kallsyms.bits // 8
        for code, size, relative in (("i", 4, True), ("Q" if width == 8 else "I", width, False)):
            table = numbers(region.data, code, self._kallsyms.big_endian)
            for words in (3, 2):
                layout = _Layout(relative, size, words)
                apart = None if self._kallsyms.has_run_addresses else place - value
                for index, by in _entries_of(region, layout, table, place, value, apart):
                    self._steps.spend()
                    entries = _Table(region, layout, table, by, self._steps)
                    found = entries.read(index, self._functions)
                    if found is not None:
                        # Without addresses at which the kernel ran, addresses are physical.
                        return found if apart is None else found.moved(by, self.mask)
        return None


def _strings(memory: PhysicalMemory, near: int, name: bytes) -> Iterator[int]:
    """Physical addresses of a name as a complete string: first after kallsyms, as in the linker
    script.
    """
    needle = b"\0" + name + b"\0"
    ahead = range(near, near + _REACH, _WINDOW)
    back = range(near - _WINDOW, max(near - _REACH, 0), -_WINDOW)
    for windows in (ahead, back):
        for start in windows:
            data = filled(memory, start, _WINDOW + len(needle) - 1)
            inside = data.find(needle)
            while inside >= 0:
                yield start + inside + 1
                inside = data.find(needle, inside + 1)


def _entries_of(
    region: _Region,
    layout: _Layout,
    table: array[int],
    name_at: int,
    value: int,
    apart: int | None,
) -> Iterator[tuple[int, int]]:
    """Indexes at which an entry whose name is at `name_at` can begin, and what to subtract from
    addresses to get physical ones.

    The entry has the address `value` if `apart` is None; else its name is `apart` bytes after it.
    """
    before = (name_at - region.start) // layout.width
    if layout.relative:
        places = range(region.start, region.start + layout.width * before, layout.width)
        targets = map(operator.add, table, places)
        for index in compress(count(), map(operator.eq, targets, repeat(name_at))):
            if index:
                yield index - 1, 0
        return
    if apart is None:
        hits = map(operator.eq, islice(table, before), repeat(value))
    else:
        distances = map(operator.sub, islice(table, 1, before), table)
        hits = map(operator.eq, distances, repeat(apart))
    for index in compress(count(), hits):
        yield index, table[index + 1] - name_at


@dataclass(frozen=True)
class _Table:
    """Entries of `layout.words` numbers; `by` is subtracted from addresses to get physical ones."""

    region: _Region
    layout: _Layout
    numbers: array[int]
    by: int
    steps: Limit

    def read(self, index: int, functions: Mapping[str, int]) -> Ksymtab | None:
        """The entries around `index`, if the functions also in kallsyms agree with it."""
        step = self.layout.words
        first = index
        while first - step >= 0 and self.name(first - step) is not None:
            self.steps.spend()
            first -= step
        places: defaultdict[str, set[int]] = defaultdict(set)
        for at in range(
            first, min(first + step * _MOST_ENTRIES, len(self.numbers) - step + 1), step
        ):
            name = self.name(at)
            if name is None:
                break
            self.steps.spend()
            places[name].add(self.target(at))
        move = self._move(places, functions)
        if move is None:
            return None
        return Ksymtab(
            physical=self.region.start + first * self.layout.width,
            layout=self.layout.text,
            move=move,
            shared=len(places.keys() & functions.keys()),
            addresses={
                name: next(iter(found)) + move & self.region.mask
                for name, found in places.items()
                if len(found) == 1
            }
            | {name: functions[name] for name in places.keys() & functions.keys()},
        )

    def _move(
        self, places: Mapping[str, Collection[int]], functions: Mapping[str, int]
    ) -> int | None:
        """The distance from physical addresses of functions to those in kallsyms.

        None if a function disagrees, or too few agree. If a name has several entries, one must
        agree.
        """
        shared = places.keys() & functions.keys()
        moves = [
            {functions[name] - place & self.region.mask for place in places[name]}
            for name in shared
        ]
        clear = [of_name for of_name in moves if len(of_name) == 1]
        if len(clear) < _LEAST_SHARED:
            return None
        move = min(clear[0])
        return move if all(move in of_name for of_name in moves) else None

    def name(self, index: int) -> str | None:
        """The name of the entry that begins there; None if none does."""
        found = self.region.name(self.target(index + 1))
        if found is None or (self.layout.words == 3 and not self._is_namespace(index + 2)):
            return None
        return found.decode("ascii")

    def _is_namespace(self, index: int) -> bool:
        """Whether a number refers to a namespace; before 6.5 the address is 0 if there is none."""
        if not self.layout.relative and not self.numbers[index]:
            return True
        return self.region.is_namespace(self.target(index))

    def target(self, index: int) -> int:
        """The physical address to which a number refers."""
        number = self.numbers[index]
        if self.layout.relative:
            return self.region.start + index * self.layout.width + number
        return number - self.by & self.region.mask


def _move_by_lists(memory: PhysicalMemory, kallsyms: Kallsyms, variables: list[int]) -> int | None:
    """The distance from a physical address to the address at which the kernel ran.

    It comes from empty lists among the variables: their heads have two pointers to themselves.
    """
    near = [at for at in variables if abs(at - kallsyms.physical) < _MOST_DATA // 2]
    votes: Counter[int] = Counter()
    width = kallsyms.bits // 8
    code, mask = "Q" if width == 8 else "I", (1 << kallsyms.bits) - 1
    for start in range(min(near, default=0) // width * width, max(near, default=0), _WINDOW):
        words = numbers(filled(memory, start, _WINDOW), code, kallsyms.big_endian)
        for index in compress(count(), map(operator.eq, words, islice(words, 1, None))):
            move = words[index] - start - width * index
            if words[index] and move % _PAGE == 0:
                votes[move & mask] += 1
    for move, times in votes.most_common(1):
        if times >= _LEAST_LISTS and 2 * times > votes.total():
            return move
    return None
