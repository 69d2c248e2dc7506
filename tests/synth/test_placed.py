# SPDX-License-Identifier: MIT
"""A kernel whose kallsyms has functions alone, in memory that is made up: what places it, and what does not."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tests.command import Run
from tests.debuginfo.kallsyms_tables import PHYSICAL, Layout
from tests.debuginfo.ksymtab_tables import DATA, END, STRINGS, Exports, image
from tests.debuginfo.memory import find_kallsyms, memory
from vmcoreinfo_codegen.debuginfo.btf_in_memory import FoundBtf
from vmcoreinfo_codegen.debuginfo.facts import Types
from vmcoreinfo_codegen.debuginfo.kallsyms import Kallsyms
from vmcoreinfo_codegen.dump.memory import PhysicalMemory
from vmcoreinfo_codegen.synth.own import OwnKernel
from vmcoreinfo_codegen.synth.placed import PlacedKernel, placed_kernel
from vmcoreinfo_codegen.synth.standing import Machine, standing

MOVE = 0x4200000
VARIABLES = {"init_uts_ns": DATA + 0x40, "mem_section": DATA + 0x10000}
MM, RING, PRB, PGD = DATA + 0x1000, DATA + 0x2000, DATA + 0x2100, DATA + 0x3000
DESCS, INFOS, TEXT = DATA + 0x4000, DATA + 0x5000, DATA + 0x8000
NOTE, BTF = STRINGS + 0x8000, STRINGS + 0xC000
ID = bytes(range(20))
_MM = {
    "pgd": 8, "start_code": 24, "end_code": 32, "start_data": 40, "end_data": 48, "start_brk": 56,
    "brk": 64, "start_stack": 72, "arg_start": 80, "env_start": 88,
}  # fmt: skip
_RING = {
    "desc_ring.count_bits": 0, "desc_ring.descs": 8, "desc_ring.infos": 16, "desc_ring.head_id": 24, "desc_ring.tail_id": 32,
    "text_data_ring.size_bits": 48, "text_data_ring.data": 56,
}  # fmt: skip


class OfStructures:
    """The members that are asked for; `without` has names of structures that there are not."""

    def __init__(self, *without: str) -> None:
        self._of = {"mm_struct": _MM, "printk_ringbuffer": _RING, "prb_desc": {"state_var": 0}}
        for name in without:
            del self._of[name]

    def load(self, names: object) -> None:
        pass

    def sizes(self, name: str) -> set[int]:
        return {"prb_desc": {24}, "printk_info": {88}}.get(name, set())

    def offsets(self, name: str, path: str) -> set[int]:
        members = self._of.get(name, {})
        return {members[path]} if path in members else set()

    def lengths(self, name: str, path: str) -> set[int]:
        return set()

    def enumerators(self, names: Iterable[str]) -> dict[str, int]:
        return {}


class Made:
    """Memory in which things can be put, at distances from the beginning of the image."""

    def __init__(
        self, exports: Exports | None = None, variables: Mapping[str, int] = VARIABLES
    ) -> None:
        self.exports = exports or Exports()
        self.layout = self.exports.kallsyms
        self.start = self.layout.linked + MOVE
        self.data = image(self.exports, variables, MOVE)

    def put(self, distance: int, data: bytes) -> None:
        self.data[PHYSICAL + distance : PHYSICAL + distance + len(data)] = data

    def put_words(self, distance: int, *words: int) -> None:
        self.put(distance, b"".join(struct.pack(self.layout.word, word) for word in words))

    def put_init_mm(self, distance: int = MM) -> None:
        members = {
            "pgd": PGD, "start_code": 0, "end_code": 0xF000, "end_data": END - 0x1000, "brk": END
        }  # fmt: skip
        for name, to in members.items():
            self.put_words(distance + _MM[name], self.start + to)

    def put_ring(self, distance: int = RING, tail: int = (1 << 62) - 2000) -> None:
        """Of 128 descriptors."""
        for name, number in (("desc_ring.count_bits", 7), ("text_data_ring.size_bits", 12)):
            self.put(distance + _RING[name], struct.pack(self.exports.order + "I", number))
        arrays = (
            ("desc_ring.descs", DESCS),
            ("desc_ring.infos", INFOS),
            ("text_data_ring.data", TEXT),
        )
        for name, to in arrays:
            self.put_words(distance + _RING[name], self.start + to)
        self.put_words(distance + _RING["desc_ring.head_id"], tail + 100, tail)
        # Finalised and committed, in the upper bits.
        self.put_words(DESCS + 24 * (tail % 128), 2 << 62 | tail)

    def put_allocated_ring(self, distance: int = RING + 0x400) -> None:
        """Of 4096 descriptors, in memory of which the dump has nothing."""
        for name, number in (("desc_ring.count_bits", 12), ("text_data_ring.size_bits", 17)):
            self.put(distance + _RING[name], struct.pack(self.exports.order + "I", number))
        self.put_words(distance + 8, 0xFFFF888001000000, 0xFFFF888001100000, 5000, 1000)
        self.put_words(distance + _RING["text_data_ring.data"], 0xFFFF888001200000)

    def put_release(self, release: bytes = b"6.1.0-57-cloud-arm64") -> None:
        names = (b"Linux", b"host", release)
        self.put(VARIABLES["init_uts_ns"] + 4, b"".join(name.ljust(65, b"\0") for name in names))

    def put_note(self, distance: int = NOTE, text: bytes = ID) -> None:
        self.put(
            distance, struct.pack(self.exports.order + "III", 4, len(text), 3) + b"GNU\0" + text
        )

    def memory(self, start: int | None = 0) -> PhysicalMemory:
        return memory(bytes(self.data), start)

    def placed(self, types: Types | None = None, start: int | None = 0) -> PlacedKernel:
        held = self.memory(start)
        (kallsyms,) = find_kallsyms(held, ["_stext", "zlib_inflate"])
        btf = FoundBtf(PHYSICAL + BTF, 1, self.exports.order, 1, b"", held)
        own = own_kernel(kallsyms, btf)
        found = placed_kernel(held, own, types if types is not None else OfStructures())
        assert found is not None
        return found


def own_kernel(kallsyms: Kallsyms, types: FoundBtf | None) -> OwnKernel:
    """One of which nothing but symbols and types is known."""
    unknown = standing(Machine(memory(b""), (), {}), None, {})
    return OwnKernel(kallsyms, types, None, None, None, None, unknown)


@pytest.mark.parametrize(
    "exports",
    [Exports(), Exports(relative=False), Exports(False, order=">", kallsyms=Layout(order=">"))],
    ids=["offsets", "addresses", "big-endian"],
)
def test_all_that_shows_itself(exports: Exports) -> None:
    made = Made(exports)
    made.put_init_mm()
    made.put_ring()
    made.put_words(PRB, made.start + RING)
    made.put_release()
    made.put_note()
    made.put_words(VARIABLES["mem_section"], 0xFFFF2E4147F9D380)
    placed = made.placed()
    places = {
        "init_mm": MM, "swapper_pg_dir": PGD, "printk_rb_static": RING, "prb": PRB, "_stext": 0, **VARIABLES
    }  # fmt: skip
    assert {n: placed.symbols[n] - made.start for n in places} == places
    assert (placed.release, placed.build_id()) == ("6.1.0-57-cloud-arm64", ID.hex())
    assert placed.read(0, placed.symbols["mem_section"]) == 0xFFFF2E4147F9D380
    assert placed.physical("mem_section") == PHYSICAL + VARIABLES["mem_section"]
    assert placed.origins["prb"] == "the one pointer to the ring of messages in use"
    assert placed.origins["mem_section"].startswith("exported, in __ksymtab at 0x")
    assert "_stext" not in placed.origins
    # Its own tables, and nothing that is outside of the image.
    assert PHYSICAL < placed.symbols["kallsyms_names"] - made.start + PHYSICAL < PHYSICAL + STRINGS
    assert (placed.read(0, made.start + END), placed.read(0, 0x1000)) == (None, None)


def test_memory_that_begins_nobody_knows_where() -> None:
    made = Made()
    placed = made.placed(start=None)
    assert (placed.is_placed, placed.physical("mem_section")) == (False, None)
    assert placed.symbols["mem_section"] == made.start + VARIABLES["mem_section"]


def test_without_structures_nothing_is_guessed() -> None:
    made = Made()
    assert (
        not {"init_mm", "swapper_pg_dir", "printk_rb_static", "prb"} & made.placed().symbols.keys()
    )
    assert (made.placed().release, made.placed().build_id()) == (None, None)


def test_structures_that_the_types_do_not_have() -> None:
    made = Made()
    made.put_init_mm()
    made.put_ring()
    symbols = made.placed(OfStructures("mm_struct")).symbols
    assert "init_mm" not in symbols and "printk_rb_static" in symbols
    symbols = made.placed(OfStructures("prb_desc")).symbols
    assert "init_mm" in symbols and "printk_rb_static" not in symbols


def test_what_is_there_twice() -> None:
    made = Made()
    made.put_init_mm()
    made.put_init_mm(MM + 0x400)
    made.put_ring()
    made.put_words(PRB, made.start + RING, made.start + RING)
    made.put_note()
    made.put_note(NOTE + 0x100, bytes(20))
    placed = made.placed()
    assert "printk_rb_static" in placed.symbols
    assert not {"init_mm", "swapper_pg_dir", "prb"} & placed.symbols.keys()
    assert placed.build_id() is None
    made.put_ring(RING + 0x800)
    assert "printk_rb_static" not in made.placed().symbols


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("pgd", PGD + 8), ("pgd", 1 << 30), ("end_code", 0), ("end_data", 0x100), ("brk", 1 << 30),
        ("start_brk", 0x100), ("arg_start", 0x100), ("start_code", 0x100),
    ],
)  # fmt: skip
def test_no_mm_of_the_kernel(member: str, value: int) -> None:
    made = Made()
    made.put_init_mm()
    made.put_words(MM + _MM[member], made.start + value)
    assert "init_mm" not in made.placed().symbols


@pytest.mark.parametrize(
    ("member", "word"),
    [
        ("desc_ring.count_bits", 8),
        ("text_data_ring.size_bits", 13),
        ("desc_ring.descs", 0x1000),
        ("desc_ring.infos", 0),
        ("text_data_ring.data", 0x1000),
        ("desc_ring.tail_id", 5),
        ("desc_ring.head_id", 5),
    ],
)
def test_no_ring_of_messages(member: str, word: int) -> None:
    made = Made()
    made.put_ring()
    made.put_words(RING + _RING[member], word)
    assert "printk_rb_static" not in made.placed().symbols


def test_a_ring_that_was_allocated() -> None:
    """By log_buf_len=, or for many CPUs: prb leads to that one, if nothing says that it leads to the other."""
    made = Made()
    made.put_ring()
    made.put_allocated_ring()
    made.put_words(PRB, made.start + RING + 0x400)
    symbols = made.placed().symbols
    assert {n: symbols[n] - made.start for n in ("printk_rb_static", "prb")} == {
        "printk_rb_static": RING,
        "prb": PRB,
    }
    made.put_words(PRB + 8, made.start + RING)
    symbols = made.placed().symbols
    assert "printk_rb_static" in symbols and "prb" not in symbols
    made.put_words(PRB + 8, 0)
    made.put_allocated_ring(RING + 0x500)
    assert "prb" not in made.placed().symbols


def test_a_build_id_elsewhere_is_none_of_the_kernel() -> None:
    """As those of vdsos, which are in front, and of modules behind."""
    made = Made()
    made.put_note(0x38000, bytes(20))
    made.put_note(DATA + 0x8000, bytes(20))
    assert made.placed().build_id() is None
    made.put_note()
    assert made.placed().build_id() == ID.hex()


def test_addresses_of_7_0() -> None:
    """kallsyms has physical ones: lists tell where it ran, if init_mm says the same."""
    exports = Exports(kallsyms=Layout("place", alignment=4))
    made = Made(exports)
    for number in range(40):
        place = VARIABLES["init_uts_ns"] + 0x200 + 16 * number
        made.put_words(place, made.start + place, made.start + place)
    held = made.memory()
    (kallsyms,) = find_kallsyms(held, ["_stext"])
    own = own_kernel(kallsyms, None)
    assert not kallsyms.has_run_addresses
    assert placed_kernel(held, own, OfStructures()) is None
    made.put_init_mm()
    symbols = made.placed().symbols
    assert (symbols["_stext"], symbols["init_mm"]) == (made.start, made.start + MM)


@pytest.mark.parametrize("ran", [True, False])
def test_a_kernel_that_never_started(run: Run, tmp_path: Path, ran: bool) -> None:
    """As one that is loaded for kexec: its addresses belong to no machine."""
    made = Made(variables={**VARIABLES, "system_state": DATA + 0x11000})
    made.put_release()
    made.put_words(VARIABLES["mem_section"], 0xFFFF2E4147F9D380)
    made.put(DATA + 0x11000, struct.pack("<I", 2 * ran))
    path = tmp_path / "memory"
    path.write_bytes(bytes(made.data))
    found = run("synth", "--dump", str(path), "--arch", "x86_64")
    assert found.code == 0
    assert found.out.startswith("OSRELEASE=6.1.0-57-cloud-arm64\n")
    assert ("SYMBOL(init_uts_ns)=" in found.out) == ran
    assert ("this kernel never started" in found.err) == (not ran)
    assert "its kallsyms has only functions (no CONFIG_KALLSYMS_ALL)" in found.err


def test_a_kernel_of_a_guest(run: Run, tmp_path: Path) -> None:
    """In the memory of its host: it takes itself to be elsewhere, so tables alone tell of it."""
    made = Made(variables={**VARIABLES, "kimage_voffset": DATA + 0x11000})
    made.put_release()
    for there, names in (
        (PHYSICAL, {"init_uts_ns", "kallsyms_names"}),
        (0x40000000, {"init_uts_ns"}),
    ):
        made.put_words(DATA + 0x11000, made.start - there)
        path = tmp_path / "memory"
        path.write_bytes(bytes(made.data))
        found = run("synth", "--dump", str(path), "--arch", "arm64", "--memory-start", "0")
        assert found.code == 0
        assert {
            name for name in names | {"kallsyms_names"} if f"SYMBOL({name})=" in found.out
        } == names
        assert ("virtual machine" in found.err) == (there != PHYSICAL)


def test_thousands_of_pointers() -> None:
    """More than can be looked at: nothing is told, and that soon."""
    made = Made()
    made.put_ring()
    made.put_words(DATA + 0x8000, *[made.start + RING] * 0x1000)
    assert "prb" not in made.placed().symbols
