# SPDX-License-Identifier: MIT
"""CSV cells that a spreadsheet would treat as a formula."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"[=+\-@\t\r](?![0-9.]+\Z)")


def guarded(text: str) -> str:
    """The text with an apostrophe in front where it begins like a formula; numbers stay."""
    return f"'{text}" if _FORMULA.match(text) else text
