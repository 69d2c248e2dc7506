# SPDX-License-Identifier: MIT
"""kallsyms: the kernel's own table of its symbols, found in the memory of a dump."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Mapping

from ..dump.memory import PhysicalMemory
from .in_memory import Cut
from .kallsyms_addresses import ABSOLUTE, Addresses, find_addresses
from .kallsyms_names import Names, find_names
from .kallsyms_tokens import NEEDLE, Tokens, tokens_at
from .kallsyms_work import Work
from .problem import DebugInfoError

STARTS = ("_text", "_stext")
"""Symbols at which the image begins; every kernel has one of them."""

_MOST_IMAGE = 1 << 32
# nm prints "?" for a symbol in no section; ppc64 has some.
_TYPES = frozenset(b"?" + string.ascii_letters.encode())


class Kallsyms:
    """A kallsyms table: every symbol of the kernel image, by address.

    The kernel relocates its table, so addresses are those at which it ran. If `has_run_addresses`
    is False, only distances are right: since 7.0 a table has physical addresses if nothing tells
    where the kernel ran, and the table of an image that never ran begins at 0. Every call reads the
    table from memory again, as a host may have those of many guests. `addresses` has the names
    asked for when the table was found (the first symbol of a name), and STARTS. `places` has the
    physical addresses of the tables themselves, by their names in the kernel source: kallsyms
    leaves them out.
    """

    def __init__(
        self,
        memory: PhysicalMemory,
        tokens: Tokens,
        names: Names,
        addresses: Addresses,
        found: Mapping[str, int],
    ) -> None:
        self.physical = tokens.physical
        self.big_endian = tokens.big_endian
        self.count = names.count
        self.bits = addresses.bits
        self.has_run_addresses = addresses.is_run
        self.places = _places(tokens, names, addresses)
        self.layout = _layout(names, addresses)
        self.addresses = found
        self._memory = memory
        self._tokens = tokens

    def symbols(self) -> Iterator[tuple[int, str, str]]:
        """Address, type letter and name of each symbol. Raises DumpError."""
        for address, text in self._entries():
            decoded = text.decode("ascii")
            yield address, decoded[:1], decoded[1:]

    def system_map(self) -> bytes:
        """The table in the format of `nm`, with lines `ffffffff81000000 T _text`. Raises
        DumpError.
        """
        width = self.bits // 4
        return b"".join(
            b"%0*x %c %b\n" % (width, address, text[0], text[1:])
            for address, text in self._entries()
        )

    def _entries(self) -> Iterator[tuple[int, bytes]]:
        """Address, and type letter followed by the name, as they are compressed together."""
        found = _read(Work(self._memory), self._tokens)
        if found is None:
            raise DebugInfoError(f"{self._memory.source.name}: it changed while it was read")
        names, addresses = found
        return zip(addresses.values, names.texts(self._tokens), strict=True)


class KallsymsSearch:
    """Implements `in_memory.Search`.

    A table of at most 256 or more than 1,048,576 symbols is not found.
    """

    needles = (NEEDLE,)

    def __init__(self, memory: PhysicalMemory, names: Iterable[str] = ()) -> None:
        """`names` are the symbols whose addresses are needed."""
        self._wanted = {name.encode(): name for name in (*names, *STARTS)}
        self._work = Work(memory)
        self._found: dict[int, Kallsyms] = {}

    def at(self, place: int) -> None:
        tokens = tokens_at(self._work, place)
        tables = _read(self._work, tokens) if tokens is not None else None
        if tokens is None or tables is None:
            return
        addresses = _addresses(tokens, *tables, self._wanted)
        if addresses is not None:
            self._found[tokens.physical] = Kallsyms(self._work.memory, tokens, *tables, addresses)

    def found(self) -> list[Kallsyms]:
        """Every valid table, by physical address."""
        return [self._found[physical] for physical in sorted(self._found)]

    def cut(self) -> list[Cut]:
        """Always empty: invalid tables are not reported."""
        return []


def _read(work: Work, tokens: Tokens) -> tuple[Names, Addresses] | None:
    names = find_names(work, tokens)
    if names is None:
        return None
    addresses = find_addresses(work, tokens, names)
    return None if addresses is None else (names, addresses)


def _addresses(
    tokens: Tokens, names: Names, addresses: Addresses, wanted: Mapping[bytes, str]
) -> dict[str, int] | None:
    """Addresses of the wanted names.

    None unless all symbols have a type and a name, and are near the start of the kernel.
    """
    found: dict[str, int] = {}
    for address, text in zip(addresses.values, names.texts(tokens), strict=True):
        if len(text) < 2 or text[0] not in _TYPES:
            return None
        name = wanted.get(text[1:])
        if name is not None:
            found.setdefault(name, address)
    starts = [found[name] for name in STARTS if name in found]
    return found if starts and addresses.values[-1] - min(starts) < _MOST_IMAGE else None


def _places(tokens: Tokens, names: Names, addresses: Addresses) -> dict[str, int]:
    places = {
        "kallsyms_num_syms": names.count_at,
        "kallsyms_names": names.physical,
        "kallsyms_markers": names.markers.physical,
        "kallsyms_token_table": tokens.physical,
        "kallsyms_token_index": tokens.index_at,
    }
    if addresses.form != ABSOLUTE:
        places["kallsyms_offsets"] = addresses.physical
    elif addresses.bits == 64 or addresses.physical < names.physical:
        # 32-bit addresses after the tokens have this name before 6.11, and that of offsets since
        # 7.0.
        places["kallsyms_addresses"] = addresses.physical
    if addresses.base_at is not None:
        places["kallsyms_relative_base"] = addresses.base_at
    return places


def _layout(names: Names, addresses: Addresses) -> str:
    words = [f"addresses {addresses.form}"]
    words.append("behind the tokens" if names.physical < addresses.physical else "before the names")
    words.append(f"markers of {8 * names.markers.width} bits")
    if names.markers.has_seqs or names.physical < addresses.physical:
        words.append("numbers in the order of names")
    return ", ".join(words)
