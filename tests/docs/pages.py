# SPDX-License-Identifier: MIT
"""Fenced blocks of the documentation, and whether a command's output matches them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Fence:
    """A fenced block, the text before it, and its page."""

    page: str
    before: str
    language: str
    content: str


def fences(page: Path) -> list[Fence]:
    text = page.read_text()
    return [Fence(page.name, text[: m.start()], m[1], m[2]) for m in _FENCE.finditer(text)]


def steps(session: Fence) -> Iterator[tuple[str, str]]:
    """Each command of a block with the shown output."""
    for step in re.split(r"^\$ ", session.content, flags=re.MULTILINE)[1:]:
        command, _, shown = step.partition("\n")
        yield command, shown


def is_shown(said: str, shown: str) -> bool:
    """Whether output matches: a line `...` stands for any lines, `…` for any part of a line."""
    lines = [
        r"(?:.*\n)*?" if line == "..." else r"[^\n]*".join(map(re.escape, line.split("…"))) + r"\n"
        for line in shown.splitlines()
    ]
    return re.fullmatch("".join(lines), said) is not None
