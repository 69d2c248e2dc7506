# SPDX-License-Identifier: MIT
"""What is wrong with a patch."""

from __future__ import annotations


class PatchError(Exception):
    """A patch that is none to a kernel: more of something than such a patch can have, or one that does not apply."""
