# SPDX-License-Identifier: MIT
"""Physical memory of dumps of every form: what it holds is read and found, the same in all."""

from __future__ import annotations

import ctypes
import itertools
import random
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dump.make import TEXT, flattened, kdump, with_memory
from tests.dump.packing import WAYS, packed
from tests.hostile.dumps import elf_of
from vmcoreinfo_codegen.dump import decompress, kdump_memory, kdump_pages, search, unflattened
from vmcoreinfo_codegen.dump.memory import PhysicalMemory
from vmcoreinfo_codegen.dump.problem import DumpError
from vmcoreinfo_codegen.dump.source import File, Memory

PAGE = 4096
ORDERS = ("<", ">")


def page(number: int, size: int = PAGE) -> bytes:
    """One that compresses, and is no other's."""
    return b"".join(struct.pack(">II", number, place) for place in range(0, size, 8))


PAGES = {
    frame: page(frame) if frame % 5 else bytes(PAGE)
    for frame in (*range(3, 40), 42, *range(32760, 32780), 40000, 100000)
}


def dump_of(
    pages: dict[int, bytes] = PAGES,
    way: int = 0,
    bits: int = 64,
    order: str = "<",
    block: int = PAGE,
    **header: object,
) -> bytes:
    made = kdump(bits=bits, order=order, block=block, **header)  # type: ignore[arg-type]
    return with_memory(made, {f: packed(way, p) for f, p in pages.items()}, bits, order, block)


def memory_of(dump: bytes) -> PhysicalMemory:
    return PhysicalMemory(Memory("vmcore", dump))


def holds(memory: PhysicalMemory, pages: dict[int, bytes] = PAGES, size: int = PAGE) -> None:
    for frame, content in pages.items():
        assert memory.read(frame * size, size) == content
        assert memory.read(frame * size + 100, 24) == content[100:124]
        if frame + 1 not in pages:
            assert memory.read(frame * size + 100, size) == content[100:]
            assert memory.read((frame + 1) * size, 1) == b""
        if frame - 1 not in pages:
            assert memory.read((frame - 1) * size, 1) == b""
        else:
            assert memory.read(frame * size - 8, 16) == pages[frame - 1][-8:] + content[:8]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_in_whichever_way_pages_are_compressed(way: int) -> None:
    memory = memory_of(dump_of(way=way))
    holds(memory)
    assert (memory.bits, memory.order, memory.arch) == (64, "<", "x86_64")
    assert (memory.is_raw, memory.is_placed) == (False, True)


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("version", range(1, 7))
@pytest.mark.parametrize("text", [TEXT, None], ids=["note", "no note"])
def test_of_every_version(bits: int, order: str, version: int, text: bytes | None) -> None:
    machine = {(64, "<"): b"x86_64", (64, ">"): b"s390x", (32, "<"): b"i686", (32, ">"): b"ppc"}
    aligned = (bits, order) != (32, "<")
    memory = memory_of(
        dump_of(
            way=1, bits=bits, order=order, version=version, text=text, aligned=aligned, machine=machine[bits, order],
        )
    )  # fmt: skip
    holds(memory)
    assert (memory.bits, memory.order) == (bits, order)


@pytest.mark.parametrize("block", [512, 16384, 65536, 1 << 20])
def test_of_pages_of_every_size(block: int) -> None:
    pages = {frame: page(frame, block) for frame in (1, 2, 3, 7)}
    memory = memory_of(dump_of(pages, way=1, block=block))
    holds(memory, pages, block)
    assert [p for p, _ in memory.find_all([page(3, block)[:16]])] == [3 * block]


def test_of_qemu() -> None:
    """Its header names no machine."""
    assert memory_of(dump_of(system=b"", machine=b"")).arch is None
    holds(memory_of(dump_of(way=1, system=b"", machine=b"", text=None)))


@pytest.mark.parametrize("size", [PAGE, 5000, 1 << 20])
def test_flattened(tmp_path: Path, size: int) -> None:
    dump = dump_of(way=1)
    path = tmp_path / "flat"
    path.write_bytes(flattened(dump, size))
    with File(str(path)) as file:
        holds(PhysicalMemory(file))
    image = elf_image()
    assert list(memory_of(flattened(image, size)).find(b"needle")) == list(
        memory_of(image).find(b"needle")
    )


