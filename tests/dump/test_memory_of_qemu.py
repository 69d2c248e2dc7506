# SPDX-License-Identifier: MIT
"""What QEMU dumps of machines of all word sizes and byte orders is the memory that they were given."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from vmcoreinfo_codegen.dump.memory import PhysicalMemory
from vmcoreinfo_codegen.dump.source import File

pytestmark = pytest.mark.long

MIB = 1 << 20
SIZE = 64 * MIB
PAGE = 4096
FORMATS = ["elf", "kdump-zlib", "kdump-lzo", "kdump-snappy"]


def content() -> bytes:
    """Zeros, what compresses, what does not, and needles."""
    chance = random.Random(0)
    kinds = [bytes(PAGE), b"needle" + bytes(PAGE - 6), b"page of text ".ljust(16) * 256]
    pages = [chance.choice([*kinds, chance.randbytes(PAGE)]) for _ in range(SIZE // PAGE)]
    return b"".join(pages)


def dumped(emulator: str, machine: str, memory: Path, folder: Path) -> dict[str, Path]:
    """Dumps in the formats that this QEMU was built with, of a machine that never ran."""
    command = [
        emulator, "-machine", f"{machine},memory-backend=m", "-m", str(SIZE // MIB), "-S", "-object",
        f"memory-backend-file,id=m,size={SIZE},mem-path={memory},share=on", "-display", "none", "-nodefaults",
        "-qmp", "stdio",
    ]  # fmt: skip
    asked: list[dict[str, object]] = [{"execute": "qmp_capabilities"}]
    for name in FORMATS:
        arguments = {"paging": False, "protocol": f"file:{folder / name}", "format": name}
        asked.append({"execute": "dump-guest-memory", "arguments": arguments})
    asked.append({"execute": "quit"})
    text = "".join(json.dumps(one) + "\n" for one in asked)
    subprocess.run(command, input=text, text=True, capture_output=True, timeout=120, check=True)
    return {name: folder / name for name in FORMATS if (folder / name).exists()}


@pytest.mark.parametrize(
    ("emulator", "machine", "start", "form"),
    [
        ("x86_64", "pc", 0, (64, "<")),
        ("arm", "virt", 0x40000000, (32, "<")),
        ("ppc", "g3beige", 0, (32, ">")),
        ("riscv64", "virt", 0x80000000, (64, "<")),
        ("s390x", "s390-ccw-virtio", 0, (64, ">")),
    ],
)
def test_memory_that_a_machine_was_given(
    tmp_path: Path, emulator: str, machine: str, start: int, form: tuple[int, str]
) -> None:
    command = f"qemu-system-{emulator}"
    if not shutil.which(command):
        pytest.skip(f"{command} is not here")
    memory = tmp_path / "memory"
    memory.write_bytes(content())
    made = dumped(command, machine, memory, tmp_path)
    assert {"elf", "kdump-zlib"} <= made.keys()
    # Firmware is written into it when the machine is made.
    data = memory.read_bytes()
    for name, path in made.items():
        with File(str(path)) as file:
            dump = PhysicalMemory(file)
            assert (dump.bits, dump.order) == form
            held = b"".join(dump.read(start + at, MIB) for at in range(0, SIZE, MIB))
            # What firmware covers on a PC is read instead of the memory below it.
            low = MIB if machine == "pc" else 0
            assert held[low:] == data[low:], name
            found = [place - start for place in dump.find(b"needle")]
            places = [p for p in range(low, SIZE, PAGE) if data[p : p + 6] == b"needle"]
            assert [place for place in found if low <= place < SIZE] == places
            assert len(places) > 1000
