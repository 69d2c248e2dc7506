# SPDX-License-Identifier: MIT
"""BTF of real kernels answers as their notes do; blobs of every kind answer as they were made."""

from __future__ import annotations

import pytest

from tests.conftest import CORPUS, RealNote, real_notes
from tests.debuginfo.cut import cut_btf, questions
from tests.debuginfo.make import Blob, bits, everything
from vmcoreinfo_codegen.core.key import Kind, kind_of
from vmcoreinfo_codegen.debuginfo.btf import MOST_BYTES, Btf
from vmcoreinfo_codegen.debuginfo.facts import Facts, Sources
from vmcoreinfo_codegen.files.compressed import read_file
from vmcoreinfo_codegen.model import Schema

OF_TYPES = (Kind.OFFSET, Kind.SIZE, Kind.LENGTH, Kind.NUMBER)

# Constants of macros, variables, and lengths of variables.
UNKNOWN = {
    "LENGTH(mem_section)",
    "LENGTH(node_data)",
    "NUMBER(KERNEL_IMAGE_SIZE)",
    "NUMBER(MAX_PHYSMEM_BITS)",
    "NUMBER(SECTION_SIZE_BITS)",
    "NUMBER(pgtable_l5_enabled)",
    "NUMBER(phys_base)",
    "NUMBER(sme_mask)",
}

# Of each kernel, how many values the types tell, and what else they don't.
KERNELS = [
    ("5.10.0-30-cloud-amd64", 76, set()),
    ("6.1.0-56-cloud-amd64", 79, set()),
    ("6.12.117+deb13-cloud-amd64", 76, {"NUMBER(VMALLOC_START)"}),
    ("7.3.4+deb13-cloud-amd64", 77, {"NUMBER(VMALLOC_START)"}),
]


def real(release: str) -> tuple[Btf, RealNote]:
    path = CORPUS / "debuginfo" / f"x86_64-{release}.btf.xz"
    (note,) = (n for n in real_notes() if n.file == f"x86_64-{release}.note")
    return Btf(read_file(path, MOST_BYTES), path.name), note


def answers(schema: Schema, types: Btf, note: RealNote) -> dict[str, set[int]]:
    """What the types say of every value of the note that is about types."""
    asked = {}
    for key in note.values:
        if kind_of(key) in OF_TYPES:
            entry = schema.by_key[key]
            (export,) = entry.exports_for("x86_64", note.release)
            asked[key] = export.debug_info(key, entry.kind, note.release)
    facts = Facts([e for said in asked.values() for e in said], Sources(types=types))
    return {key: facts.values(said) for key, said in asked.items()}


@pytest.mark.parametrize(("release", "known", "unknown"), KERNELS)
def test_real_types_say_what_the_note_says(
    schema: Schema, release: str, known: int, unknown: set[str]
) -> None:
    types, note = real(release)
    said = answers(schema, types, note)
    assert {key for key, values in said.items() if not values} == UNKNOWN | unknown
    told = {key: values for key, values in said.items() if values}
    assert told == {key: {int(note.values[key], 0)} for key in told}
    assert len(told) == known


@pytest.mark.parametrize("release", [kernel[0] for kernel in KERNELS[2:]])
def test_what_follows_from_page_types(schema: Schema, release: str) -> None:
    types, note = real(release)
    said = answers(schema, types, note)
    values = {
        "NUMBER(PG_head_mask)": 64,
        "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)": 0xF5 - 256 << 24,
        "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)": 0xF0 - 256 << 24,
        "NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)": 0xF4 - 256 << 24,
        "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)": 0xF1 - 256 << 24,
    }
    assert {key: said[key] for key in values} == {key: {v} for key, v in values.items()}


@pytest.fixture(params=["<", ">"], ids=["little", "big"])
def types(request: pytest.FixtureRequest) -> Btf:
    return Btf(everything(request.param))


