# SPDX-License-Identifier: MIT
"""Vmcores that are cut, altered and made up: it ends at once, by itself, with 0 or 1."""

from __future__ import annotations

import random
import struct
import time
from pathlib import Path

import pytest

from tests.conftest import real_notes
from tests.dump.make import elf, other_note
from tests.rescue.building import STRICT, Rescue, built, generated

_HIGH = 0xFFFFFFFF81000000
_TRAPS = "-fsanitize=undefined,bounds-strict -fsanitize-undefined-trap-on-error"
TEXTS = [note.text for note in real_notes() if note.arch == "x86_64"]
# A word in which a size, an offset or a count is as bad as it can be.
_WORST = (0, 1, 4, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**63 - 1, 2**63, 2**64 - 1, 2**64 - 16)


@pytest.fixture(scope="module")
def trapping(tmp_path_factory: pytest.TempPathFactory) -> Rescue:
    """What ends with a signal where its behaviour would be undefined."""
    sources = generated(tmp_path_factory.mktemp("trapping"), "1.7.8", "2.6.24..")
    return built(sources, "gcc", flags=f"{STRICT} {_TRAPS}", most=200_000)


def altered(chance: random.Random) -> bytes:
    text = chance.choice(TEXTS)
    dump = bytearray(
        elf(
            text, virtual=_HIGH, before=other_note("<") * chance.randrange(3),
            segments=chance.choice((1, 2, 9)),
        )
    )  # fmt: skip
    for _ in range(chance.choice((1, 1, 2, 8))):
        kind, at = chance.randrange(5), chance.randrange(len(dump))
        if kind == 0:
            dump[at] = chance.randrange(256)
        elif kind == 1:
            del dump[at:]
            dump += b"\x7fELF\2\1\1\0"
        elif kind == 2:
            # In the headers, where numbers are.
            at = chance.randrange(min(len(dump), 900))
            word = struct.pack("<Q", chance.choice(_WORST))
            dump[at : at + 8] = word[: chance.choice((1, 2, 4, 8))]
        elif kind == 3:
            dump[at:at] = dump[at // 2 : at]
        else:
            at = max(dump.find(b"=", at), 0)
            dump[at + 1 : at + 2] = chance.choice((b"", b"\0", b"-", b"9" * 30, b"\n", b"=" * 5000))
    return bytes(dump)


def ends(program: Rescue, path: Path, seed: int) -> None:
    chance = random.Random(seed)
    path.write_bytes(altered(chance))
    for option in ("--note", "--text"):
        done = program.run("--any-build", option, str(chance.randrange(32)), path)
        assert done.returncode in (0, 1), f"seed {seed}: {done}"
        assert len(done.stderr) < 1000


@pytest.mark.parametrize("first", range(0, 200, 100))
def test_altered_vmcores(trapping: Rescue, tmp_path: Path, first: int) -> None:
    for seed in range(first, first + 100):
        ends(trapping, tmp_path / "vmcore", seed)


@pytest.mark.long
def test_many_altered_vmcores(trapping: Rescue, tmp_path: Path) -> None:
    for seed in range(10_000, 11_500):
        ends(trapping, tmp_path / "vmcore", seed)


def test_a_vmcore_of_many_notes_is_bounded(trapping: Rescue, tmp_path: Path) -> None:
    """The note stands behind more others than any machine has CPUs."""
    path = tmp_path / "vmcore"
    path.write_bytes(elf(TEXTS[0], virtual=_HIGH, before=other_note("<", size=0) * 300_000))
    before = time.monotonic()
    done = trapping.run("--note", path)
    assert (done.returncode, time.monotonic() - before < 10) == (1, True)
    assert done.stderr.endswith(b" has no VMCOREINFO note\n")


def test_a_vmcore_of_many_segments_is_bounded(trapping: Rescue, tmp_path: Path) -> None:
    path = tmp_path / "vmcore"
    path.write_bytes(elf(None, virtual=_HIGH, segments=60_000))
    before = time.monotonic()
    assert trapping.run("--note", path).returncode == 1
    assert time.monotonic() - before < 10
