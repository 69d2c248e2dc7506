# SPDX-License-Identifier: MIT
"""Proves that the C product builds without a warning wherever it says that it does.

With gcc and clang, optimised or not, for 64 and for 32 bits, of either byte order, with
`char` signed or not, as C99 and in C++; and that the object asks for nothing but a few
functions of <string.h>, freestanding for none of them, and has no data that changes.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.emit.driver import C_SOURCE, DRIVER_SOURCE, STRICT, compiles, derivations_of_header

SOURCE = C_SOURCE / "vmcoreinfo.c"
HEADER = C_SOURCE / "vmcoreinfo.h"

COMPILERS = ("gcc", "clang")
LEVELS = ("-O0", "-O2")

LIBRARY = {"memcmp", "memcpy"}

# What gcc and clang call by themselves, and so expect of a freestanding build too.
OF_COMPILERS = {"memcpy", "memset"}

TARGETS_OF_32_BITS = [
    *("armv7-linux-gnueabihf", "mips-linux-gnu", "powerpc-linux-gnu", "riscv32-linux-gnu")
]


def need(tool: str) -> str:
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not here")
    return tool


def run(*command: str | Path) -> str:
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stderr}"
    assert done.stderr == ""
    return done.stdout


def compiled(compiler: str, directory: Path, *options: str) -> Path:
    made = directory / f"{compiler}.o"
    run(compiler, *STRICT, "-Wpedantic", *options, "-c", SOURCE, "-o", made)
    return made


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("compiler", COMPILERS)
def test_compiles_without_warnings(compiler: str, level: str, tmp_path: Path) -> None:
    assert compiled(need(compiler), tmp_path, level).stat().st_size > 10_000


@pytest.mark.long
@pytest.mark.parametrize("compiler", COMPILERS)
def test_compiles_for_32_bits(compiler: str, tmp_path: Path) -> None:
    if not compiles(need(compiler), tmp_path, "-m32"):
        pytest.skip(f"{compiler} -m32 needs the multilib packages, which are not here")
    compiled(compiler, tmp_path, "-m32", "-O2")


@pytest.mark.long
@pytest.mark.parametrize(
    "triple",
    [
        *("i386-linux-gnu", "arm-linux-gnueabihf", "aarch64-linux-gnu", "powerpc64-linux-gnu"),
        *("s390x-linux-gnu", "riscv32-linux-gnu", "mips-linux-gnu", "x86_64-windows-gnu"),
    ],
)
def test_compiles_for_other_machines_without_a_library(triple: str, tmp_path: Path) -> None:
    """Sizes of size_t and long, byte orders, and the sign of char that this machine lacks."""
    targets = run(need("clang"), "--print-targets")
    word = {"i386": "x86", "powerpc64": "ppc64", "s390x": "systemz", "x86_64": "x86-64"}
    machine = triple.partition("-")[0]
    if not re.search(rf"^ *{word.get(machine, machine)} ", targets, re.MULTILINE):
        pytest.skip(f"this clang is built without the target {machine}")
    # The compiler has <stdbool.h>, <stddef.h> and <stdint.h> itself.
    compiled("clang", tmp_path, "-O2", f"--target={triple}", "-ffreestanding", "-nostdlibinc")


def test_includes_four_headers_alone() -> None:
    text = HEADER.read_text() + SOURCE.read_text()
    included = set(re.findall(r"^#\s*include\s+(\S+)", text, re.MULTILINE))
    assert included == {
        *("<stdbool.h>", "<stddef.h>", "<stdint.h>", "<string.h>"),
        '"vmcoreinfo.h"',
    }


# ---- the object ---------------------------------------------------------------------


def symbols(made: Path) -> list[tuple[str, str]]:
    """Type letter and name of each symbol of an object."""
    lines = run(need("nm"), made).splitlines()
    return [(line.split()[-2], line.split()[-1]) for line in lines]


# As position-independent code, a constant with a pointer in it is data until it is linked.
@pytest.mark.parametrize(
    ("compiler", "level"),
    [
        ("gcc", "-O2"),
        ("clang", "-O0"),
        pytest.param("gcc", "-O0", marks=pytest.mark.long),
        pytest.param("clang", "-O2", marks=pytest.mark.long),
    ],
)
def test_object_asks_for_little_and_has_no_data_that_changes(
    compiler: str, level: str, tmp_path: Path
) -> None:
    made = compiled(need(compiler), tmp_path, level, "-ffreestanding", "-fno-pie")
    found = symbols(made)
    undefined = {name for letter, name in found if letter == "U"}
    assert undefined <= OF_COMPILERS
    assert {letter for letter, _ in found} <= set("UTtRr")


@pytest.mark.parametrize("compiler", COMPILERS)
def test_object_is_small(compiler: str, tmp_path: Path) -> None:
    """Code and tables of all keys, in bytes."""
    made = compiled(need(compiler), tmp_path, "-O2", "-fno-pie")
    text, data, *_ = run(need("size"), made).splitlines()[1].split()
    assert int(text) + int(data) < 56 * 1024


@pytest.mark.long
@pytest.mark.parametrize(
    "command",
    [
        *(("gcc", "-m32"), ("powerpc-linux-gnu-gcc",)),
        *(
            pytest.param(("clang", option), marks=pytest.mark.long)
            for option in ("-m32", *(f"--target={name}" for name in TARGETS_OF_32_BITS))
        ),
    ],
    ids=" ".join,
)
def test_words_of_32_bits_need_no_more(command: tuple[str, ...], tmp_path: Path) -> None:
    """Of a 64-bit division gcc makes a call of __udivdi3, of __builtin_ctzll() one of __ctzdi2."""
    compiler, *options = command
    made = tmp_path / "made.o"
    if options[:1] != ["-m32"] and compiler == "clang":
        options += ["-nostdlibinc"]
    elif not compiles(need(compiler), tmp_path, *options, runner=["true"]):
        pytest.skip(f"{compiler} {' '.join(options)} is not here")
    run(need(compiler), *STRICT, "-O2", *options, "-ffreestanding", "-c", SOURCE, "-o", made)
    undefined = {name for letter, name in symbols(made) if letter == "U"}
    assert undefined - {"_GLOBAL_OFFSET_TABLE_", "_gp_disp"} <= OF_COMPILERS  # the linker's own


@pytest.mark.long
def test_header_says_which_library_functions_are_needed(tmp_path: Path) -> None:
    compiler = next((c for c in COMPILERS if shutil.which(c)), None)
    made = compiled(compiler or need("gcc"), tmp_path, "-O2", "-fno-pie")
    undefined = {name for letter, name in symbols(made) if letter == "U"}
    assert undefined == LIBRARY
    comment = HEADER.read_text().partition("*/\n#ifndef")[0]
    said = set(re.findall(r"(\w+)\(\)", comment))
    assert said == undefined


def test_object_defines_what_the_header_declares(tmp_path: Path) -> None:
    made = compiled(need("gcc"), tmp_path, "-O2")
    defined = {name for letter, name in symbols(made) if letter == "T"}
    text = re.sub(r"/\*.*?\*/|^typedef.*?;", "", HEADER.read_text(), flags=re.DOTALL | re.MULTILINE)
    declared = set(re.findall(r"\b(vmcoreinfo_\w+)\([^)]*\);", text))
    assert defined == declared
    assert {f"vmcoreinfo_derive_{name}" for name in derivations_of_header()} < declared


# ---- C++ ----------------------------------------------------------------------------

CALLER = Path(__file__).resolve().parent / "caller.cpp"


@pytest.mark.parametrize(
    "standard",
    ["-std=c++11", *(pytest.param(f"-std=c++{n}", marks=pytest.mark.long) for n in (17, 20))],
)
@pytest.mark.parametrize(
    ("compiler", "plus", "source"),
    [
        ("gcc", "g++", "C"),
        ("clang", "clang++", "C++"),
        pytest.param("gcc", "g++", "C++", marks=pytest.mark.long),
        pytest.param("clang", "clang++", "C", marks=pytest.mark.long),
    ],
)
def test_in_cxx(compiler: str, plus: str, source: str, standard: str, tmp_path: Path) -> None:
    """Called from C++, as an object of C and as one of C++."""
    warnings = ("-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wpedantic", "-Werror")
    if source == "C":
        made = compiled(need(compiler), tmp_path, "-O2")
    else:
        made = tmp_path / "vmcoreinfo.o"
        run(need(plus), standard, *warnings, "-O2", "-x", "c++", "-c", SOURCE, "-o", made)
    program = tmp_path / "program"
    run(need(plus), standard, *warnings, f"-I{C_SOURCE}", CALLER, made, "-o", program)
    assert run(program).splitlines() == ["said unknown", "14 page_size"]


# ---- warnings are seen --------------------------------------------------------------


@pytest.mark.parametrize("compiler", COMPILERS)
def test_a_warning_fails_these_tests(compiler: str, tmp_path: Path) -> None:
    source = tmp_path / "narrow.c"
    source.write_text("int narrow(long value);\nint narrow(long value) { return value; }\n")
    made = subprocess.run(
        [need(compiler), *STRICT, "-c", str(source), "-o", str(tmp_path / "narrow.o")],
        capture_output=True,
        check=False,
    )
    assert made.returncode != 0
    assert b"onversion" in made.stderr


@pytest.mark.long
@pytest.mark.parametrize("compiler", COMPILERS)
def test_driver_of_these_tests_is_clean_too(compiler: str, tmp_path: Path) -> None:
    (tmp_path / "derivations.inc").write_text("DERIVATION(page_shift)\n")
    run(
        *(need(compiler), *STRICT, "-D_POSIX_C_SOURCE=200809L", "-fsyntax-only"),
        *(f"-I{C_SOURCE}", f"-I{tmp_path}", DRIVER_SOURCE),
    )
