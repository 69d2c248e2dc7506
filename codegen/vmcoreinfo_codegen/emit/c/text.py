# SPDX-License-Identifier: MIT
"""Text of the schema in comments and strings of C."""

from __future__ import annotations

import re

COMMENTS = {".c": " * ", ".h": " * "}
"""The start of a line in a block comment, by the ending of the file's name."""

# The end or the beginning of a comment, and the trigraph of a backslash.
_MEANS_SOMETHING = re.compile(r"(?<=\*)(?=/)|(?<=/)(?=\*)|(?<=\?)(?=\?/)")


def comment(text: str) -> str:
    """Text inside a block comment, which has no escapes: a blank breaks up what C would
    interpret.
    """
    return _MEANS_SOMETHING.sub(" ", text)


def string(text: str) -> str:
    """A string literal; characters that are special or not printable ASCII are octal escapes."""
    return '"' + "".join(map(_in_string, text.encode())) + '"'


def _in_string(byte: int) -> str:
    letter = chr(byte)
    return letter if " " <= letter <= "~" and letter not in '"\\?' else f"\\{byte:03o}"
