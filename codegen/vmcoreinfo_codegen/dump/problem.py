# SPDX-License-Identifier: MIT
"""Errors of dumps."""

from __future__ import annotations


class DumpError(Exception):
    """Input that can't be read; the message names the file, the byte and the remedy, as far as known."""


class NoNote(DumpError):
    """A dump that can be read but has no note."""