def elf_image() -> bytes:
    data = bytearray(3 * PAGE)
    data[5000:5006] = data[PAGE - 3 : PAGE + 3] = b"needle"
    at = 64 + 3 * 56 + 64
    rows = [
        (1, at + PAGE, 0x9000, 2 * PAGE), (1, at, 0x8000, PAGE), (1, at, 0x20000, PAGE),
    ]  # fmt: skip
    return b"".join(elf_of(rows, bytes(data)))


def test_neighbours_in_memory_that_are_none_in_the_file() -> None:
    memory = memory_of(elf_image())
    assert list(memory.find(b"needle")) == [0x8000 + PAGE - 3, 0x8000 + 5000]
    assert memory.read(0x8000 + PAGE - 3, 6) == b"needle"
    assert list(memory.find(b"nee")) == [0x8000 + PAGE - 3, 0x8000 + 5000, 0x20000 + PAGE - 3]


def naive(pages: dict[int, bytes], needles: list[bytes]) -> list[tuple[int, bytes]]:
    """The same, slowly."""
    found = set()
    for first in pages:
        if first - 1 in pages:
            continue
        frames = itertools.takewhile(pages.__contains__, itertools.count(first))
        data = b"".join(pages[frame] for frame in frames)
        for needle in needles:
            place = data.find(needle)
            while place >= 0:
                found.add((first * PAGE + place, needle))
                place = data.find(needle, place + 1)
    return sorted(found)


