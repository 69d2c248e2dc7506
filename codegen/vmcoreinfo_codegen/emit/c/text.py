# SPDX-License-Identifier: MIT
"""Text of the schema in comments of C."""

from __future__ import annotations

import re

# What ends a comment or begins one, and what stands for a backslash.
_MEANS_SOMETHING = re.compile(r"(?<=\*)(?=/)|(?<=/)(?=\*)|(?<=\?)(?=\?/)")


def comment(text: str) -> str:
    """Text for the inside of a block comment, which has no escapes: a blank breaks up what C would read."""
    return _MEANS_SOMETHING.sub(" ", text)
