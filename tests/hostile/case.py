# SPDX-License-Identifier: MIT
"""A command on hostile input, with its limits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """`arguments` are those of `vmcoreinfo`; `codes` are the allowed exit codes.

    `seconds` limits CPU time, `megabytes` the MiB of memory that it may use beyond those at its
    start.
    """

    name: str
    arguments: tuple[str, ...]
    stdin: bytes | None
    seconds: float
    megabytes: int
    codes: tuple[int, ...]

    def allows(self, code: int) -> bool:
        """Whether an exit code is allowed; for `compat`, an unknown verdict is an answer too."""
        answers = self.arguments[:1] == ("compat",) and 0 in self.codes
        return code in self.codes or (answers and code == 4)
