# SPDX-License-Identifier: MIT
"""kallsyms: the kernel's own table of its symbols, found in the memory of a dump."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..dump.memory import PhysicalMemory
from .kallsyms_addresses import Addresses, find_addresses
from .kallsyms_names import Names, find_names
from .kallsyms_tokens import Tokens, find_tokens
from .kallsyms_work import Work

_STARTS = {"_text", "_stext"}
# What nm says of a symbol that is in no section; ppc64 has some.
_UNKNOWN = "?"


class Kallsyms:
    """A table: every symbol of the kernel image, in the order of addresses.

    `addresses` are those at which the kernel ran, as it has relocated its table; where
    `has_run_addresses` is False they are physical, as the table has only distances.
    """

    def __init__(self, tokens: Tokens, names: Names, addresses: Addresses) -> None:
        self.physical = tokens.physical
        self.big_endian = tokens.big_endian
        self.count = names.count
        self.bits = addresses.bits
        self.has_run_addresses = addresses.is_run
        self.layout = _layout(names, addresses)
        self._tokens = tokens.strings
        self._names = names
        self._addresses = addresses.values

    def symbols(self) -> Iterator[tuple[int, str, str]]:
        """Address, letter of the type and name of each."""
        for address, text in zip(self._addresses, self._texts(), strict=True):
            decoded = text.decode("ascii")
            yield address, decoded[:1], decoded[1:]

    def addresses(self, names: Iterable[str]) -> dict[str, int]:
        """Addresses of those that are there; the first of a name counts."""
        wanted = {name.encode(): name for name in names}
        found: dict[str, int] = {}
        for address, text in zip(self._addresses, self._texts(), strict=True):
            name = wanted.get(text[1:])
            if name is not None:
                found.setdefault(name, address)
        return found

    def system_map(self) -> bytes:
        """As `nm` writes it: `ffffffff81000000 T _text`, a line each."""
        width = self.bits // 4
        return b"".join(
            b"%0*x %c %b\n" % (width, address, text[0], text[1:])
            for address, text in zip(self._addresses, self._texts(), strict=True)
        )

    def _texts(self) -> Iterator[bytes]:
        """Type and name in one, as they are compressed."""
        data, tokens = self._names.data, self._tokens
        for start in self._names.starts:
            size = data[start]
            if size & 0x80:
                start += 1
                size = size & 0x7F | data[start] << 7
            yield b"".join([tokens[code] for code in data[start + 1 : start + 1 + size]])


def find_kallsyms(memory: PhysicalMemory) -> list[Kallsyms]:
    """Every table that is sound, in the order of physical addresses. Raises DumpError, DebugInfoError.

    A kernel of 256 symbols or fewer is none.
    """
    work = Work(memory)
    found = []
    for tokens in find_tokens(work):
        names = find_names(work, tokens)
        addresses = find_addresses(work, tokens, names) if names is not None else None
        if names is not None and addresses is not None:
            table = Kallsyms(tokens, names, addresses)
            if _is_sound(table):
                found.append(table)
    return sorted(found, key=lambda table: table.physical)


def _is_sound(table: Kallsyms) -> bool:
    """If each has a type and a name, and one is where the kernel starts."""
    is_started = False
    for _, letter, name in table.symbols():
        if not name or not (letter.isalpha() or letter == _UNKNOWN):
            return False
        is_started = is_started or name in _STARTS
    return is_started


def _layout(names: Names, addresses: Addresses) -> str:
    words = [f"addresses {addresses.form}"]
    words.append("behind the tokens" if addresses.is_behind else "before the names")
    words.append(f"markers of {8 * names.markers.width} bits")
    if names.markers.has_seqs or addresses.is_behind:
        words.append("numbers in the order of names")
    return ", ".join(words)