@pytest.mark.parametrize("way", [0, 1])
@pytest.mark.parametrize("seed", range(6))
def test_found_wherever_they_are(seed: int, way: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Needles of all lengths, within pieces and across as many as there are."""
    chance = random.Random(seed)
    monkeypatch.setattr(kdump_memory, "PIECE", chance.choice([PAGE, 2 * PAGE, 5 * PAGE]))
    pages = {f: bytes(chance.choices(b"ab\0", k=PAGE)) for f in range(60) if chance.random() < 0.8}
    needles = [b"a", b"ab\0", b"\0\0\0\0\0", b"abababab"]
    for size in (20, PAGE - 1, PAGE + 1, 3 * PAGE):
        frame = chance.choice([f for f in pages if f + 1 in pages])
        run = b"".join(pages.get(f, b"") for f in range(frame, frame + 4))
        start = chance.randrange(max(1, min(PAGE, len(run) - size)))
        needles.append(run[start : start + size])
    needles = list(dict.fromkeys(needles))
    memory = memory_of(dump_of(pages, way))
    found = list(memory.find_all(needles))
    assert found == naive(pages, needles)


def test_found_at_the_edges_of_pieces_of_a_file(tmp_path: Path) -> None:
    data = bytearray(3 * search.PIECE + 10)
    places = [0, search.PIECE - 3, 2 * search.PIECE, 3 * search.PIECE + 4]
    for place in places:
        data[place : place + 6] = b"needle"
    path = tmp_path / "raw"
    path.write_bytes(data)
    with File(str(path)) as file:
        assert list(PhysicalMemory(file, 0x1000).find(b"needle")) == [0x1000 + p for p in places]


def test_holes_are_zeros(tmp_path: Path) -> None:
    """What begins or ends in one is found; zeros alone are not looked for."""
    path = tmp_path / "raw"
    with path.open("wb") as file:
        file.truncate(64 << 20)
        for place in (8 << 20, 16 << 20):
            file.seek(place)
            file.write(b"end" + bytes(PAGE - 6) + b"ing")
    with File(str(path)) as opened:
        memory = PhysicalMemory(opened, 0)
        assert list(memory.find(bytes(100) + b"end")) == [(8 << 20) - 100, (16 << 20) - 100]
        assert list(memory.find(b"ing" + bytes(100))) == [
            (8 << 20) + PAGE - 3,
            (16 << 20) + PAGE - 3,
        ]


def test_an_empty_needle_is_no_needle() -> None:
    memory = memory_of(dump_of())
    assert list(memory.find_all([])) == []
    with pytest.raises(ValueError, match="empty needle"):
        list(memory.find_all([b"a", b""]))


def test_a_file_of_several() -> None:
    with pytest.raises(DumpError, match=r"one of several files .* makedumpfile --reassemble"):
        memory_of(dump_of(split=1))


@pytest.mark.parametrize("way", [name for name in WAYS if name not in ("raw", "zlib")])
def test_without_the_library(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = memory_of(dump_of(way=WAYS[way]))

    def missing(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", missing)
    message = f"compressed with {way}, but lib.* is not installed; install the package"
    with pytest.raises(DumpError, match=message):
        memory.read(3 * PAGE, 8)
    with pytest.raises(DumpError, match=message):
        list(memory.find(b"needle"))


def descriptors_of(dump: bytes) -> int:
    """Where they begin."""
    subs, bitmaps = struct.unpack_from("<II", dump, 424 + 8)
    return int((1 + subs + bitmaps) * PAGE)


def with_descriptor(dump: bytes, number: int, *fields: int) -> bytes:
    data = bytearray(dump)
    struct.pack_into("<QIIQ", data, descriptors_of(dump) + 24 * number, *fields, 0)
    return bytes(data)


FEW = {frame: page(frame + 0x61626364) for frame in range(4)}


@pytest.mark.parametrize("way", [0, 1])
def test_what_was_cut_off_is_not_there(way: int) -> None:
    """Nor what makedumpfile had no room for, whose descriptor is zero."""
    dump = dump_of(FEW, way)
    for broken in (
        dump[:-1],
        with_descriptor(dump, 3, 0, 0, 0),
        with_descriptor(dump, 3, 1 << 60, PAGE, 0),
    ):
        memory = memory_of(broken)
        assert memory.read(2 * PAGE, 2 * PAGE) == FEW[2]
        assert memory.read(3 * PAGE, 1) == b""
        needles = [content[8:16] for content in FEW.values()]
        assert list(memory.find_all(needles)) == [
            (frame * PAGE + 8, needles[frame]) for frame in range(3)
        ]
    memory = memory_of(dump[: descriptors_of(dump) + 24 * 2])
    assert memory.read(0, PAGE) == b""
    assert list(memory.find(b"\0")) == []


def bomb(size: int) -> bytes:
    return zlib.compress(bytes(size), 9)


@pytest.mark.parametrize(
    ("fields", "content", "message"),
    [
        ((0, 0, 1), b"", "a page of 0 bytes"),
        ((0, PAGE + 1, 1), b"", "a page of 4097 bytes"),
        ((0, 0xFFFFFFFF, 1), b"", "a page of 4294967295 bytes"),
        ((0, 100, 0), b"", "a page of 100 bytes .* flags 0x0"),
        ((0, 100, 3), b"", "flags 0x3"),
        ((0, 100, 0x40), b"", "flags 0x40"),
        ((-(1 << 12), PAGE, 0), b"", "start after byte"),
        ((0, 100, 1), bytes(100), "compressed with zlib, is corrupt"),
        ((0, 100, 2), b"\xff" * 100, "compressed with lzo, is corrupt"),
        ((0, 100, 4), b"\xff" * 100, "compressed with snappy, is corrupt"),
        ((0, 100, 0x20), b"\xff" * 100, "compressed with zstd, is corrupt"),
        ((0, len(bomb(3 << 20)), 1), bomb(3 << 20), "compressed with zlib, is corrupt"),
        ((0, len(bomb(PAGE + 1)), 1), bomb(PAGE + 1), "compressed with zlib, is corrupt"),
        ((0, len(bomb(PAGE - 1)), 1), bomb(PAGE - 1), "compressed with zlib, is corrupt"),
        ((0, len(bomb(PAGE)) - 1, 1), bomb(PAGE), "compressed with zlib, is corrupt"),
    ],
)  # fmt: skip
def test_a_page_that_can_not_be(fields: tuple[int, int, int], content: bytes, message: str) -> None:
    if (way := fields[2]) in (WAYS["lzo"], WAYS["snappy"], WAYS["zstd"]):
        packed(way, bytes(PAGE))
    dump = dump_of(FEW)
    offset, size, way = fields
    place = len(dump) if offset == 0 else descriptors_of(dump) + offset
    memory = memory_of(with_descriptor(dump, 2, place, size, way) + content.ljust(PAGE, b"\0"))
    assert memory.read(PAGE, PAGE) == FEW[1]
    with pytest.raises(DumpError, match=message):
        memory.read(2 * PAGE, 1)
    with pytest.raises(DumpError, match=message):
        list(memory.find(b"needle"))


def test_bitmaps_that_do_not_fit() -> None:
    dump = dump_of(FEW)
    for size in (0, len(dump), 0xFFFFFFFF):
        data = bytearray(dump)
        struct.pack_into("<I", data, 424 + 12, size)
        with pytest.raises(DumpError, match=r"bytes of bitmaps at byte .* reach beyond the end"):
            memory_of(bytes(data)).read(0, 1)


def test_pages_that_share_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of zeros do; more work than the file has bytes is none of a dump."""
    monkeypatch.setattr(kdump_memory, "PIECE", PAGE)
    for way in (0, 1):
        zeros = {frame: bytes(PAGE) for frame in range(1000)}
        assert list(memory_of(dump_of(zeros, way)).find(b"needle")) == []
    same = dump_of({frame: page(7) for frame in range(1000)})
    with pytest.raises(DumpError, match=r"passed the limit of \d+ bytes of pages"):
        list(memory_of(same).find(b"needle"))


def test_how_much_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kdump_memory, "_KEPT", 4 * PAGE)
    monkeypatch.setattr(kdump_pages, "_KEPT", 1)
    memory = memory_of(dump_of(way=1))
    unpacked = 0

    def counting(way: int, size: int, name: str) -> Callable[[bytes], bytes | None]:
        def unpack(data: bytes) -> bytes:
            nonlocal unpacked
            unpacked += 1
            return zlib.decompress(data)

        return unpack

    monkeypatch.setattr(decompress, "unpacker_of", counting)
    for _ in range(10):
        holds_few = [memory.read(frame * PAGE, PAGE) for frame in (3, 4, 6, 7)]
    assert (holds_few, unpacked) == ([PAGES[frame] for frame in (3, 4, 6, 7)], 4)
    holds(memory)
    assert unpacked > 40


