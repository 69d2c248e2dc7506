# SPDX-License-Identifier: MIT
"""kallsyms as the kernel's own scripts/kallsyms.c makes it, linked and put into memory."""

from __future__ import annotations

import functools
import lzma
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.debuginfo.kallsyms_tables import Symbol
from tests.debuginfo.memory import find_kallsyms
from tests.kernel.test_debian_sources import tarball
from vmcoreinfo_codegen.dump.memory import PhysicalMemory
from vmcoreinfo_codegen.dump.source import Memory

pytestmark = pytest.mark.long

Command = list[str | Path]
XALLOC = """\
#include <stdlib.h>
#define xmalloc malloc
#define xcalloc calloc
#define xrealloc realloc
"""
LINK = """\
SECTIONS
{
	. = _text + 0x1000000;
	.rodata : { *(.rodata) }
	/DISCARD/ : { *(.comment) *(.note*) }
}
"""
TOOLS = {"<": "", ">": "s390x-linux-gnu-"}
BITS = {
    ("<", 64): (["--64"], ["-m", "elf_x86_64"]),
    ("<", 32): (["--32"], ["-m", "elf_i386"]),
    (">", 64): (["-m64"], ["-m", "elf64_s390"]),
    (">", 32): (["-m31"], ["-m", "elf_s390"]),
}
CASES = [
    (version, options, order, bits)
    for version, forms in {
        "4.19": ["--base-relative", "", "--base-relative --absolute-percpu"],
        "5.10": ["--base-relative", "", "--base-relative --absolute-percpu"],
        "6.1": ["--base-relative", "", "--base-relative --absolute-percpu"],
        "7.3": ["--pc-relative", ""],
    }.items()
    for options in forms
    for order, bits in BITS
    if (version, options, bits) != ("7.3", "", 64)
]
TEXT = {64: 0xFFFFFFFF81000000, 32: 0xC1000000}


@functools.cache
def source(version: str) -> bytes:
    """scripts/kallsyms.c of a release.

    That of 4.19 is the one of 5.10 with the number of symbols and the markers as words of the
    machine, which they were until 80ffbaa5b1bd (in v4.20).
    """
    if version == "4.19":
        text = source("5.10")
        for found, told in (
            (b'"\\t.long\\t%u\\n", table_cnt', b'"\\tPTR\\t%u\\n", table_cnt'),
            (b'"\\t.long\\t%u\\n", markers', b'"\\tPTR\\t%u\\n", markers'),
        ):
            assert text.count(found) == 1
            text = text.replace(found, told)
        return text
    with lzma.open(tarball(version)) as unpacked, tarfile.open(fileobj=unpacked) as tar:
        for member in tar:
            if member.name.endswith("/scripts/kallsyms.c"):
                file = tar.extractfile(member)
                assert file
                return file.read()
    raise AssertionError(f"{version} has no scripts/kallsyms.c")


def program(version: str, folder: Path) -> Path:
    path = folder / f"kallsyms-{version}"
    if not path.exists():
        (folder / "xalloc.h").write_text(XALLOC)
        (folder / "kallsyms.c").write_bytes(source(version))
        command: Command = ["gcc", "-O1", "-w", "-I", folder, "-o", path, folder / "kallsyms.c"]
        subprocess.run(command, check=True)
    return path


def listed(bits: int, percpu: bool) -> list[Symbol]:
    """Symbols as nm tells them, 3,000 of them."""
    text = TEXT[bits]
    table = [(text, "T", "_text"), (text, "T", "_stext")]
    table += [
        (text + 16 * (i // 2), "tTW"[i % 3], f"do_{i * 7919:x}.page_lock_zyxwvuqjkgbhfm")
        for i in range(2, 3000)
    ]
    table += [(text + 0x20000, "T", "_etext"), (text + 0x30000, "D", "linux_banner")]
    if percpu:
        of_cpu = [(64 * i, "D", f"cpu_{i}") for i in range(1, 10)]
        table += [(0, "D", "__per_cpu_start"), *of_cpu, (1024, "D", "__per_cpu_end")]
    return table


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kallsyms")


@pytest.mark.parametrize("version,options,order,bits", CASES[::2])
def test_made_by_the_kernel(
    folder: Path, version: str, options: str, order: str, bits: int
) -> None:
    tools = TOOLS[order]
    if shutil.which(f"{tools}ld") is None:
        pytest.skip(f"{tools}ld is not installed")
    table = listed(bits, "percpu" in options)
    symbols = folder / "in.map"
    symbols.write_text("".join(f"{a:016x} {kind} {name}\n" for a, kind, name in sorted(table)))
    make: Command = [program(version, folder), "--all-symbols", *options.split()]
    if version in ("6.1", "7.3"):
        make.append(symbols)
    with symbols.open() as listing:
        made = subprocess.run(make, stdin=listing, capture_output=True, check=True).stdout
    (folder / "asm").mkdir(exist_ok=True)
    (folder / "asm" / "bitsperlong.h").write_text(f"#define BITS_PER_LONG {bits}\n")
    assembler, linker = BITS[order, bits]
    source_file, object_file, linked, data = (folder / f"k.{x}" for x in ("S", "o", "elf", "bin"))
    cpp: Command = ["gcc", "-E", "-P", "-I", folder, "-x", "assembler-with-cpp", "-"]
    source_file.write_bytes(subprocess.run(cpp, input=made, capture_output=True, check=True).stdout)
    (folder / "link.ld").write_text(LINK)
    subprocess.run([f"{tools}as", *assembler, "-o", object_file, source_file], check=True)
    text = f"--defsym=_text={TEXT[bits]:#x}"
    script = folder / "link.ld"
    subprocess.run(
        [f"{tools}ld", *linker, text, "-T", script, "-o", linked, object_file], check=True
    )
    subprocess.run([f"{tools}objcopy", "-O", "binary", linked, data], check=True)

    memory = PhysicalMemory(Memory("dump", bytes(1 << 16) + data.read_bytes() + bytes(4096)))
    memory.bits = bits
    (found,) = find_kallsyms(memory)
    assert (found.bits, found.big_endian) == (bits, order == ">")
    move = 0
    if "pc" in options:
        assert not found.has_run_addresses
        move = TEXT[bits] - found.addresses["_text"]
    absolute = {name for a, _, name in table if a < TEXT[bits]}
    got = sorted((a + move, k if n not in absolute else "D", n) for a, k, n in found.symbols())
    assert got == sorted(table)
