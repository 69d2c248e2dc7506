# SPDX-License-Identifier: MIT
"""Text of reStructuredText pages: escaped, with literals, filled to 79 columns."""

from __future__ import annotations

import re
import textwrap

from ..words import pieces

_WIDTH = 79
# A `_` at the end of a word would make it a reference.
_SPECIAL = re.compile(r"([\\`*|]|(?<=\w)_(?!\w))")


def escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def literal(text: str) -> str:
    """Text as it is; none of ours has a backtick in it."""
    return f"``{text}``"


def prose(text: str) -> str:
    return "".join(literal(part) if is_code else escaped(part) for is_code, part in pieces(text))


def fill(text: str, indent: str = "", first: str | None = None) -> str:
    """Lines of a paragraph, all indented, or the first one with a mark of its own."""
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def field(name: str, text: str) -> str:
    """A field of a field list."""
    return fill(text, "    ", f":{name}: ")
