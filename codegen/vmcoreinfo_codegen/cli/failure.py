# SPDX-License-Identifier: MIT
"""Exit codes, and the exception that carries one."""

from __future__ import annotations

FINE = 0
FINDINGS = 1
UNREADABLE = 2
DEFECT = 3

EXIT_CODES = {
    FINE: "fine",
    FINDINGS: "findings, differences, or what was asked for is absent",
    UNREADABLE: "usage, or input that can't be read",
    DEFECT: "a defect of ours",
}
"""When the command ends with which."""


class Failure(Exception):
    """Ends the command with a message that names file, line, key and remedy, as far as known."""

    def __init__(self, message: str, code: int = UNREADABLE) -> None:
        self.code = code
        super().__init__(message)
