# SPDX-License-Identifier: MIT
"""Proves that the C product says on other machines, and by other compilers, what Python says here.

It is built and run for both byte orders in 32 and 64 bits, by qemu where this machine
can't, and asked all that reaches its lines and branches, and mutated notes.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.emit import notes, reach
from tests.emit.driver import (
    SANITIZE,
    Driver,
    build_driver,
    compiles,
    parsing,
    python_answer,
    reading,
    target,
)
from vmcoreinfo_codegen.emit.vectors import texts


class Machine(NamedTuple):
    compiler: str
    options: tuple[str, ...]
    runner: tuple[str, ...] = ()


S390X = Machine("s390x-linux-gnu-gcc", ("-O2", "-static"), ("qemu-s390x-static",))
POWERPC = Machine("powerpc-linux-gnu-gcc", ("-O2", "-static"), ("qemu-ppc-static",))

QUICK = {"i386": Machine("gcc", ("-m32", "-O2"))}
MACHINES = {
    **QUICK,
    "s390x": S390X,
    "powerpc": POWERPC,
    "i386, sanitized": Machine("clang", ("-m32", "-O1", *SANITIZE)),
    "x86_64, gcc -O3": Machine("gcc", ("-O3", "-march=native")),
    "x86_64, clang -Os": Machine("clang", ("-Os",)),
    "x86_64, unsigned char": Machine("gcc", ("-O2", "-funsigned-char")),
    "x86_64, not gnu": Machine("clang", ("-O2", "-U__GNUC__")),
}


def driver_on(name: str, folder: Path) -> Driver:
    machine = MACHINES[name]
    for tool in (machine.compiler, *machine.runner[:1]):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not here")
    if not compiles(machine.compiler, folder, *machine.options, runner=machine.runner):
        pytest.skip(f"{machine.compiler} {' '.join(machine.options)} makes no program here")
    return Driver(build_driver(machine.compiler, folder, *machine.options), *machine.runner)


@pytest.fixture(scope="module", params=MACHINES)
def anywhere(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Driver]:
    driver = driver_on(request.param, tmp_path_factory.mktemp("machine"))
    yield driver
    driver.close()


@lru_cache(maxsize=1)
def answers() -> list[tuple[list[str], list[str]]]:
    asked = [r for r in reach.requests() if "metadata" not in r]
    return [(request, python_answer(request)) for request in asked]


@pytest.mark.parametrize(
    "name",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in MACHINES],
)
def test_says_there_what_python_says(name: str, tmp_path: Path) -> None:
    driver = driver_on(name, tmp_path)
    for request, expected in answers():
        assert driver.ask(request) == expected
    driver.close()


@pytest.mark.long
@settings(max_examples=2_000)
@given(
    notes.mutated_texts()
    | st.binary(max_size=200)
    | notes.notes_for_recipes().map(lambda made: made[0]),
    st.sampled_from(notes.ARCHITECTURES),
    st.booleans(),
    st.sampled_from(notes.MEMORIES),
)
def test_says_of_mutated_notes_what_python_says(
    anywhere: Driver, text: bytes, arch: str, big_endian: bool, memory: str
) -> None:
    where = target(arch, big_endian=big_endian, memory=memory)
    request = [parsing(text), reading(text), reading(texts.elf_note(text, "big")), where]
    assert anywhere.ask(request) == python_answer(request)


def test_byte_order_is_the_machines_own(tmp_path: Path) -> None:
    """That s390x is big-endian indeed, so that the tests above show something."""
    source = tmp_path / "order.c"
    source.write_text("int main(void) { int one = 1; return *(char *)&one; }\n")
    program = tmp_path / "order"
    for tool in (S390X.compiler, *S390X.runner):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not here")
    subprocess.run([S390X.compiler, "-static", source, "-o", program], check=True)
    assert subprocess.run([*S390X.runner, program], check=False).returncode == 0
