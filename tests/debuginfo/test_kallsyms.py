# SPDX-License-Identifier: MIT
"""kallsyms out of memory: every layout since 4.6, and tables that are none."""

from __future__ import annotations

import itertools
import random
import struct
import tracemalloc
from collections.abc import Iterable

import pytest

from tests.debuginfo import kallsyms_tables as make
from tests.debuginfo.kallsyms_tables import PHYSICAL, Layout, image, symbols, tokens_at
from tests.debuginfo.memory import find_kallsyms
from tests.dump.test_work import within
from tests.hostile.dumps import elf_of
from vmcoreinfo_codegen.debuginfo import kallsyms_names, kallsyms_work
from vmcoreinfo_codegen.debuginfo.kallsyms import STARTS, Kallsyms
from vmcoreinfo_codegen.debuginfo.kallsyms_tokens import NEEDLE
from vmcoreinfo_codegen.debuginfo.problem import DebugInfoError
from vmcoreinfo_codegen.dump.memory import PhysicalMemory
from vmcoreinfo_codegen.dump.source import Memory

RELEASES = {
    "4.6": Layout(behind=False, seqs=False, long_markers=True),
    "4.6 absolute": Layout("absolute", behind=False, seqs=False, long_markers=True),
    "4.6 per-CPU": Layout("per-CPU", behind=False, seqs=False, long_markers=True),
    "4.20": Layout(behind=False, seqs=False),
    "4.20 absolute": Layout("absolute", behind=False, seqs=False),
    "4.20 per-CPU": Layout("per-CPU", behind=False, seqs=False),
    "6.2": Layout(behind=False),
    "6.2 absolute": Layout("absolute", behind=False),
    "6.2 per-CPU": Layout("per-CPU", behind=False),
    "6.4": Layout(),
    "6.4 absolute": Layout("absolute"),
    "6.4 per-CPU": Layout("per-CPU"),
    "7.0": Layout("place", alignment=4),
}
FORMS = {
    "base": "addresses from a base,",
    "per-CPU": "addresses from a base, per-CPU absolute,",
    "absolute": "addresses absolute,",
    "place": "addresses from their own place,",
}
NEWEST = RELEASES["7.0"]


def memory_of(data: bytes) -> PhysicalMemory:
    return PhysicalMemory(Memory("dump", data))


def found_in(data: bytes, names: Iterable[str] = ()) -> list[Kallsyms]:
    return find_kallsyms(memory_of(data), names)


def elf_with(data: bytes, start: int, bits: int = 64) -> bytes:
    """A dump with `data` at a physical address, and nothing else."""
    head = b"".join(elf_of([(1, 4096, start, len(data))]))
    return head.ljust(4096, b"\0") + data


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("release", RELEASES)
def test_every_layout(release: str, bits: int, order: str) -> None:
    layout = Layout(**{**RELEASES[release].__dict__, "bits": bits, "order": order})
    table = symbols(layout)
    (found,) = found_in(image(table, layout))
    assert list(found.symbols()) == table
    assert found.physical == tokens_at(table, layout)
    assert (found.bits, found.big_endian, found.count) == (bits, order == ">", len(table))
    assert found.layout.startswith(FORMS[layout.form])
    assert ("before the names" in found.layout) == (not layout.behind)
    assert ("markers of 64 bits" in found.layout) == (layout.long_markers and bits == 64)
    assert ("numbers in the order of names" in found.layout) == layout.seqs
    assert found.has_run_addresses


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("release", RELEASES)
def test_places_of_the_tables(release: str, bits: int) -> None:
    layout = Layout(**{**RELEASES[release].__dict__, "bits": bits})
    data = image(symbols(layout), layout)
    (found,) = found_in(data)
    places = found.places
    assert places["kallsyms_token_table"] == found.physical == tokens_at(symbols(layout), layout)
    number = "<Q" if layout.long_markers and bits == 64 else "<I"
    assert struct.unpack_from(number, data, places["kallsyms_num_syms"]) == (700,)
    assert struct.unpack_from(number, data, places["kallsyms_markers"]) == (0,)
    assert struct.unpack_from("<HH", data, places["kallsyms_token_index"]) == (0, 3)
    assert data[places["kallsyms_names"] - 1] == 0 != data[places["kallsyms_names"]]
    if layout.form == "absolute" and bits == 32 and layout.behind:
        assert not {"kallsyms_addresses", "kallsyms_offsets"} & set(places)
        return
    if layout.form == "absolute":
        (first,) = struct.unpack_from(layout.word, data, places["kallsyms_addresses"])
        assert first == layout.linked
    elif layout.form != "place":
        (base,) = struct.unpack_from(layout.word, data, places["kallsyms_relative_base"])
        (first,) = struct.unpack_from("<I", data, places["kallsyms_offsets"])
        assert (base, first) == (layout.linked, 0)
    assert ("kallsyms_relative_base" in places) == (layout.form in ("base", "per-CPU"))
    assert ("kallsyms_addresses" in places) == (layout.form == "absolute")


