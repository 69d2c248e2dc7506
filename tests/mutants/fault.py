# SPDX-License-Identifier: MIT
"""A fault: one file of the tree, changed in one place."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

# Fixed, so that the long tests use the same faults until the code changes.
SEED = "vmcoreinfo"
Name = tuple[str, str, str, str, int]


@dataclass(frozen=True)
class Fault:
    """A line in a file, its replacement, and the file's complete text with it.

    `within` is the function or block around it; `number` distinguishes faults that read the same.
    `lines` are the first and last line of the changed statement, from 1.
    """

    file: str
    within: str
    line: str
    becomes: str
    number: int
    lines: tuple[int, int]
    source: str

    @property
    def name(self) -> Name:
        """The identity of a fault in a list, without line numbers, which change with each edit."""
        return (self.file, self.within, self.line, self.becomes, self.number)

    def __str__(self) -> str:
        place = f"{self.file}:{self.lines[0]}: {self.within}" if self.within else self.file
        return f"{place}\n    - {self.line}\n    + {self.becomes}"

    def key(self, tree: str) -> str:
        """The key of its result: the same for the same fault in the same tree."""
        text = "\0".join((tree, *map(str, self.name)))
        return hashlib.sha256(text.encode()).hexdigest()


def changed_lines(old: str, new: str) -> tuple[str, str]:
    """The lines in which two texts differ, without their indentation."""
    gone, come = [], []
    for line in difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0):
        if line.startswith("-") and not line.startswith("---"):
            gone.append(line[1:].strip())
        elif line.startswith("+") and not line.startswith("+++"):
            come.append(line[1:].strip())
    return " ".join(gone), " ".join(come)


def sample(faults: Iterable[Fault], count: int) -> list[Fault]:
    """`count` faults; a fault stays in the sample when others are added or removed."""
    return sorted(sorted(faults, key=lambda fault: fault.key(SEED))[:count], key=lambda f: f.name)
