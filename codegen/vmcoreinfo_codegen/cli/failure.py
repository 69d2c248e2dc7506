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
    FINE: "success",
    FINDINGS: "findings, differences, or the requested key is absent",
    UNREADABLE: "usage error, or unreadable input",
    INTERNAL: "internal error",
    NOT_JUDGED: "undecided: impact could not follow the whole change, or compat has an unknown "
    "verdict",
    UNRELATED: "impact: the change touches no export",
    INTERRUPTED: "interrupted by Ctrl-C",
}
"""What each exit code means."""


class Failure(Exception):
    """Ends the command with a message that names the file, line, key and remedy, as far as
    known."""

    def __init__(self, message: str, code: int = UNREADABLE) -> None:
        self.code = code
        super().__init__(message)
