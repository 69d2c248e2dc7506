# SPDX-License-Identifier: MIT
"""A made-up drgn: what it reads is compared with what the note says is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.command import Run
from tests.dump import make

NAMES, SECTIONS = 0xFFFFFFFF82A18000, 0xFFFF888007FDA000
NOTE = (
    f"OSRELEASE=6.12.0\nPAGESIZE=4096\nSYMBOL(init_uts_ns)={NAMES:x}\n"
    f"SYMBOL(swapper_pg_dir)=ffffffff82a26000\nSYMBOL(mem_section)={SECTIONS:x}\n"
    "SIZE(mem_section)=32\nOFFSET(mem_section.section_mem_map)=0\nSIZE(page)=64\n"
    "NUMBER(SECTION_SIZE_BITS)=27\nNUMBER(phys_base)=0\n"
).encode()

DRGN = """
__version__ = "0.3.0+1.g123"

class Symbol:
    def __init__(self, address):
        self.address = address

class Program:
    def set_core_dump(self, path):
        self.note = open(path, "rb").read()
        if b"NUMBER(phys_base)" not in self.note:
            raise Exception("no place in " + path)

    def read(self, address, size):
        names, sections = {names:#x}, {sections:#x}
        if b"swapper_pg_dir" not in self.note and address not in (names, sections):
            raise ValueError("not mapped")
        if address == names:
            return (b"6.12.0" if b"SIZE(page)" in self.note else b"").ljust(size, b"x")
        if address == sections + 8:
            return (0x1000).to_bytes(size, "little")
        if address == 0x1000:
            return (0x200003).to_bytes(size, "little")
        # The first frame of that section: 128 sections in a root, 32768 frames in a section.
        if address == 0x200000 + 128 * 32768 * 64:
            return b"p" * size
        return bytes(size)

    def register_symbol_finder(self, name, finder, enable_index):
        assert finder == "finder"

    def symbols(self):
        return [Symbol(0)] * (5 if b"PAGESIZE" not in self.note else 5000)

    def symbol(self, name):
        if name == "init_uts_ns":
            return Symbol({names:#x})
        if name == "swapper_pg_dir" and b"SIZE(mem_section)" in self.note:
            return Symbol(0xffffffff82a26000)
        if name == "swapper_pg_dir":
            return Symbol(1)
        raise LookupError(name)
"""


@pytest.fixture
def drgn(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    (folder / "drgn/helpers/linux").mkdir(parents=True)
    text = DRGN.replace("{names:#x}", hex(NAMES)).replace("{sections:#x}", hex(SECTIONS))
    (folder / "drgn/__init__.py").write_text(text)
    (folder / "drgn/helpers/__init__.py").write_text("")
    (folder / "drgn/helpers/linux/__init__.py").write_text("")
    return folder


def proved(run: Run, drgn: Path, *options: str) -> dict[tuple[str, str], tuple[str, str]]:
    dump = drgn.parent / "vmcore"
    dump.write_bytes(make.elf(NOTE))
    ran = run(
        "prove", "--consumer", "drgn", "--binary", str(drgn), "--build", "upstream", *options,
        "--format", "json", str(dump),
    )  # fmt: skip
    assert ran.code in (0, 1), ran.err
    (found,) = ran.json("prove")["dumps"]
    cells: list[dict[str, Any]] = found["cells"]
    return {(c["run"], " ".join(c["without"])): (c["came"], c["seen"]) for c in cells}


def test_what_it_reads(run: Run, drgn: Path) -> None:
    keys = ["NUMBER(phys_base)", "SYMBOL(swapper_pg_dir)", "SIZE(page)"]
    found = proved(run, drgn, *(word for key in keys for word in ("--without", key)))
    names = "the kernel's names"
    assert found == {
        ("open", ""): ("ok", f"{names}, memory sections, page descriptors"),
        ("open", keys[0]): ("fatal", "exit code 1: Exception: no place in FILE"),
        ("open", keys[1]): ("fatal", f"exit code 1 after {names}, memory sections: ValueError: not mapped"),
        ("open", keys[2]): ("wrong", f"{names} read elsewhere"),
    }  # fmt: skip


def test_its_own_symbols(run: Run, drgn: Path) -> None:
    """Those of a release that has them, and not a pointer, of which the note has where it points."""
    helper = drgn / "drgn/helpers/linux/kallsyms.py"
    helper.write_text(
        "def load_vmlinux_kallsyms(program):\n"
        "    if b'OSRELEASE' not in program.note:\n        raise SystemExit(7)\n"
        "    return 'finder'\n"
    )
    keys = ["OSRELEASE", "SIZE(mem_section)", "PAGESIZE"]
    options = ["--command", "kallsyms", *(word for key in keys for word in ("--without", key))]
    assert proved(run, drgn, *options) == {
        ("kallsyms", ""): ("ok", "5000 symbols, 2 of the note at its addresses"),
        ("kallsyms", "OSRELEASE"): ("fatal", "exit code 7"),
        ("kallsyms", "SIZE(mem_section)"): ("wrong", "1 of 2 symbols at the addresses of the note"),
        ("kallsyms", "PAGESIZE"): ("wrong", "5 symbols"),
    }
