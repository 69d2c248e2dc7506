# SPDX-License-Identifier: MIT
"""The kernel is found in raw memory, and what its variables hold is read."""

from __future__ import annotations

import struct

import pytest

from vmcoreinfo_codegen.debuginfo.problem import DebugInfoError
from vmcoreinfo_codegen.dump.memory import PhysicalMemory
from vmcoreinfo_codegen.dump.notes import build
from vmcoreinfo_codegen.dump.source import Memory
from vmcoreinfo_codegen.synth.image import Image

RELEASE = "6.12.0-test"
LINK = 0xFFFFFFFF81000000
SYMBOLS = {
    "linux_banner": LINK + 0x2080,
    "linux_proc_banner": LINK + 0x1040,
    "init_mm": LINK + 0x3000,
    "init_top_pgt": LINK + 0x5000,
    "__start_notes": LINK + 0x4010,
    "variable": LINK + 0x3100,
}
PHYSICAL = 0x123000
MOVE = 0x1E00000


class Types:
    """struct mm_struct, with its pgd at byte 80."""

    def load(self, names: object) -> None:
        pass

    def sizes(self, name: str) -> set[int]:
        return set()

    def offsets(self, name: str, path: str) -> set[int]:
        return {80} if (name, path) == ("mm_struct", "pgd") else set()

    def lengths(self, name: str, path: str) -> set[int]:
        return set()

    def enumerators(self, names: object) -> dict[str, int]:
        return {}


def memory() -> bytearray:
    """A kernel at PHYSICAL that ran MOVE above its link addresses, and copies of its banner."""
    data = bytearray(0x200000)

    def put(symbol: str, content: bytes, further: int = 0) -> None:
        place = SYMBOLS[symbol] - LINK + PHYSICAL + further
        data[place : place + len(content)] = content

    banner = b"Linux version 6.12.0-test (build@host) #1 SMP\n\0"
    data[0x777 : 0x777 + len(banner)] = banner  # in the log
    data[0x8080 : 0x8080 + len(banner)] = banner  # a copy at the same place in a page
    put("linux_banner", banner)
    put("linux_proc_banner", b"%s version %s (build@host) %s\n\0")
    put("init_mm", struct.pack("<Q", SYMBOLS["init_top_pgt"] + MOVE), 80)
    put("variable", struct.pack("<Q", 0xFFFF888000000000))
    put("__start_notes", build(bytes(20), "<", b"Xen") + _build_id())
    return data


def _build_id() -> bytes:
    return struct.pack("<III", 4, 20, 3) + b"GNU\0" + bytes(range(20))


def image(
    data: bytes,
    symbols: dict[str, int] = SYMBOLS,
    release: str = RELEASE,
    start: int | None = 0,
) -> Image:
    return Image(PhysicalMemory(Memory("memory.raw", data), start), symbols, Types(), release, 64)


def test_found_where_it_is_and_where_it_ran() -> None:
    found = image(bytes(memory()))
    assert found.move == MOVE
    assert found.physical("linux_banner") == PHYSICAL + 0x2080
    assert found.physical("absent") is None
    assert found.read(0, SYMBOLS["variable"] + MOVE) == 0xFFFF888000000000
    assert found.read(32, SYMBOLS["variable"] + MOVE) == 0
    assert found.read(0, LINK + MOVE + 0x10000000) is None
    assert found.build_id() == bytes(range(20)).hex()
    assert (found.release, image(bytes(memory()), release="6.12").release) == (RELEASE, RELEASE)


@pytest.mark.parametrize("name", ["swapper_pg_dir", "init_top_pgt", "init_level4_pgt"])
def test_the_top_table_has_a_name_on_each_kernel(name: str) -> None:
    symbols = {k: at for k, at in SYMBOLS.items() if k != "init_top_pgt"}
    assert image(bytes(memory()), symbols | {name: SYMBOLS["init_top_pgt"]}).move == MOVE


def test_raw_memory_that_begins_elsewhere() -> None:
    found = image(bytes(memory()), start=0x40000000)
    assert found.physical("linux_banner") == 0x40000000 + PHYSICAL + 0x2080
    assert (found.move, found.read(0, SYMBOLS["variable"] + MOVE)) == (MOVE, 0xFFFF888000000000)


def test_raw_memory_that_begins_nobody_knows_where() -> None:
    """All is found but physical addresses."""
    found = image(bytes(memory()), start=None)
    assert (found.is_placed, found.physical("linux_banner")) == (False, None)
    assert (found.move, found.read(0, SYMBOLS["variable"] + MOVE)) == (MOVE, 0xFFFF888000000000)
    assert (found.build_id(), found.release) == (bytes(range(20)).hex(), RELEASE)


def test_symbols_of_the_boot_need_no_move() -> None:
    found = image(bytes(memory()), {name: at + MOVE for name, at in SYMBOLS.items()})
    assert (found.move, found.read(0, SYMBOLS["variable"] + MOVE)) == (0, 0xFFFF888000000000)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"release": "6.12.0-other"}, "the kernel's image was not found"),
        ({"symbols": {"_stext": LINK}}, "without the symbol linux_banner .* give the System.map"),
        (
            {"symbols": SYMBOLS | {"linux_banner": LINK + 0x2081}},
            "the kernel's image was not found",
        ),
        ({"symbols": SYMBOLS | {"init_top_pgt": LINK + 0x5001}}, "not a page table's address"),
    ],
)
def test_what_does_not_belong_to_it(change: dict[str, object], message: str) -> None:
    with pytest.raises(DebugInfoError, match=message):
        image(bytes(memory()), **change)  # type: ignore[arg-type]


def test_nothing_in_an_empty_image() -> None:
    for data in (b"", bytes(5000)):
        with pytest.raises(DebugInfoError, match="the kernel's image was not found"):
            image(data)
