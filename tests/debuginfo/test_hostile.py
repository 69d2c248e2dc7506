# SPDX-License-Identifier: MIT
"""BTF that lies: an answer or DebugInfoError, never another exception, never long."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.debuginfo.make import (
    CONST,
    ENUM,
    HEADER_BYTES,
    INT,
    PTR,
    STRUCT,
    TYPE_TAG,
    WORD,
    Blob,
    everything,
)
from vmcoreinfo_codegen.core.expression import Binary, TypeFact
from vmcoreinfo_codegen.debuginfo.btf import Btf
from vmcoreinfo_codegen.debuginfo.facts import Facts, Sources
from vmcoreinfo_codegen.debuginfo.problem import DebugInfoError

NAMES = ["page", "zone", "packed", "twice", "list_head", "deep_t", "nothing_t", "wide", "nowhere"]
PATHS = ["flags", "lru", "share", "lru.next", "free_area", "low", "here", "nowhere"]
ENUMERATORS = ["NR_FREE_PAGES", "MINUS_ONE", "BIG", "BIG_MINUS"]

EVERYTHING = everything()
TYPES_BYTES = struct.unpack_from("<I", EVERYTHING, 12)[0]


def ask(data: bytes) -> None:
    """Ask everything, each question on its own; what is refused is refused by name."""
    try:
        types = Btf(data, "blob")
    except DebugInfoError as error:
        assert str(error).startswith("blob: ")
        return
    questions: list[Callable[[], object]] = [
        partial(types.load, NAMES),
        partial(types.enumerators, ENUMERATORS),
    ]
    for name in NAMES:
        questions.append(partial(types.sizes, name))
        for path in PATHS:
            questions.append(partial(types.offsets, name, path))
            questions.append(partial(types.lengths, name, path))
    for question in questions:
        try:
            question()
        except DebugInfoError as error:
            assert str(error).startswith("blob: ")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not BTF .it starts with nothing"),
        (b"\x7fELF" + bytes(100), "not BTF .it starts with 7f 45"),
        (EVERYTHING[: HEADER_BYTES - 1], "not BTF"),
        (EVERYTHING[:HEADER_BYTES], "describes more bytes than the file has"),
        (EVERYTHING[:-1], "describes more bytes than the file has"),
        (Blob().blob(version=2), "unsupported BTF version 2"),
        (Blob().blob(header=WORD), "describes more bytes than the file has"),
        (Blob().blob(types_at=WORD), "describes more bytes than the file has"),
        (Blob().blob(types_at=2), "describes more bytes than the file has"),
        (Blob().blob(types_bytes=WORD), "describes more bytes than the file has"),
        (
            Blob().blob(strings_at=WORD, strings_bytes=WORD),
            "describes more bytes than the file has",
        ),
        (Blob().blob(strings_bytes=2), "describes more bytes than the file has"),
    ],
)
def test_a_header_that_lies(data: bytes, message: str) -> None:
    with pytest.raises(DebugInfoError, match=message):
        Btf(data)


def _blob_of(*types: tuple[int, str, int, list[int], int]) -> Blob:
    b = Blob()
    for type_ in types:
        b.add(*type_)
    return b


@pytest.mark.parametrize("kind", [0, 20, 31])
def test_a_kind_that_is_not_known(kind: int) -> None:
    types = Btf(_blob_of((PTR, "", 0, [], 0), (kind, "page", 8, [], 0)).blob())
    with pytest.raises(
        DebugInfoError, match=f"type 2 at byte 12 of the types: a type of kind {kind}"
    ):
        types.sizes("page")


@pytest.mark.parametrize(
    "type_",
    [
        (STRUCT, "page", 8, [0, 0, 0], 2),
        (STRUCT, "page", 8, [], 0xFFFF),
        (ENUM, "page", 4, [0], 1),
    ],
)
def test_a_list_that_goes_past_the_end(type_: tuple[int, str, int, list[int], int]) -> None:
    types = Btf(_blob_of((PTR, "", 0, [], 0), type_).blob())
    with pytest.raises(DebugInfoError, match="type 2 is truncated"):
        types.sizes("page")
    with pytest.raises(DebugInfoError, match="type 2 is truncated"):
        types.enumerators(["page"])


def test_types_that_are_cut_anywhere() -> None:
    for size in range(TYPES_BYTES):
        data = bytearray(EVERYTHING)
        struct.pack_into("<I", data, 12, size)
        ask(bytes(data))


def test_a_type_that_is_not_there() -> None:
    b = Blob()
    b.struct("page", 8, [("lru", 77, 0), ("", 78, 0), ("flags", 0, 64)])
    b.typedef("deep_t", WORD)
    types = Btf(b.blob())
    assert types.offsets("page", "lru") == {0}
    with pytest.raises(DebugInfoError, match="type 77 is referenced, but missing"):
        types.lengths("page", "lru")
    with pytest.raises(DebugInfoError, match="type 78 is referenced, but missing"):
        types.offsets("page", "flags")
    with pytest.raises(DebugInfoError, match="type 4294967295 is referenced, but missing"):
        types.sizes("deep_t")


def test_a_typedef_of_itself() -> None:
    b = Blob()
    b.typedef("deep_t", 1)
    b.add(CONST, last=3)
    b.add(TYPE_TAG, last=2)
    b.struct("page", 8, [("flags", 2, 0)])
    types = Btf(b.blob())
    with pytest.raises(DebugInfoError, match="a type contains itself"):
        types.sizes("deep_t")
    with pytest.raises(DebugInfoError, match="is a typedef of itself"):
        types.offsets("deep_t", "flags")
    with pytest.raises(DebugInfoError, match="is a typedef of itself"):
        types.lengths("page", "flags")
    with pytest.raises(DebugInfoError, match="is a typedef of itself"):
        types.offsets("page", "flags.lru")


def test_an_array_of_itself() -> None:
    b = Blob()
    b.typedef("deep_t", b.array(b.next, WORD))
    with pytest.raises(DebugInfoError, match="a type contains itself"):
        Btf(b.blob()).sizes("deep_t")


def test_a_huge_array() -> None:
    b = Blob()
    inner = b.int_("int", 4)
    for _ in range(8):
        inner = b.array(inner, WORD)
    b.typedef("deep_t", inner)
    b.struct("zone", 8, [("free_area", inner, 0)])
    types = Btf(b.blob())
    assert types.sizes("deep_t") == {4 * WORD**8}
    assert types.lengths("zone", "free_area") == {WORD}


def test_a_struct_within_itself() -> None:
    """Nothing that is not in it already."""
    b = Blob()
    b.struct("page", 8, [("", 1, 8), ("", 2, 8), ("flags", 0, 64)])
    b.struct("", 8, [("", 1, 8), ("", 2, 0), ("lru", 0, 16)])
    types = Btf(b.blob())
    assert types.offsets("page", "flags") == {8}
    assert types.offsets("page", "lru") == {3}
    assert types.offsets("page", "nowhere") == set()


def test_types_within_types_without_end() -> None:
    b = Blob()
    inner = b.struct("", 8, [("flags", 0, 0)])
    for _ in range(10_000):
        inner = b.struct("", 8, [("", inner, 8)])
    b.struct("page", 8, [("", inner, 0)])
    with pytest.raises(DebugInfoError, match="more than 32 deep"):
        Btf(b.blob()).offsets("page", "flags")


@pytest.mark.parametrize("width", [2, 60])
def test_members_that_fan_out(width: int) -> None:
    """30 structs, each `width` times in the next: as many ways as no machine can go."""
    b = Blob()
    inner = b.struct("", 8, [("flags", 0, 0)])
    for depth in range(29):
        inner = b.struct("", 8, [("", inner, 1 << depth)] * width)
    b.struct("page", 8, [("", inner, 0)] * width)
    types = Btf(b.blob())
    began = time.process_time()
    assert types.offsets("page", "nowhere") == set()
    assert types.offsets("page", "flags") == set()  # not at a whole byte
    assert types.lengths("page", "flags") == set()
    assert time.process_time() - began < 1


def test_members_of_one_name_do_not_multiply() -> None:
    """A path goes through the first of each name, not through every one."""
    b = Blob()
    inner = b.struct("inner", 8, [("x", 0, 0)] * 0xFFFF)
    b.struct("page", 8, [("lru", inner, 64)] * 0xFFFF)
    types = Btf(b.blob())
    began = time.process_time()
    assert types.offsets("page", "lru.x") == {8}
    assert types.offsets("page", "lru.nowhere") == set()
    assert time.process_time() - began < 2


def test_strings_that_are_not_there() -> None:
    b = Blob()
    b.struct("page", 8, [("flags", 0, 0), ("lru", 0, 64)])
    data = bytearray(b.blob())
    struct.pack_into("<I", data, HEADER_BYTES + 12, WORD)
    types = Btf(bytes(data))
    assert (types.offsets("page", "flags"), types.offsets("page", "lru")) == (set(), {8})
    ask(b.blob(strings_bytes=0))


@pytest.mark.long
@pytest.mark.mutations
@given(st.data())
def test_mutated(data: st.DataObject) -> None:
    """Bytes and whole words replaced by the values that break readers."""
    order = data.draw(st.sampled_from("<>"))
    blob = bytearray(everything(order))
    for _ in range(data.draw(st.integers(1, 8))):
        most = data.draw(st.sampled_from([HEADER_BYTES, HEADER_BYTES + TYPES_BYTES, len(blob)]))
        word = data.draw(st.integers(0, most // 4 - 1)) * 4
        value = data.draw(
            st.one_of(
                st.integers(0, 50),
                st.sampled_from([0xFFFF, 0x7FFFFFFF, 0x80000000, WORD]),
                # A type's kind, how many elements follow, and the flag of bit-fields.
                st.builds(
                    lambda kind, vlen, flag: flag << 31 | kind << 24 | vlen,
                    st.integers(0, 31),
                    st.sampled_from([0, 1, 2, 4, 0xFFFF]),
                    st.integers(0, 1),
                ),
            )
        )
        struct.pack_into(order + "I", blob, word, value)
    cut = data.draw(st.integers(0, len(blob))) if data.draw(st.booleans()) else len(blob)
    ask(bytes(blob[:cut]))


@pytest.mark.mutations
@given(st.lists(st.integers(0, WORD), max_size=80), st.binary(max_size=40))
def test_a_header_and_anything(words: list[int], strings: bytes) -> None:
    b = Blob()
    b.types = [struct.pack("<I", word) for word in words]
    for name in (*NAMES, *PATHS, *ENUMERATORS):
        b.string(name)
    ask(b.blob() + strings)


def test_anonymous_members_of_many_types() -> None:
    """80 types of 65,535 anonymous members took 95 s."""
    b = Blob()
    inner = b.struct("", 8, [("x", 0, 0)])
    for _ in range(4):
        b.struct("page", 8, [("", inner, 0)] * 0xFFFF)
    types = Btf(b.blob(), "blob")
    began = time.process_time()
    with pytest.raises(DebugInfoError, match=r"blob: passed the limit of \d+ members looked at"):
        for _ in range(20):
            types.offsets("page", "nowhere")
    assert time.process_time() - began < 8


def test_what_a_thousand_notes_ask_is_looked_up_once() -> None:
    """Real types pass no limit, however many notes are compared with them."""
    types = Btf(EVERYTHING)
    asked = [TypeFact("offset", "page.lru"), TypeFact("length", "zone.free_area")]
    facts = Facts(asked, Sources(types))
    spent = set()
    for _ in range(5):
        assert [facts.values([fact]) for fact in asked] == [{8}, {11}]
        spent.add(types._budget.left)
    assert len(spent) == 1


def test_types_of_one_name_that_multiply() -> None:
    b = Blob()
    for number in range(1, 65):
        for name in ("page", "zone", "node"):
            b.struct(name, number, [])
    names = [TypeFact("size", name) for name in ("page", "zone", "node")]
    two = Binary("+", names[0], names[1])
    facts = Facts([], Sources(Btf(b.blob())))
    assert facts.values([two]) == set(range(2, 129))
    with pytest.raises(DebugInfoError, match="page and zone and node in 262144 ways"):
        facts.values([Binary("+", two, names[2])])


@pytest.mark.parametrize("content", [b"x" * 3_000_000, b"x\0" * 1_500_000, b"\0page" * 500_000])
def test_strings_of_any_shape(content: bytes) -> None:
    b = Blob()
    b.struct("zone", 8, [])
    b._strings += content
    b._places = {"": 0}
    b.struct("page", 16, [])
    types = Btf(b.blob())
    began = time.process_time()
    assert (types.sizes("zone"), types.sizes("page")) in [({8}, {16}), ({8}, set())]
    assert time.process_time() - began < 3


def test_types_that_do_not_begin_the_blob() -> None:
    """What stands between the header and them is passed over, and a longer header is."""
    b = Blob()
    b.struct("page", 8, [("flags", 0, 0), ("lru", 0, 64)])
    size = len(b.blob()) - HEADER_BYTES - len(b._strings)
    lies = {"types_at": 8, "strings_at": 8 + size}
    for header, between in ((HEADER_BYTES, 8), (HEADER_BYTES + 12, 20)):
        blob = b.blob(header=header, **lies)
        types = Btf(blob[:HEADER_BYTES] + b"\xff" * between + blob[HEADER_BYTES:])
        assert (types.sizes("page"), types.offsets("page", "lru")) == ({8}, {8})


def test_void_is_no_type() -> None:
    """Its number is 0, and no word of the blob is its."""
    b = Blob()
    b.add(INT, "int", 4, [32])
    b.typedef("nothing_t", 0)
    b.struct("page", 8, [("flags", 0, 0)])
    data = bytearray(b.blob())
    # Of whoever reads one word before the first type, this is the kind of an int.
    struct.pack_into("<I", data, HEADER_BYTES, INT << 24)
    types = Btf(bytes(data))
    assert types.sizes("nothing_t") == set()
    assert types.lengths("page", "flags") == set()


def test_the_last_type_can_be_referred_to_and_the_one_behind_it_not() -> None:
    b = Blob()
    b.typedef("deep_t", 3)
    b.typedef("wide", 4)
    b.int_("int", 4)
    types = Btf(b.blob())
    assert types.sizes("deep_t") == {4}
    with pytest.raises(DebugInfoError, match="type 4 is referenced, but missing"):
        types.sizes("wide")
