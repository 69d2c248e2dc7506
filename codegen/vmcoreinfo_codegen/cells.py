# SPDX-License-Identifier: MIT
"""CSV cells that a spreadsheet would treat as a formula."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"[=+\-@\t\r](?![0-9.]+\Z)")


def guarded(text: str) -> str:
    """The text, with an apostrophe in front if it starts like a formula; numbers stay as they
    are."""
    return f"'{text}" if _FORMULA.match(text) else text
