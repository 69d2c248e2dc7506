# SPDX-License-Identifier: MIT
"""The BTF of kernels in memory: found whole, told from all that begins alike, at bounded cost."""

from __future__ import annotations

import shutil
import struct
import subprocess
import time
from pathlib import Path

import pytest

from tests.debuginfo.make import Blob
from tests.debuginfo.memory import find_btf, image, kernel_btf, memory, release_of, search_btf
from tests.dump.make import elf_of
from tests.dump.real import GUESTS, Guest, guest, kind_of_guest, name_of
from vmcoreinfo_codegen.debuginfo import btf_in_memory
from vmcoreinfo_codegen.debuginfo.problem import DebugInfoError
from vmcoreinfo_codegen.dump.memory import PhysicalMemory
from vmcoreinfo_codegen.dump.source import File, Memory

BANNER = b"Linux version 6.12.117 (gcc 14) #1 SMP Debian\n\0"
PLACE = 0x2EB80


def whys(data: bytes) -> list[str]:
    search = search_btf(memory(data))
    assert not search.found
    return [cut.why for cut in search.cut]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("place", [0, 4, PLACE, 0x100000 - 12])
def test_found_whole(order: str, place: int) -> None:
    btf = kernel_btf(order)
    (found,) = find_btf(memory(image(2 << 20, {place: btf}), 0x40000000))
    assert (found.physical, found.order, found.types) == (0x40000000 + place, order, 3006)
    assert found.data == btf


def test_found_in_an_elf_dump_across_segments() -> None:
    btf = kernel_btf()
    data = image(0x80000, {PLACE: btf})
    dump = elf_of({0x1000000: data[:0x30000], 0x1030000: data[0x30000:], 0x9000000: bytes(4096)})
    (found,) = find_btf(PhysicalMemory(Memory("dump", dump)))
    assert (found.physical, found.data == btf) == (0x1000000 + PLACE, True)


def test_header_that_has_grown() -> None:
    """Its length says where types begin."""
    btf = kernel_btf()
    grown = btf[:4] + struct.pack("<I", 32) + btf[8:24] + bytes(8) + btf[24:]
    (found,) = find_btf(memory(image(1 << 20, {PLACE: grown})))
    assert found.data == grown


def test_two_kernels_the_larger_first() -> None:
    small, large = kernel_btf(), kernel_btf(structs=4000)
    data = image(2 << 20, {0x1000: small, 0x80000: large, 0x100000: small})
    found = find_btf(memory(data))
    assert [one.physical for one in found] == [0x80000, 0x1000, 0x100000]
    assert found[1].digest == found[2].digest != found[0].digest


def test_release_by_the_banner_in_front() -> None:
    log = b"Linux version 5.10.0 (gcc 10) #1 SMP\0"
    data = image(4 << 20, {0x800: BANNER, 0x100000: log, 0x200000: BANNER})
    assert release_of(memory(data), 0x110000) == "6.12.117"
    assert release_of(memory(data[0x100000:]), 0x10000) is None
    # Across the pieces in which it is looked for.
    data = image(4 << 20, {0x200000 - 20: BANNER})
    assert release_of(memory(data), 0x310000) == "6.12.117"
    # With pages between that a filter has left out.
    dump = elf_of({0x1F0000: data[0x1F0000:0x220000], 0x240000: data[0x240000:]})
    assert release_of(PhysicalMemory(Memory("dump", dump)), 0x310000) == "6.12.117"
    far = image(80 << 20, {0x800: BANNER})
    assert release_of(memory(far), 70 << 20) is None


def test_btf_of_a_module_is_none() -> None:
    """Its strings do not begin with the empty one, and its names are beyond them."""
    btf = bytearray(kernel_btf())
    strings = 24 + struct.unpack_from("<I", btf, 16)[0]
    without = image(1 << 20, {PLACE: bytes(btf[:strings] + btf[strings + 1 :])})
    assert whys(without) == []
    btf[24:28] = struct.pack("<I", 1 << 24)
    assert "its name is not a string of this BTF" in whys(image(1 << 20, {PLACE: bytes(btf)}))[0]


def test_btf_without_a_kernels_structs_is_none() -> None:
    """A base that was made for a module has them without members."""
    b = Blob()
    for name in ("page", "task_struct", "list_head"):
        b.struct(name, 64, [])
    for number in range(6000):
        b.struct(f"struct_{number}", 8, [])
    assert search_btf(memory(image(1 << 20, {PLACE: b.blob()}))).found == []


def test_what_is_missing_is_told() -> None:
    btf = kernel_btf()
    assert len(btf) > 0x18000
    # Types or strings as zeros, the string by which it is found among them.
    for start in (0x30000, 0x40000, 0x41000):
        data = bytearray(image(1 << 20, {PLACE: btf}))
        data[start : start + 0x2000] = bytes(0x2000)
        assert whys(bytes(data)) == [
            f"of {len(btf)} bytes: 8192 bytes from {start:#x} on are not in the dump, or zeros"
        ]
    whole = image(0x80000, {PLACE: btf})
    dump = elf_of({0: whole[:0x33000], 0x34000: whole[0x34000:]})
    (cut,) = search_btf(PhysicalMemory(Memory("dump", dump))).cut
    assert cut.physical == PLACE
    assert "4096 bytes from 0x33000 on are not in the dump" in cut.why


