# SPDX-License-Identifier: MIT
"""What a user calls inputs, apart from what reads them, which takes longer to load."""

from __future__ import annotations

FORMATS = ("elf", "kdump", "flattened", "note", "text", "posted")
NOTES = ("note", "text", "posted")
"""Those of a note without memory."""

STDIN = "-"
LIVE = "live"
