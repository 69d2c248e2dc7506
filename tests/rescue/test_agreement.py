# SPDX-License-Identifier: MIT
"""The program in C says of a note what `adapt` says of it: of real ones, and of those that lack lines."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.conftest import RealNote, real_notes
from tests.rescue.building import MACHINES, Built, check_agreement, vmcore
from vmcoreinfo_codegen.model import Schema

# What distributions have.
RELEASES = ("1.6.8", "1.7.2", "1.7.6", "1.7.8")
LEVELS = (31, 23, 17, 1)
NOTES = [note for note in real_notes() if note.arch in MACHINES]
SOME = [note for note in NOTES if note.arch == "x86_64"][::12]


def identified(notes: list[RealNote]) -> list[object]:
    return [pytest.param(note, id=note.file) for note in notes]


@pytest.mark.parametrize("note", identified(SOME))
def test_it_agrees(schema: Schema, rescue: Built, note: RealNote, tmp_path: Path) -> None:
    path = vmcore(tmp_path, note.arch, note.text)
    for release in ("1.7.6", "1.7.8"):
        for level in (31, 23):
            check_agreement(schema, rescue(note.arch, release), path, release, level)
        check_agreement(schema, rescue(note.arch, release), path, release, 31, is_exact=True)


@pytest.mark.long
@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("note", identified(NOTES[::2]))
def test_it_agrees_everywhere(
    schema: Schema, rescue: Built, note: RealNote, release: str, tmp_path: Path
) -> None:
    path = vmcore(tmp_path, note.arch, note.text)
    for is_exact in (False, True):
        check_agreement(schema, rescue(note.arch, release), path, release, 31, is_exact)


def without_lines(text: bytes, chance: random.Random) -> bytes:
    """A note that lacks some lines, most often few."""
    lines = text.splitlines(keepends=True)
    share = chance.choice((0.02, 0.1, 0.5))
    kept = [line for line in lines if line.startswith(b"OSRELEASE") or chance.random() > share]
    return b"".join(kept)


def agree_without_lines(schema: Schema, rescue: Built, folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    note = chance.choice([note for note in NOTES if note.arch == "x86_64"])
    release, level = chance.choice(("1.7.6", "1.7.8")), chance.choice(LEVELS)
    path = vmcore(folder, note.arch, without_lines(note.text, chance))
    is_exact = chance.random() < 0.3
    check_agreement(schema, rescue(note.arch, release), path, release, level, is_exact)


@pytest.mark.parametrize("seed", range(8))
def test_it_agrees_on_what_lacks_lines(
    schema: Schema, rescue: Built, tmp_path: Path, seed: int
) -> None:
    agree_without_lines(schema, rescue, tmp_path, seed)


@pytest.mark.long
def test_it_agrees_on_much_that_lacks_lines(schema: Schema, rescue: Built, tmp_path: Path) -> None:
    for seed in range(1000, 1400):
        agree_without_lines(schema, rescue, tmp_path, seed)