@pytest.mark.long
@pytest.mark.parametrize("count", [257, 258, 259, 511, 512, 513, 514, 767, 768, 769])
@pytest.mark.parametrize("release", RELEASES)
def test_every_count(release: str, count: int) -> None:
    """Where a table ends depends on it, and what is padding."""
    layout = RELEASES[release]
    (found,) = found_in(image(symbols(layout, count), layout))
    assert list(found.symbols()) == symbols(layout, count)


@pytest.mark.parametrize("release", RELEASES)
def test_addresses_are_those_at_which_it_ran(release: str) -> None:
    layout = RELEASES[release]
    table = symbols(layout)
    move = 0x1F600000
    wanted = {name: address + move * (kind != "A") for address, kind, name in table}
    (found,) = found_in(image(table, layout, move), wanted)
    assert found.addresses == wanted
    (found,) = found_in(image(table, layout, move), ["_text", "nobody"])
    starts = {name: wanted[name] for name in STARTS if name in wanted}
    assert found.addresses == starts


def test_first_of_a_name_counts() -> None:
    table = symbols(NEWEST)
    table[10] = (table[10][0], "t", "twice")
    table[20] = (table[20][0], "t", "twice")
    (found,) = found_in(image(table, NEWEST), ["twice"])
    assert found.addresses["twice"] == table[10][0]


def test_as_system_map() -> None:
    layout = RELEASES["6.4 per-CPU"]
    (found,) = found_in(image(symbols(layout), layout))
    lines = found.system_map().splitlines(keepends=True)
    assert lines[0] == b"0000000000000000 A fixed_percpu_data\n"
    assert lines[3] == b"ffffffff81000000 T _stext\n"
    assert len(lines) == 700
    layout = Layout(bits=32)
    (found,) = found_in(image(symbols(layout), layout))
    assert found.system_map().startswith(b"c1000000 T _stext\n")


def test_symbols_of_no_section() -> None:
    """ppc64 has some, which nm tells nothing of."""
    table = [(a, "?" if i == 5 else k, n) for i, (a, k, n) in enumerate(symbols(NEWEST))]
    (found,) = found_in(image(table, NEWEST))
    assert list(found.symbols()) == table


def test_several_kernels() -> None:
    """In the order of where they are."""
    layouts = [RELEASES["7.0"], RELEASES["4.6 absolute"], Layout(order=">")]
    data = b"".join(image(symbols(layout), layout) for layout in layouts)
    found = found_in(data)
    assert [list(table.symbols()) for table in found] == [symbols(x) for x in layouts]
    assert [table.physical for table in found] == sorted(table.physical for table in found)


def test_distances_alone() -> None:
    """A kernel of 7.0 whose variables are not in the dump: nothing tells where it ran."""
    table = symbols(NEWEST)
    (found,) = found_in(image(table, NEWEST, lists=0), ["_sdata"])
    assert not found.has_run_addresses
    assert {name: found.addresses[name] for name in ("_text", "_sdata")} == {
        "_text": PHYSICAL,
        "_sdata": PHYSICAL + dict((n, a) for a, _, n in table)["_sdata"] - NEWEST.linked,
    }
    # Fewer empty lists than chance could make.
    assert not found_in(image(table, NEWEST, lists=15))[0].has_run_addresses
    assert found_in(image(table, NEWEST, lists=16))[0].has_run_addresses


def test_image_that_never_ran() -> None:
    """A crash kernel of arm64, loaded for kexec: its base is not relocated."""
    for release in ("4.6", "4.20", "6.2", "6.4"):
        layout = RELEASES[release]
        data = image(symbols(layout), layout, -layout.linked)
        (found,) = found_in(data, ["_sdata"])
        assert not found.has_run_addresses
        assert (found.addresses["_text"], found.addresses["_sdata"]) == (0, 0x60000)


