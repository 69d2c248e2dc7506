# SPDX-License-Identifier: MIT
"""Errors of debug information."""

from __future__ import annotations


class DebugInfoError(Exception):
    """A file that can't be used; the message names it, the place and the remedy, as far as known."""
