# SPDX-License-Identifier: MIT
"""Requests that together reach every line and branch of the generated C.

The real notes and the tricky texts reach nearly all; each recipe gets its own note.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.emit import notes
from tests.emit.cases import CASES
from tests.emit.driver import finding, parsing, reading, target
from tests.emit.test_agreement import HEADERS
from vmcoreinfo import derive
from vmcoreinfo_codegen.emit.vectors import texts

# Powers of two and not, a page of 64 KiB, a pointer's list_head, shifts out of the word.
NUMBERS = (0, 1, 3, 8, 48, 64, 1 << 16)


def requests() -> Iterator[list[str]]:
    yield ["null", "metadata", parsing(b"OSRELEASE=3.9\n"), target("?")]
    yield from of_real_notes()
    found = [finding(name) for name in notes.NAMES_TO_FIND]
    for text in notes.TEXTS.values():
        yield [parsing(text), *found, "lines"]
    for note, _, _ in HEADERS.values():
        yield [reading(note)]
    for release in texts.RELEASES:
        text = f"OSRELEASE={release}\nPAGESIZE=4096\n".encode()
        yield [parsing(text), "lines", *(target(arch) for arch in notes.ARCHITECTURES)]
    yield from of_recipes()
    yield from of_cases()


def of_real_notes() -> Iterator[list[str]]:
    for path in sorted(notes.NOTES.iterdir()):
        arch = notes.arch_by_file()[path.with_suffix(".note").name]
        targets = [target(arch, memory=kind) for kind in notes.MEMORIES]
        yield [reading(path.read_bytes()), *targets, "targetless"]


def of_recipes() -> Iterator[list[str]]:
    """Each recipe with the same number for all its keys, and with one number that differs."""
    for name in derive.DERIVATIONS:
        for recipe in getattr(derive, f"_{name.upper()}"):
            given = [dict.fromkeys(recipe.keys, number) for number in NUMBERS]
            given += [{**dict.fromkeys(recipe.keys, 64), key: 3} for key in recipe.keys]
            targets = [
                target(arch, big_endian=big_endian, memory=kind)
                for arch in recipe.archs or ("x86_64",)
                for big_endian in (False, True)
                for kind in notes.MEMORIES
            ]
            for values in given:
                for release in (recipe.since, max(recipe.until - 1, 0)):
                    yield [parsing(_text(release, values)), *targets]


def of_cases() -> Iterator[list[str]]:
    """The cases computed by hand, for numbers with which recipes compare."""
    for case in CASES:
        yield [parsing(case.note), target(case.arch, memory="none")]


def _text(release: int, values: dict[str, int]) -> bytes:
    fields = ".".join(str(release >> shift & 0xFFFF) for shift in (48, 32, 16))
    lines = [f"OSRELEASE={fields}"] if release else []
    lines += [f"{key}={notes.as_printed(key, number)}" for key, number in values.items()]
    return "".join(f"{line}\n" for line in lines).encode()