def test_not_by_a_few_of_many_lists() -> None:
    """Half of the votes are not enough."""
    data = bytearray(image(symbols(NEWEST), NEWEST, lists=40))
    start = PHYSICAL + 0x60000
    for number in range(19):
        place = start + 64 * number
        data[place : place + 16] = 2 * struct.pack("<Q", place + 4096 * (5 + number % 2))
    assert found_in(bytes(data))[0].has_run_addresses
    data[start + 64 * 19 : start + 64 * 19 + 16] = 2 * struct.pack("<Q", start + 64 * 19)
    assert not found_in(bytes(data))[0].has_run_addresses


@pytest.mark.parametrize("release", RELEASES)
def test_memory_begins_and_ends_with_it(release: str) -> None:
    """What stands in front or behind is not needed; one byte less is no table."""
    layout = RELEASES[release]
    table = symbols(layout)
    place = layout.linked + 0x10000
    data, _ = make.tables(table, layout, place)
    start = PHYSICAL + 0x10000
    (found,) = find_kallsyms(memory_of(elf_with(data, start)))
    assert found.count == len(table)
    for cut in (1, 8):
        assert not find_kallsyms(memory_of(elf_with(data[:-cut], start)))
        assert not find_kallsyms(memory_of(elf_with(data[cut:], start + cut)))


def test_cut_anywhere() -> None:
    for layout in RELEASES.values():
        data, _ = make.tables(symbols(layout, 300), layout, layout.linked)
        for size in range(0, len(data), 97):
            assert not found_in(data[:size])
            if layout.behind and size:
                assert not found_in(bytes(size) + data[size:])


@pytest.mark.parametrize("release", RELEASES)
def test_markers_that_point_into_each_other(release: str) -> None:
    layout = RELEASES[release]
    table = symbols(layout, 1500)
    good = image(table, layout)
    code = "<Q" if layout.long_markers else "<I"
    width = struct.calcsize(code)
    end = tokens_at(table, layout) - (layout.seqs and not layout.behind) * 4500
    values = [-1] * 6
    while values[0]:
        end -= 4
        values = list(struct.unpack_from(f"<6{code[1]}", good, end))
        if values != sorted(set(values)):
            values[0] = -1
    for number, other in itertools.product(range(1, 6), (0, -1, 1, 1 << 30)):
        bad = bytearray(good)
        value = values[number] + other if other else 0
        struct.pack_into(code, bad, end + width * number, value)
        assert not found_in(bytes(bad))
    struct.pack_into(code, bad, end, 1)
    assert not found_in(bytes(bad))


@pytest.mark.long
@pytest.mark.parametrize("count", [0, 1, 512, 699, 701, 769, 1 << 20, 0x7FFFFFFF, 0xFFFFFFFF])
@pytest.mark.parametrize("release", RELEASES)
def test_counts_that_are_none(release: str, count: int) -> None:
    layout = RELEASES[release]
    good = image(symbols(layout), layout)
    place = good.index(struct.pack("<II", 700, 0)) if layout.alignment == 8 else None
    place = good.index(struct.pack("<I", 700)) if place is None else place
    bad = bytearray(good)
    struct.pack_into("<I", bad, place, count)
    assert not found_in(bytes(bad))


def test_no_address_out_of_order() -> None:
    for layout in RELEASES.values():
        table = symbols(layout)
        table[100] = (table[100][0] + 0x8000, *table[100][1:])
        assert not found_in(image(table, layout))
        table = symbols(layout)
        assert not found_in(image([(table[0][0], *row[1:]) for row in table], layout))


def test_no_kernel_without_its_start() -> None:
    for layout in RELEASES.values():
        table = [(a, k, n.replace("_text", "xtext")) for a, k, n in symbols(layout)]
        table = [(a, k, n.replace("_stext", "xstext")) for a, k, n in table]
        assert not found_in(image(table, layout))


def test_names_that_are_none() -> None:
    """A type without a name, a type that is none, and what does not print."""
    for kind, name in (("t", ""), ("_", "name"), ("t", "a\x7f"), ("t", "a b"), ("t", "\xe9")):
        table = symbols(NEWEST)
        table[50] = (table[50][0], kind, name)
        assert not found_in(image(table, NEWEST))