def test_flattened_records_that_go_back_and_forth() -> None:
    dump = dump_of(way=1)
    assert len(dump) > (unflattened._MOST_CHAINS + 1) * 100
    with pytest.raises(DumpError, match="out of order more than 64 times; rebuild it first"):
        memory_of(flattened(dump, 100, backwards=True))
    holds(memory_of(flattened(dump, len(dump) // 60, backwards=True)))
    with pytest.raises(DumpError, match="has no end mark"):
        memory_of(flattened(dump, 5000, end=False))


def test_a_flattened_record_replaces_what_was_before() -> None:
    """makedumpfile and QEMU write headers and bitmaps again at the end."""
    dump = dump_of()
    spoilt = bytearray(dump)
    spoilt[:PAGE] = bytes(PAGE)
    spoilt[-PAGE:] = b"x" * PAGE
    end = struct.pack(">qq", -1, -1)
    again = b"".join(
        struct.pack(">qq", at, len(part)) + part
        for at, part in (
            (0, dump[:PAGE]),
            (len(dump) - 100, dump[-100:]),
            (len(dump) - PAGE, dump[-PAGE:]),
        )
    )
    holds(memory_of(flattened(bytes(spoilt), 5000)[: -len(end)] + again + end))


def test_too_many_flattened_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unflattened, "_MOST_RECORDS", 10)
    with pytest.raises(DumpError, match="passed the limit of 10 flattened records; rebuild it"):
        memory_of(flattened(dump_of(), 1000))


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_damaged(bits: int, seed: int) -> None:
    """Memory or DumpError, and nothing else."""
    chance = random.Random(seed)
    sound = dump_of(FEW, 1, bits)
    for _ in range(40):
        dump = bytearray(sound)
        for _ in range(chance.randrange(1, 4)):
            # Headers and descriptors more often than what else there is.
            part = chance.choice([range(400, 440), range(4096, 4200), range(len(dump))])
            dump[chance.choice([*part, *range(len(dump) - 500, len(dump))])] = chance.randrange(256)
        for broken in (bytes(dump), flattened(bytes(dump), 1000)):
            try:
                memory = memory_of(broken)
                for place, needle in memory.find_all([b"abc", b"efg"]):
                    assert memory.read(place, 3) == needle
                memory.read(PAGE, 3 * PAGE)
            except DumpError as error:
                assert str(error).startswith("vmcore")
