# SPDX-License-Identifier: MIT
"""Errors of patches."""

from __future__ import annotations


class PatchError(Exception):
    """A patch that can't be a kernel's, as it exceeds a limit, or that does not apply."""
