# SPDX-License-Identifier: MIT
"""Differential fuzzing: C parser, Python parser and the slow reference have to agree on a text.

python tests/fuzz/differential.py SECONDS [SEED]

Texts are those of the corpus, those that c.py found in build/fuzz, and mutations of them:
lines of two texts are mixed, keys and values of the schema inserted, bytes changed. C and
Python also derive, with a random target. A text on which they differ is kept there.
"""

from __future__ import annotations

import hashlib
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # so that the script finds the package `tests`

from tests.emit import notes  # noqa: E402
from tests.emit.driver import (  # noqa: E402
    SANITIZE,
    Driver,
    build_driver,
    parsing,
    python_answer,
    sanitizing_compiler,
    target,
)
from tests.fuzz import reference, seeds  # noqa: E402
from vmcoreinfo import ENTRIES  # noqa: E402
from vmcoreinfo_codegen.emit.vectors import texts  # noqa: E402

KEPT = ROOT / "build" / "fuzz"

KEYS = sorted(ENTRIES)
VALUES = sorted(value for value in texts.NUMBERS.values() if len(value) < 100)
BYTES = [b"\0", b"\n", b"=", b"\r", b"\xff", b"0", b"x", b"-", b" ", b"f", b"F", b"9", b"y"]

Maker = Callable[[random.Random, list[bytes], list[bytes]], None]


def _line_of_other(chance: random.Random, lines: list[bytes], other: list[bytes]) -> None:
    lines.insert(chance.randint(0, len(lines)), chance.choice(other))


def _key(chance: random.Random, lines: list[bytes], other: list[bytes]) -> None:
    line = f"{chance.choice(KEYS)}={chance.choice(VALUES)}\n"
    lines.insert(chance.randint(0, len(lines)), line.encode())


def _value(chance: random.Random, lines: list[bytes], other: list[bytes]) -> None:
    place = chance.randrange(len(lines))
    key = lines[place].partition(b"=")[0]
    lines[place] = key + b"=" + chance.choice(VALUES).encode() + b"\n"


def _byte(chance: random.Random, lines: list[bytes], other: list[bytes]) -> None:
    place = chance.randrange(len(lines))
    line = lines[place]
    at = chance.randint(0, len(line))
    new = chance.choice([*BYTES, bytes([chance.randrange(256)]), b""])
    lines[place] = line[:at] + new + line[at + chance.randint(0, 1) :]


def _drop(chance: random.Random, lines: list[bytes], other: list[bytes]) -> None:
    del lines[chance.randrange(len(lines))]


def _cut(chance: random.Random, lines: list[bytes], other: list[bytes]) -> None:
    start = chance.randrange(len(lines))
    lines[:] = lines[start : start + chance.randint(1, 12)]


MAKERS: list[Maker] = [_line_of_other, _key, _value, _byte, _byte, _drop, _cut]


def made_of(chance: random.Random, texts: list[bytes]) -> bytes:
    lines = chance.choice(texts).splitlines(keepends=True)
    other = chance.choice(texts).splitlines(keepends=True) or [b"\n"]
    for _ in range(chance.randint(1, 5)):
        if not lines:
            lines = [b"\n"]
        chance.choice(MAKERS)(chance, lines, other)
    return b"".join(lines)


def disagreement(driver: Driver, text: bytes, where: str) -> str | None:
    """The first difference between the answers of the three for a text."""
    request = [parsing(text), where]
    python = python_answer(request)
    said = {
        "C": driver.ask(request),
        "reference": reference.answer(text) + python[len(python_answer(request[:1])) :],
    }
    for name, lines in said.items():
        if lines != python:
            only = [f"{name}: {line}" for line in lines if line not in python]
            only += [f"Python: {line}" for line in python if line not in lines]
            return "\n".join(only) or f"{name} and Python say it in different order"
    if reference.parse(text).is_of_the_grammar != reference.is_without_bad_lines(text):
        return "the grammar takes the whole text, but not each line, or the other way round"
    return None


def run(driver: Driver, texts: list[bytes], seconds: float, chance: random.Random) -> int:
    """The number of compared texts; raises AssertionError if they differ on one."""
    reference.formats()  # reads the schema, once
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        text = texts[count] if count < len(texts) else made_of(chance, texts)
        where = target(
            chance.choice(notes.ARCHITECTURES),
            big_endian=chance.random() < 0.5,
            memory=chance.choice(notes.MEMORIES),
        )
        said = disagreement(driver, text, where)
        if said:
            KEPT.mkdir(parents=True, exist_ok=True)
            kept = KEPT / f"differential-{hashlib.sha256(text).hexdigest()[:12]}"
            kept.write_bytes(text)
            raise AssertionError(f"{kept}, {where}:\n{said}")
        count += 1
    return count


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
    folder = KEPT / "differential"
    folder.mkdir(parents=True, exist_ok=True)
    compiler = sanitizing_compiler(folder)
    if compiler is None:
        sys.exit("neither clang nor gcc can make a program with -fsanitize=address,undefined")
    driver = Driver(build_driver(compiler, folder, "-O1", "-g", *SANITIZE))
    found = [path.read_bytes() for path in sorted((KEPT / "parse-corpus").glob("*"))]
    texts = [text for text in (*seeds.of_parser(), *found) if text]
    count = run(driver, texts, seconds, random.Random(seed))
    driver.close()
    print(
        f"differential, seed {seed}: {count:,} texts, of {len(texts):,} that were given; no difference"
    )


if __name__ == "__main__":
    main()
