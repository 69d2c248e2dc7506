# SPDX-License-Identifier: MIT
"""Files of hypervisors and forensic tools: images of LiME are read, of others it is said what they are."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command import NOTE, Run
from tests.dump.make import elf, elf_of
from vmcoreinfo_codegen.dump.elf import open_elf
from vmcoreinfo_codegen.dump.foreign import check_core, foreign
from vmcoreinfo_codegen.dump.memory import PhysicalMemory
from vmcoreinfo_codegen.dump.problem import DumpError
from vmcoreinfo_codegen.dump.source import Memory

FORMS = {
    b"LibvirtQemudPart": "not written to its end",
    b"QFI\xfb\0\0\0\3": "-loadvm NAME",
    b"\x7fVirtualBox SavedState V2.0\n": "VBoxManage debugvm",
    struct.pack("<I", 0xBED2BED2): "vmss2core",
    b"PAGEDU64": "--format elf",
    b"Xen saved domain, xl format\n \0 \r": "xl dump-core",
    struct.pack("<II", 0x4C4D5641, 2): "avml-convert",
    struct.pack(">Q", 0xA8190173618F23FD): "zgetdump",
    b"sadump\0\0": "makedumpfile",
    b"vhdxfile": "of a disk",
}
VERBS: dict[str, Callable[[str, str], tuple[str, ...]]] = {
    "note": lambda file, out: ("note", file),
    "parse": lambda file, out: ("parse", file),
    "audit": lambda file, out: ("audit", file),
    "find": lambda file, out: ("find", file),
    "find --what": lambda file, out: ("find", file, "--what", "btf"),
    "synth": lambda file, out: ("synth", "--dump", file),
    "attach": lambda file, out: ("attach", NOTE, file, "-o", out),
    "compat": lambda file, out: ("compat", file, "--consumer", "crash@9.0.0"),
}


@pytest.mark.parametrize("magic", FORMS, ids=lambda magic: magic[:12].hex())
@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_says_what_it_is_and_what_to_do(
    run: Run, tmp_path: Path, verb: str, magic: bytes
) -> None:
    path = tmp_path / "file"
    path.write_bytes(magic + bytes(3 << 20))
    ran = run(*VERBS[verb](str(path), str(tmp_path / "out")))
    assert ran.code == (1 if verb == "find" else 2)
    lines = [line for line in (ran.out + ran.err).splitlines() if FORMS[magic] in line]
    assert len(lines) == 1, ran.out + ran.err
    assert str(path) in ran.out + ran.err


def test_no_dump_that_is_read_is_one_of_them() -> None:
    for start in (
        elf(),
        b"KDUMP   ",
        b"makedumpfile\0\0\0\0",
        b"OSRELEASE=6.12.0\n",
        b"EMiL",
        b"QEVM",
        bytes(32),
    ):
        assert foreign(start[:32]) is None


def lime(ranges: dict[int, bytes]) -> bytes:
    return b"".join(
        struct.pack("<4sIQQQ", b"EMiL", 1, start, start + len(data) - 1, 0) + data
        for start, data in ranges.items()
    )


def test_an_image_of_lime() -> None:
    low, high = b"a" * 4096, b"b" * 8192
    memory = PhysicalMemory(Memory("image", lime({0x1000: low, 0x100000000: high})))
    assert (memory.is_raw, memory.is_placed, memory.size) == (False, True, 12288)
    assert memory.read(0x1000, 8192) == low
    assert memory.read(0x100000FFF, 2) == b"bb"
    assert memory.read(0, 1) == b""
    assert list(memory.find(b"a" * 4096)) == [0x1000]


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (lime({0x1000: b"a" * 4096}) + b"EMiL", "is truncated"),
        (lime({0x1000: b"a" * 4096}) + bytes(64), "no header of a range at byte 4128"),
        (
            b"EMiL" + struct.pack("<IQQQ", 2, 0, 99, 0) + bytes(100),
            "no header of a range at byte 0",
        ),
        (
            b"EMiL" + struct.pack("<IQQQ", 1, 99, 0, 0) + bytes(100),
            "no header of a range at byte 0",
        ),
        (b"EMiL" + bytes(2000), "no header of a range"),
    ],
)
def test_damaged_images_of_lime(data: bytes, match: str) -> None:
    with pytest.raises(DumpError, match=match):
        PhysicalMemory(Memory("image", data))


def test_an_image_of_lime_that_is_cut_has_what_is_there() -> None:
    memory = PhysicalMemory(Memory("image", lime({0x1000: b"a" * 8192})[:-4096]))
    assert memory.read(0x1000, 8192) == b"a" * 4096


def test_the_core_of_a_process() -> None:
    core = bytearray(elf_of({0: b"a" * 64, 1: b"b" * 64}))
    check_core(open_elf(Memory("core", bytes(core))))
    # Physical addresses of both are 0.
    place = core.index(struct.pack("<Q", 1), 64)
    core[place : place + 8] = bytes(8)
    segments = [one for one in open_elf(Memory("core", bytes(core))).segments() if one.type == 1]
    assert [one.physical for one in segments] == [0, 0]
    with pytest.raises(DumpError, match="the core of a process"):
        PhysicalMemory(Memory("core", bytes(core)))


def test_the_core_of_a_xen_domain() -> None:
    names = b"\0.shstrtab\0.xen_pages\0"
    head = b"\x7fELF\x02\x01\x01" + bytes(9)
    head += struct.pack("<HHIQQQIHHHHHH", 4, 62, 1, 0, 0, 64, 0, 64, 0, 0, 64, 3, 1)
    sections = bytes(64)
    at = 64 + 3 * 64
    for name, place, size in ((1, at, len(names)), (11, at + len(names), 4096)):
        sections += struct.pack("<IIQQQQIIQQ", name, 3, 0, 0, place, size, 0, 0, 1, 0)
    with pytest.raises(DumpError, match=r"Xen domain.*\.xen_pages.*crash reads it"):
        PhysicalMemory(Memory("core", head + sections + names + bytes(4096)))