def test_sizes(types: Btf) -> None:
    names = ["page", "zone", "atomic_t", "pgoff_t", "deep_t", "double", "zone_stat_item", "wide"]
    assert [types.sizes(name) for name in names] == [{48}, {540}, {4}, {8}, {8}, {8}, {4}, {8}]
    assert types.sizes("twice") == {16, 24}
    # What is declared alone, has no size, is no type, or is a string and nothing else.
    for name in ("absent", "nothing_t", "page_fault", "mem_section", "argument", "nowhere"):
        assert types.sizes(name) == set()


def test_offsets(types: Btf) -> None:
    page = ["flags", "lru", "index", "share", "private", "_refcount", "tag", "lru.prev"]
    found = [types.offsets("page", path) for path in page]
    assert found == [{0}, {8}, {24}, {24}, {8}, {32}, {36}, {16}]
    assert types.offsets("page", "_refcount.counter") == {32}
    assert types.offsets("atomic_t", "counter") == {0}
    assert types.offsets("twice", "here") == {0, 8}
    assert types.offsets("twice", "both") == {8}
    for path in ("lr", "lru.next.prev", "flags.lru", "nowhere", "index.nowhere"):
        assert types.offsets("page", path) == set()


def test_a_bit_field_has_no_offset(types: Btf) -> None:
    found = [types.offsets("packed", path) for path in ("low", "byte", "word", "none")]
    assert found == [set(), set(), {4}, {8}]


def test_lengths(types: Btf) -> None:
    assert types.lengths("zone", "free_area") == {11}
    assert types.lengths("packed", "none") == {0}
    assert types.lengths("zone", "name") == types.lengths("page", "flags") == set()


def test_sizes_of_pointers_and_arrays() -> None:
    for pointer_bytes in (4, 8):
        b = Blob()
        b.list_head(pointer_bytes)
        b.typedef("pointer_t", b.pointer())
        b.typedef("table_t", b.array(b.array(b.pointer(), 3), 5))
        types = Btf(b.blob())
        assert types.sizes("pointer_t") == {pointer_bytes}
        assert types.sizes("table_t") == {15 * pointer_bytes}


def test_the_size_of_a_pointer_may_be_unknown() -> None:
    b = Blob()
    b.typedef("pointer_t", b.pointer())
    assert Btf(b.blob()).sizes("pointer_t") == set()
    b.typedef("list_head", b.pointer())
    types = Btf(b.blob())
    assert types.sizes("pointer_t") == types.sizes("list_head") == set()


def test_enumerators(types: Btf) -> None:
    values = {
        "NR_FREE_PAGES": 0, "NR_LAST": 0x80000000, "MINUS_ONE": -1, "LEAST": -(1 << 31),
        "MOST": (1 << 31) - 1, "BIG": 0xFFFFFFFF_00000001, "BIG_MINUS": -(1 << 40),
    }  # fmt: skip
    assert types.enumerators([*values, "page", "nowhere"]) == values
    assert types.enumerators([]) == {}


def test_anonymous_members_within_bit_fields() -> None:
    b = Blob()
    int_ = b.int_("int", 4)
    inner = b.struct("", 4, [("in", int_, bits(0)), ("bit", int_, bits(3, 1))], flag=True)
    b.struct("outer", 8, [("first", int_, bits(0, 5)), ("", inner, bits(32))], flag=True)
    types = Btf(b.blob())
    assert (types.offsets("outer", "in"), types.offsets("outer", "bit")) == ({4}, set())


def test_no_types_at_all() -> None:
    types = Btf(Blob().blob())
    assert types.sizes("page") == set()
    b = Blob()
    b.string("page")
    types = Btf(b.blob())
    assert (types.sizes("page"), types.enumerators(["page"])) == (set(), {})


def test_the_corpus_has_what_the_schema_asks_for() -> None:
    """To cut what was cut changes nothing, so everything in it is asked for."""
    for release, *_ in KERNELS:
        data = read_file(CORPUS / "debuginfo" / f"x86_64-{release}.btf.xz", MOST_BYTES)
        assert cut_btf(data, questions()) == data
