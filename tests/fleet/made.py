# SPDX-License-Identifier: MIT
"""The notes of a fleet, made from real ones: each from another boot, some damaged."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow
import pyarrow.parquet

NOTES = sorted((Path(__file__).parents[1] / "corpus" / "notes").glob("*.txt"))
_ADDRESS = re.compile(rb"(?m)^(SYMBOL\([^)\n]*\)|KERNELOFFSET)=([0-9a-f]+)$")
_OFFSET = re.compile(rb"(?m)^KERNELOFFSET=([0-9a-f]+)$")
_STEP = 2 << 20
_IN_FOLDER = 1000


def notes(count: int) -> Iterator[bytes]:
    """`count` notes, always the same: one in a hundred is truncated, and one lacks a key."""
    real = [path.read_bytes() for path in NOTES]
    chance = random.Random(count)
    for number in range(count):
        yield _boot(real[number % len(real)], chance)


def _boot(text: bytes, chance: random.Random) -> bytes:
    offset = _OFFSET.search(text)
    if offset is not None:
        # x86_64 has 1 GiB for the image; half of it is enough for any image. Where the offset is
        # larger, as on arm64, half of it would move the linear map out of its place.
        own = int(offset[1], 16)
        back = own // 2 // _STEP * _STEP if own < 1 << 30 else 0
        slide = chance.randrange(128) * _STEP - back
        text = _ADDRESS.sub(lambda m: b"%s=%x" % (m[1], (int(m[2], 16) + slide) % (1 << 64)), text)
    if b"CRASHTIME=" not in text:
        text += b"CRASHTIME=%d\n" % (1_790_000_000 + chance.randrange(5_000_000))
    damage = chance.randrange(100)
    if damage == 0:
        return text[: chance.randrange(200, len(text))]
    if damage == 1:
        lines = text.splitlines(keepends=True)
        del lines[chance.randrange(1, len(lines))]
        return b"".join(lines)
    return text


def write_notes(files: Path, tables: Path, count: int) -> None:
    """Write the notes as files, a thousand per folder, and as a table per folder, with their
    paths.
    """
    made = notes(count)
    tables.mkdir(parents=True)
    for number in range(0, count, _IN_FOLDER):
        inside = files / f"{number // _IN_FOLDER:04}"
        inside.mkdir(parents=True)
        texts = list(itertools.islice(made, _IN_FOLDER))
        paths = [inside / f"{at:03}" for at in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_bytes(text)
        table = pyarrow.table({"path": list(map(str, paths)), "note": texts})
        pyarrow.parquet.write_table(table, tables / f"{inside.name}.parquet", compression="zstd")
