# SPDX-License-Identifier: MIT
"""What a dump tells beside its note."""

from __future__ import annotations

import pytest

from tests.dump.make import elf, flattened, kdump, other_note
from tests.dump.test_reader import found_in
from vmcoreinfo_codegen.compat.dump_sources import dump_sources
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.vocabulary import DumpSource

AGREES, REGISTERS = DumpSource.HEADER_AGREES, DumpSource.QEMU_REGISTERS


def told(schema: Schema, dump: bytes) -> dict[DumpSource, bool]:
    arch = schema.architecture("x86_64")
    assert arch is not None
    return dump_sources(found_in(dump), arch, {"OSRELEASE": "6.12.0"})


@pytest.mark.parametrize(
    ("system", "release", "machine", "agrees"),
    [
        (b"Linux", b"6.12.0", b"x86_64", True),
        (b"Linux", b"6.12.0", b"amd64", True),
        (b"Linux", b"6.12.1", b"x86_64", False),
        (b"Linux", b"6.12.0", b"aarch64", False),
        # As makedumpfile 1.6.8 writes them, and QEMU.
        (b"x", b".0", b"64", False),
        (b"", b"", b"x86_64", False),
    ],
)
def test_the_names_in_a_header(
    schema: Schema, system: bytes, release: bytes, machine: bytes, agrees: bool
) -> None:
    dump = kdump(system=system, release=release, machine=machine)
    assert found_in(dump).names == (system.decode(), release.decode(), machine.decode())
    for one in (dump, flattened(dump)):
        assert told(schema, one)[AGREES] is agrees
        assert told(schema, one)[DumpSource.ELF_HEADER] is False


def test_an_elf_dump_tells_its_architecture(schema: Schema) -> None:
    sources = told(schema, elf())
    assert sources[AGREES] and sources[DumpSource.ELF_HEADER]
    assert not sources[DumpSource.KDUMP_HEADER] and not sources[DumpSource.HEADERS]


def test_registers_that_qemu_wrote(schema: Schema) -> None:
    assert told(schema, elf())[REGISTERS] is False
    assert told(schema, elf(before=other_note("<", b"QEMU")))[REGISTERS] is True
    assert told(schema, elf(after=other_note("<", b"QEMU")))[REGISTERS] is True
    assert told(schema, kdump())[REGISTERS] is False
