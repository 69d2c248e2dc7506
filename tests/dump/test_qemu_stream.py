# SPDX-License-Identifier: MIT
"""Memory in streams of QEMU's migration, of which `virsh save` writes one."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from tests.command import Run
from tests.debuginfo.kallsyms_tables import PHYSICAL, Layout, image, symbols
from tests.debuginfo.memory import kernel_btf
from tests.dump.streams import (
    EOS,
    FULL,
    PAGE,
    SIZES,
    START,
    page,
    saved,
    section,
    sizes,
    stream,
    word,
)
from vmcoreinfo_codegen.dump.memory import PhysicalMemory
from vmcoreinfo_codegen.dump.problem import DumpError
from vmcoreinfo_codegen.dump.source import Memory

BLOCKS = {"pc.ram": 8 * PAGE, "vga.vram": 2 * PAGE}
A, B, C = (bytes([byte]) * PAGE for byte in b"abc")


def opened(data: bytes) -> PhysicalMemory:
    return PhysicalMemory(Memory("stream", data))


def refused(data: bytes, match: str) -> None:
    with pytest.raises(DumpError, match=match):
        opened(data)


def test_pages_by_physical_address() -> None:
    """A page of a later section is in the block of the page before, and replaces what was there."""
    first = page(0, A, "pc.ram") + page(PAGE, B) + page(2 * PAGE, None) + page(0, C, "vga.vram")
    second = page(PAGE, C, "pc.ram") + page(5 * PAGE, A)
    third = page(4 * PAGE, B)
    memory = opened(stream([first, second, third], BLOCKS))
    assert (memory.is_raw, memory.is_placed, memory.size) == (False, True, 8 * PAGE)
    assert memory.read(0, 3 * PAGE) == A + C + bytes(PAGE)
    assert memory.read(PAGE - 2, 4) == b"aacc"
    assert memory.read(4 * PAGE, 3 * PAGE) == B + A
    assert memory.read(3 * PAGE, 1) == b""
    assert memory.read(8 * PAGE, 1) == b""
    assert list(memory.find(b"aab")) == []
    assert list(memory.find(b"ac")) == [PAGE - 1]
    assert list(memory.find(b"ba")) == [5 * PAGE - 1]


@pytest.mark.parametrize("order", "<>")
def test_a_saved_domain(order: str) -> None:
    memory = opened(saved(stream([page(0, A, "pc.ram")], BLOCKS), order=order))
    assert memory.read(0, PAGE) == A


@pytest.mark.parametrize(("way", "tool"), [(1, "gzip -dc"), (3, "xz -dc"), (9, "number 9")])
def test_a_compressed_one_names_what_unpacks_it(way: int, tool: str) -> None:
    data = saved(b"compressed", way)
    refused(data, rf"compressed: tail -c \+114 FILE \| .*{tool}")
    assert data[113:] == b"compressed"


@pytest.mark.parametrize(
    ("machine", "block", "whole", "hole"),
    [
        ("pc-i440fx-7.2", "pc.ram", 0xE0000000, 0xC0000000),
        ("pc-i440fx-7.2", "pc.ram", 0xE0000000 - PAGE, None),
        ("pc-q35-9.0", "/objects/pc.ram", 0xC0000000, 0x80000000),
        ("pc-q35-9.0", "pc.ram", 0xB0000000 - PAGE, None),
    ],
)
def test_the_hole_of_a_pc(machine: str, block: str, whole: int, hole: int | None) -> None:
    part = page(0, A, block) + page(whole - PAGE, B) + page((hole or PAGE) - PAGE, C)
    # Each page takes nine bytes in a stream of QEMU's; of these nearly all are left out.
    data = stream([part], {block: whole}, machine) + bytes(9 * whole // PAGE)
    memory = opened(data)
    last = whole - PAGE if hole is None else 0x100000000 + whole - hole - PAGE
    assert memory.read(last, 2 * PAGE) == B
    if hole is not None:
        assert memory.read(hole - PAGE, 2 * PAGE) == C
    assert memory.size == whole


@pytest.mark.parametrize(
    ("machine", "block", "start"),
    [
        ("virt-7.2", "mach-virt.ram", 0x40000000),
        ("virt", "riscv_virt_board.ram", 0x80000000),
        ("s390-ccw-virtio-7.2", "s390.ram", 0),
    ],
)
def test_machines_whose_memory_begins_elsewhere(machine: str, block: str, start: int) -> None:
    memory = opened(stream([page(0, A, block)], {block: PAGE}, machine))
    assert memory.is_placed
    assert memory.read(start, PAGE) == A


def test_a_machine_that_is_not_known_has_memory_somewhere() -> None:
    memory = opened(stream([page(0, A, "pc.ram")], {"pc.ram": PAGE}, "microvm"))
    assert not memory.is_placed
    assert memory.read(0, PAGE) == A


def test_nodes_lie_one_behind_the_other() -> None:
    blocks = {"/objects/ram-node0": 2 * PAGE, "/objects/ram-node1": PAGE}
    part = page(0, A, "/objects/ram-node0") + page(0, B, "/objects/ram-node1")
    memory = opened(stream([part], blocks, "pc-q35-9.0"))
    assert memory.read(2 * PAGE, PAGE) == B


def test_what_is_told_in_front_of_memory() -> None:
    name = b"\x1econfiguration/target-page-bits"
    bits = b"\x05" + name + struct.pack(">II", 1, 14)
    can = b"\x05\x1aconfiguration/capabilities" + struct.pack(">II", 1, 1) + b"\x04some"
    uuid = b"\x05\x12configuration/uuid" + struct.pack(">I", 1) + bytes(16)
    command = b"\x08" + struct.pack(">HH", 3, 4) + b"told"
    part = page(0, A * 4, "mach-virt.ram")
    made = stream([part], {"mach-virt.ram": 1 << 14}, "virt", [bits, can, uuid, command])
    assert opened(made).read(0x40000000, 1 << 15) == A * 4


def test_what_is_not_read_is_named() -> None:
    whole = stream([page(0, A, "pc.ram")], BLOCKS)
    remedy = "virsh dump --memory-only"
    for at in (9, 60, len(whole) // 2):
        refused(whole[:at], "not copied, whole|is truncated")
    refused(whole.replace(b"QEVM\0\0\0\3", b"QEVM\0\0\0\2"), f"version 2 .*{remedy}")
    device = section(FULL, b"", "virtio-mem", 1, 4)
    refused(stream([], BLOCKS, before=[device]), f"section 'virtio-mem' .* before .*{remedy}")
    refused(stream([word(0, EOS)], BLOCKS), f"no page of memory.*{remedy}")
    for flags, how in ((0x40, "xbzrle"), (0x80, "RDMA"), (0x100, "compressed page by page")):
        refused(stream([word(0, flags)], BLOCKS), f"{how}.*{remedy}")
    refused(stream([page(0, A, "vga.vram")], BLOCKS), "no page of memory")
    only = {"vga.vram": PAGE}
    refused(stream([page(0, A, "vga.vram")], only), "no page of memory")
    # What mapped-ram has behind each block: version, page size, two offsets in the file.
    header = struct.pack(">IQQQ", 1, PAGE, 0x10000, 0x100000)
    blocks = [sizes({name: size})[8:] + header for name, size in BLOCKS.items()]
    mapped = section(START, word(10 * PAGE, SIZES) + b"".join(blocks) + word(0, EOS))
    refused(b"QEVM\0\0\0\3" + mapped + bytes(99), f"more than a name and a size.*{remedy}")
    refused(b"LibvirtQemudPart" + bytes(200), "not written to its end")
    refused(saved(b"no stream"), "no stream of QEMU's migration at byte 113")


def test_damaged_ones_are_refused() -> None:
    damaged = "it is damaged"
    refused(stream([page(9 * PAGE, A, "pc.ram")], BLOCKS), f"a page at 0x9000.*{damaged}")
    refused(stream([page(0, A)], BLOCKS), damaged)
    refused(stream([page(0, A, "other")], BLOCKS), f"block 'other'.*{damaged}")
    refused(stream([page(0, A, "pc.ram")], {"pc.ram": 1 << 50}), f"'pc.ram'.*{damaged}")
    refused(stream([sizes(BLOCKS)], BLOCKS), f"named twice.*{damaged}")
    refused(b"QEVM\0\0\0\3\7" + b"\xff" * 4 + bytes(400), damaged)
    refused(b"QEVM\0\0\0\3\x55", "section of type 85")


def test_anything_that_is_altered_is_read_or_refused() -> None:
    whole = stream(
        [page(0, A, "pc.ram") + page(PAGE, None), page(2 * PAGE, B, "pc.ram") + page(3 * PAGE, C)],
        BLOCKS,
    )
    chance = random.Random(18)
    heads = [at for at in range(len(whole)) if whole[at : at + 4] not in (A[:4], B[:4], C[:4])]
    for _ in range(3000):
        altered = bytearray(whole)
        altered[chance.choice(heads)] = chance.randrange(256)
        try:
            memory = opened(
                bytes(altered[: chance.choice((len(whole), chance.randrange(len(whole))))])
            )
        except DumpError:
            continue
        assert (
            sum(map(len, (memory.read(place, PAGE) for place in range(0, 1 << 16, PAGE))))
            <= 1 << 16
        )
        list(memory.find(b"abc"))


def test_commands_take_them(run: Run, tmp_path: Path) -> None:
    """What they find is at the same addresses as in the memory that was saved."""
    layout = Layout()
    data = bytearray(4 << 20)
    for place, part in ((PHYSICAL, image(symbols(layout), layout)), (0x200000, kernel_btf())):
        data[place : place + len(part)] = part
    pages = [data[at : at + PAGE] for at in range(0, len(data), PAGE)]
    part = page(0, bytes(pages[0]), "pc.ram") + b"".join(
        page(number * PAGE, bytes(one) if any(one) else None)
        for number, one in enumerate(pages[1:], 1)
    )
    made, raw = tmp_path / "saved", tmp_path / "raw"
    made.write_bytes(saved(stream([part], {"pc.ram": len(data)})))
    raw.write_bytes(data)
    for what in ("kallsyms", "btf"):
        found, wanted = (
            run("find", str(path), "--what", what).out.splitlines() for path in (made, raw)
        )
        assert [line.split() for line in found[1:]] == [line.split() for line in wanted[1:]]
        assert found[1:]
    ran = run("note", str(made))
    assert ran.code == 1
    assert "a saved domain of libvirt, which has no note beside it; 'vmcoreinfo find'" in ran.err
    ran = run(
        "attach",
        "tests/corpus/notes/x86_64-6.12.117+deb13-amd64.note",
        str(made),
        "-o",
        str(tmp_path / "out"),
    )
    assert ran.code == 2
    assert (
        "a saved domain of libvirt; a note can be put into ELF and kdump-compressed dumps"
        in ran.err
    )
