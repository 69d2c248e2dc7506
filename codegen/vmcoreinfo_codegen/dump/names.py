# SPDX-License-Identifier: MIT
"""Names of inputs, separate from the readers, which take longer to load."""

from __future__ import annotations

FORMATS = ("elf", "kdump", "flattened", "note", "text", "posted")
NOTES = ("note", "text", "posted")
"""Formats of a note without memory."""

STDIN = "-"
LIVE = "live"
