# SPDX-License-Identifier: MIT
"""The records that the drgn example reads out of a lockless log."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any

import drgn
import pytest

import vmcoreinfo
from tests.conftest import ROOT
from tests.examples.logs import BASE, ENDS_WITH_THE_RING, LOGS, RING_MEMORY, ringbuffer

TEXTS = {
    "5.10.0": ["oldest", "", "wraps to the start", "a\nb \x02", "cut\0\0\0\0\0"],
    "6.19.0": ["to the last byte of the ring, 32", "", "at its start"],
}


@pytest.fixture(scope="module")
def dmesg() -> Any:
    spec = importlib.util.spec_from_file_location("dmesg", ROOT / "examples" / "drgn" / "dmesg.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "dump",
    [LOGS["ringbuffer"](), ringbuffer("6.19.0", ENDS_WITH_THE_RING)],
    ids=sorted(TEXTS),
)
def test_texts_of_the_lockless_log(dmesg: Any, dump: bytes) -> None:
    """One ends where the ring does, one wraps, one is cut; a lost one is left out, an empty is not."""
    memory = dump[-RING_MEMORY:]
    info = vmcoreinfo.parse(dump[:-RING_MEMORY].split(b"VMCOREINFO\0\0", 1)[1].rstrip(b"\0"))
    program = drgn.Program(drgn.Platform(drgn.Architecture.X86_64))

    def read(address: int, count: int, offset: int, physical: bool) -> bytes:
        return memory[address - BASE :][:count]

    program.add_memory_segment(BASE, len(memory), read, False)
    found: Iterator[tuple[int, str]] = dmesg.records(program, info)
    assert [text for _, text in found] == TEXTS[str(info.OSRELEASE)]
