# SPDX-License-Identifier: MIT
"""Of nothing but the dump of a guest: the note is the kernel's own, with some lines left out and none wrong."""

from __future__ import annotations

from array import array
from dataclasses import replace
from pathlib import Path

import pytest

from tests.command import Run
from tests.dump.real import guest, kind_of_guest
from vmcoreinfo_codegen.debuginfo import kallsyms, kallsyms_addresses
from vmcoreinfo_codegen.debuginfo.kallsyms_addresses import Addresses
from vmcoreinfo_codegen.debuginfo.kallsyms_names import Names
from vmcoreinfo_codegen.debuginfo.kallsyms_tokens import Tokens
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


# The same with kallsyms of functions alone.
OF_FUNCTIONS = {
    "x86_64-7.3-5level": 105,
    "x86_64-5.10": 96,
    "arm64-7.3": 106,
    "s390x-6.12": 102,
    "ppc64-6.12": 109,
    "riscv64-6.12": 106,
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


@pytest.mark.parametrize("form", ["elf", "kdump"])
def test_a_kernel_whose_symbols_are_functions_alone(run: Run, form: str) -> None:
    """Debian's arm64 6.1, without CONFIG_KALLSYMS_ALL: what it exports places it."""
    left_out = check(run, guest("6.1.0-*", "arm64") / f"with-device.{form}", 110)
    assert left_out == {"NUMBER(KERNELPACMASK)", "SYMBOL(clear_seq)", "SYMBOL(vmap_area_list)"}


@pytest.mark.parametrize("kind", OF_FUNCTIONS)
def test_kallsyms_cut_to_functions(run: Run, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the same kernel had it without CONFIG_KALLSYMS_ALL; of 7.x nothing then places the table."""
    whole = kallsyms._read
    monkeypatch.setattr(kallsyms, "_read", lambda *of: cut_to_functions(of[1], whole(*of)))
    monkeypatch.setattr(kallsyms_addresses, "_of_data", lambda *of: iter(()))
    check(run, kind_of_guest(kind) / "vmcore.elf", OF_FUNCTIONS[kind])


def cut_to_functions(
    tokens: Tokens, tables: tuple[Names, Addresses] | None
) -> tuple[Names, Addresses] | None:
    """What scripts/kallsyms.c takes: from _stext to before _etext, from _sinittext to before _einittext."""
    if tables is None:
        return None
    names, addresses = tables
    known = dict(zip((text[1:] for text in names.texts(tokens)), addresses.values, strict=True))
    of_text = [
        range(known[first], known[last])
        for first, last in ((b"_stext", b"_etext"), (b"_sinittext", b"_einittext"))
    ]
    kept = [i for i, at in enumerate(addresses.values) if any(at in part for part in of_text)]
    return (
        replace(names, starts=array("I", [names.starts[i] for i in kept])),
        replace(addresses, values=array("Q", [addresses.values[i] for i in kept])),
    )
