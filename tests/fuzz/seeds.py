# SPDX-License-Identifier: MIT
"""The seeds of the parsers' fuzzers: the notes of the corpus, and a dictionary of the schema's
keys.
"""

from __future__ import annotations

from pathlib import Path

from tests.emit import notes
from vmcoreinfo import ENTRIES
from vmcoreinfo_codegen.emit.vectors.texts import RELEASES, elf_note

MOST_BYTES = 8192
"""Limit of an input; the longest text of the corpus has half of that."""

VALUES = ["y", "0x", "-", "18446744073709551615", "-9223372036854775808", "ffffffffffffffff"]


PATHS = sorted(notes.NOTES.glob("*.txt"))


def texts() -> list[bytes]:
    return [path.read_bytes() for path in PATHS]


def of_parser() -> list[bytes]:
    """Texts, raw notes of both byte orders, and the tricky texts."""
    real = texts()
    raw = [elf_note(text, order) for text in real[::20] for order in ("little", "big")]
    return [data for data in (*real, *raw, *notes.TEXTS.values()) if len(data) <= MOST_BYTES]


def of_derivations() -> list[bytes]:
    """Texts, each followed by the four bytes with which derive.c chooses a target."""
    archs = notes.arch_by_file()
    made = []
    for number, path in enumerate(PATHS):
        arch = 1 + notes.ARCHITECTURES.index(archs[path.with_suffix(".note").name])
        made.append(path.read_bytes() + bytes([arch, number % 8, number, 1]))
    return made


def dictionary() -> str:
    """A dictionary for libFuzzer: each key with its '=', and values at the limits."""
    words = [*(f"\\x0a{key}=" for key in ENTRIES), *VALUES, *(f"={value}\\x0a" for value in VALUES)]
    releases = sorted({release for release in RELEASES if len(release) < 32})
    return "".join(f'"{word}"\n' for word in (*words, *releases) if word)


def write(folder: Path, seeds: list[bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number:03}").write_bytes(seed)
    return folder
