# SPDX-License-Identifier: MIT
"""Of nothing but the dump of a guest: the note is the kernel's own, with some lines left out and none wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Run
from tests.dump.real import guest, kind_of_guest
from vmcoreinfo_codegen.dump.reader import find_note

pytestmark = pytest.mark.long

# The least lines that are equal, of those that the kernel's own note has.
KINDS = {
    "x86_64-7.3-5level": 106,
    "x86_64-5.10": 98,
    "arm64-7.3": 107,
    "s390x-6.12": 105,
    "ppc64-6.12": 114,
    "riscv64-6.12": 107,
}


def check(run: Run, dump: Path, least: int, *options: str) -> set[str]:
    """The keys that are left out."""
    made = run("synth", "--dump", str(dump), *options)
    assert made.code == 0, made.err
    own = set(find_note(str(dump)).text.decode("ascii").splitlines())
    lines = set(made.out.splitlines())
    assert lines <= own, f"wrong: {sorted(lines - own)}"
    assert len(lines) >= least, f"{len(lines)} of {len(own)} lines"
    return {line.partition("=")[0] for line in own - lines}


@pytest.mark.parametrize("kind", KINDS)
def test_guests(run: Run, kind: str) -> None:
    check(run, kind_of_guest(kind) / "vmcore.elf", KINDS[kind])


def test_every_line_of_a_kernel_of_debian(run: Run) -> None:
    assert check(run, guest("6.12.*") / "with-device.elf", 106) == set()


def test_every_line_of_a_kernel_that_names_the_places_of_its_tables(run: Run) -> None:
    """6.1 has those of kallsyms in its note, which no symbol tells."""
    assert check(run, guest("6.1.0-*") / "with-device.elf", 108) == set()


def test_a_kernel_whose_symbols_are_functions_alone(run: Run) -> None:
    check(run, guest("6.1.0-*", "arm64") / "with-device.elf", 80)
