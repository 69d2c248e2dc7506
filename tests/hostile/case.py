# SPDX-License-Identifier: MIT
"""A command on hostile input, with the bounds that it has to keep."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """`arguments` stand behind `vmcoreinfo`; `codes` are the exit codes that it may have.

    `seconds` are of the processor, `megabytes` (MiB) what it may ask for beyond what it has when
    it starts.
    """

    name: str
    arguments: tuple[str, ...]
    stdin: bytes | None
    seconds: float
    megabytes: int
    codes: tuple[int, ...]

    def allows(self, code: int) -> bool:
        """Whether it may end so: a pair of tool and kernel that nobody knows is an answer of `compat` too."""
        answers = self.arguments[:1] == ("compat",) and 0 in self.codes
        return code in self.codes or (answers and code == 4)