def test_numbers_in_the_order_of_names_are_each_once() -> None:
    for layout in (x for x in RELEASES.values() if x.seqs):
        good = image(symbols(layout), layout)
        by_name = sorted(range(700), key=lambda number: symbols(layout)[number][2])
        place = good.index(b"".join(number.to_bytes(3, "big") for number in by_name))
        for number in (by_name[1], 700, 0xFFFFFF):
            bad = bytearray(good)
            bad[place : place + 3] = number.to_bytes(3, "big")
            assert not found_in(bytes(bad))


def test_damage_is_no_exception() -> None:
    chance = random.Random(18)
    for layout in RELEASES.values():
        good = image(symbols(layout, 300), layout)[PHYSICAL:-0x10000]
        size = len(make.tables(symbols(layout, 300), layout, layout.linked)[0])
        for _ in range(30):
            bad = bytearray(good)
            for _ in range(chance.choice((1, 1, 4, 64))):
                bad[0x10000 + chance.randrange(size)] = chance.choice((0, 0x7F, 0x80, 0xFF))
            for table in found_in(bytes(bad)):
                assert len(list(table.symbols())) == table.count == 300


def test_nothing_in_zeros_and_noise() -> None:
    table = make.tables(symbols(NEWEST), NEWEST, NEWEST.linked)
    tokens = table[0][table[1] :][:4096]
    noise = random.Random(4).randbytes(1 << 20)
    for data in (bytes(1 << 20), noise, b"\xff" * (1 << 20), b"\1\0\0\0" * (1 << 18)):
        assert not found_in(data)
        with within(2):
            assert not found_in(data + tokens + data)


def test_false_tokens_cost_little() -> None:
    """Needles alone, then whole tables of tokens without names; the real one among them is found."""
    real = image(symbols(NEWEST), NEWEST)
    with within(3):
        (found,) = found_in((NEEDLE + b"x") * 20_000 + bytes(2092) + real)
        assert found.count == 700
    table, place = make.tables(symbols(NEWEST), NEWEST, NEWEST.linked)
    tokens = table[place : place + 2048]
    with within(5):
        (found,) = found_in(tokens * 1000 + real)
        assert found.count == 700


def test_zeros_before_false_tokens_cost_little() -> None:
    """Every second word could be the first marker."""
    table, place = make.tables(symbols(NEWEST), NEWEST, NEWEST.linked)
    tokens = table[place : place + 2048]
    for words in (b"\0\0\0\0\0\x0e\0\0", b"\0\0\0\0\0\x0e\0\0\0\x1c\0\0"):
        data = words * ((4 << 20) // len(words))
        with within(6):
            try:
                assert not found_in((data + tokens) * 5)
            except DebugInfoError as error:
                assert "passed the limit" in str(error)


def test_limits_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = image(symbols(NEWEST), NEWEST)
    with pytest.raises(DebugInfoError, match=r"dump: passed the limit of .* places like kallsyms"):
        found_in((NEEDLE + b"x") * 60_000)
    for most, match in (("bytes", "bytes read for"), ("steps", "steps through")):
        work = kallsyms_work.Work(memory_of(real))
        getattr(work, most).left = 1000
        monkeypatch.setattr("vmcoreinfo_codegen.debuginfo.kallsyms.Work", lambda _, work=work: work)
        with pytest.raises(DebugInfoError, match=f"passed the limit of .* {match} kallsyms"):
            found_in(real)


def test_more_names_than_there_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    data = image(symbols(NEWEST), NEWEST)
    monkeypatch.setattr(kallsyms_names, "_MOST_NAMES", 5000)
    assert not found_in(data)


def test_memory_that_it_takes() -> None:
    """Of a hundred guests of a host none is kept."""
    data = image(symbols(NEWEST), NEWEST) * 20
    memory = memory_of(data)
    tracemalloc.start()
    try:
        found = find_kallsyms(memory)
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found) == 20
    assert kept < 20 * 40_000
    assert most < 24 << 20


def test_changed_while_it_is_read() -> None:
    source = Memory("dump", image(symbols(NEWEST), NEWEST))
    (found,) = find_kallsyms(PhysicalMemory(source))
    source.data = bytes(len(source.data))
    with pytest.raises(DebugInfoError, match="dump: it changed while it was read"):
        list(found.symbols())