def test_pages_that_lie_apart_are_none() -> None:
    btf = kernel_btf()
    data = bytearray(image(1 << 20, {0x10000: btf}))
    data[0x18000:0x19000], data[0x1A000:0x1B000] = data[0x1A000:0x1B000], data[0x18000:0x19000]
    (why,) = whys(bytes(data))
    assert "not in the dump" not in why


def test_a_thousand_false_magics() -> None:
    btf = kernel_btf()
    header = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, 1 << 20, 1 << 20, 1 << 10)
    parts = {place: header for place in range(0, 1000 * 64, 64)}
    parts |= {0x100000 + 64 * number: b"\0task_struct\0" for number in range(1000)}
    data = image(8 << 20, parts | {0x700000: btf})
    began = time.perf_counter()
    (found,) = find_btf(memory(data))
    assert found.physical == 0x700000
    assert time.perf_counter() - began < 10


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\0task_struct\0" * (1 << 18), id="names"),
        pytest.param(b"\x9f\xeb\x01" * (1 << 20), id="magics"),
        pytest.param(
            struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, 1 << 20, 1 << 20, 1 << 10) * (1 << 16),
            id="headers",
        ),
    ],
)
def test_more_than_any_memory_has(data: bytes) -> None:
    began = time.perf_counter()
    with pytest.raises(DebugInfoError, match="passed the limit of"):
        search_btf(memory(data))
    assert time.perf_counter() - began < 10


@pytest.mark.parametrize("field", range(5))
def test_headers_that_lie(field: int) -> None:
    btf = bytearray(kernel_btf())
    for value in (0, 1, 4, 23, 1 << 16, 1 << 24, 0x7FFFFFFC, 0xFFFFFFFC, 0xFFFFFFFF):
        lying = btf.copy()
        if (field, value) == (1, 0):
            continue  # the truth
        struct.pack_into("<I", lying, 4 + 4 * field, value)
        assert find_btf(memory(image(1 << 20, {PLACE: bytes(lying)}))) == []


def test_every_byte_that_is_cut_off() -> None:
    data = image(PLACE + len(kernel_btf()), {PLACE: kernel_btf()})
    for size in (*range(PLACE, PLACE + 40), len(data) - 1, len(data) - 4096, len(data) // 2):
        assert find_btf(memory(data[:size])) == []
    assert len(find_btf(memory(data))) == 1


def test_size_beyond_what_a_kernel_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(btf_in_memory, "MOST_BYTES", len(kernel_btf()) - 1)
    assert find_btf(memory(image(1 << 20, {PLACE: kernel_btf()}))) == []


def real_one(dump: Path, folder: Path) -> None:
    with File(str(dump)) as source:
        memory_of = PhysicalMemory(source)
        found = find_btf(memory_of)
        # The guest sent /sys/kernel/btf/vmlinux: a copy of it may be in memory that was free again.
        btf = (folder / "btf").read_bytes()
        assert [one.data == btf for one in found] in ([True], [True, True])
        release = (folder / "release").read_text().strip()
        assert release in [release_of(memory_of, one.physical) for one in found]


@pytest.mark.long
@pytest.mark.parametrize("kind", ["x86_64-5.10", "x86_64-7.3-5level"])
def test_of_a_filtered_dump(kind: str, tmp_path: Path) -> None:
    """What makedumpfile leaves out is none of the image but its pages of zeros."""
    if not shutil.which("makedumpfile"):
        pytest.skip("makedumpfile is not here")
    folder = kind_of_guest(kind)
    dump = tmp_path / "filtered.elf"
    command = ["makedumpfile", "-E", "-d", "31", str(folder / "vmcore.elf"), str(dump)]
    subprocess.run(command, capture_output=True, check=True)
    real_one(dump, folder)


@pytest.mark.long
@pytest.mark.parametrize("which", GUESTS, ids=name_of)
def test_of_a_guest(which: Guest) -> None:
    folder = guest(*which)
    for name in ("memory.raw", "without-device.elf"):
        real_one(folder / name, folder)


@pytest.mark.long
@pytest.mark.parametrize(
    "kind",
    [
        "x86_64-5.10", "x86_64-6.12", "x86_64-7.3-5level", "arm64-6.12-16k", "arm64-7.3",
        "ppc64-6.12", "s390x-6.12", "riscv64-6.12",
    ],
)  # fmt: skip
def test_of_every_architecture(kind: str) -> None:
    folder = kind_of_guest(kind)
    real_one(folder / "vmcore.elf", folder)
