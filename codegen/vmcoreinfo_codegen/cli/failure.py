# SPDX-License-Identifier: MIT
"""Exit codes, and the exception that carries one."""

from __future__ import annotations

FINE = 0
FINDINGS = 1
UNREADABLE = 2
INTERNAL = 3
NOT_JUDGED = 4
UNRELATED = 5
INTERRUPTED = 130

EXIT_CODES = {
    FINE: "fine",
    FINDINGS: "findings, differences, or what was asked for is absent",
    UNREADABLE: "usage, or input that can't be read",
    INTERNAL: "an internal error",
    NOT_JUDGED: "what was asked can't be told: impact of a change that can't all be followed, compat of a"
    " pair that nobody knows",
    UNRELATED: "impact: the change touches no export",
    INTERRUPTED: "ended by Ctrl-C",
}
"""When the command ends with which."""


class Failure(Exception):
    """Ends the command with a message that names file, line, key and remedy, as far as known."""

    def __init__(self, message: str, code: int = UNREADABLE) -> None:
        self.code = code
        super().__init__(message)
