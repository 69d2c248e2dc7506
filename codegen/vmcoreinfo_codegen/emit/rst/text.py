# SPDX-License-Identifier: MIT
"""Text of reStructuredText pages: escaped, with literals, filled to 79 columns."""

from __future__ import annotations

import re
import textwrap
import unicodedata

from ..description import pieces

_WIDTH = 79
# A `_` at the end of a word would make it a reference, before another `_` too.
_SPECIAL = re.compile(r"([\\`*|]|_(?![^\W_]))")
# What a paragraph would not be one with at its start, and what turns the end into something else.
_MARKS = "!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~"
_BLOCK = re.compile(
    # Items of lists, directives, targets, fields, doctests, options, and lines of tables.
    r"[-+\u2022\u2023\u2043](?=\s|$)"
    r"|\(?(?:\d+|[A-Za-z]|[ivxlcdmIVXLCDM]+|#)[.)](?=\s|$)"
    r"|\.\.(?=\s|$)|__(?=\s|$)|:(?![:\s])|>>>(?=\s|$)"
    r"|(?:--?|[/+])(?=[A-Za-z])|-\d(?=\s\s|$)|\+[-=]"
    rf"|(?!\\)[{_MARKS}]+(?=\s|$)"
)
_LITERAL_FOLLOWS = re.compile(r"::$")
# A line of one mark below another line makes that a title.
_ADORNMENT = re.compile(rf"([{_MARKS}])\1*")
# What may stand around inline markup without a blank.
_BEFORE = "'\"([{<-/:"
_BEHIND = "'\")]}>-/\\:.,;!?"


def escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def literal(text: str) -> str:
    """Text as it is; what can't are in a literal is escaped instead."""
    is_plain = "`" not in text and text == text.strip() and text
    return f"``{text}``" if is_plain else escaped(text)


def prose(text: str) -> str:
    """Text with what it names literally, for the inside of a paragraph."""
    shown = ""
    for is_code, part in pieces(text):
        new = literal(part) if is_code else escaped(part)
        # A blank behind a backslash is none, and separates markup from what it touches.
        if shown.endswith("``") and new and not (new[0].isspace() or new[0] in _BEHIND):
            shown += "\\ "
        if new.startswith("``") and shown and not (shown[-1].isspace() or shown[-1] in _BEFORE):
            shown += "\\ "
        shown += new
    return shown


def paragraph(text: str) -> str:
    """Text that a paragraph consists of or begins with, which docutils takes for nothing else."""
    text = _LITERAL_FOLLOWS.sub(r"\\::", text)
    return f"\\{text}" if _BLOCK.match(text) else text


def heading(text: str) -> str:
    """Text that a title consists of."""
    return _guarded(paragraph(escaped(text)))


def columns(text: str) -> int:
    """The columns of a title on a terminal, which the line below it has to reach."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def fill(text: str, indent: str = "", first: str | None = None) -> str:
    """Lines of a paragraph, all indented, or the first one with a mark of its own."""
    first = indent if first is None else first
    lines = textwrap.wrap(
        _guarded(paragraph(text)),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join([*lines[:1], *(indent + _guarded(line[len(indent) :]) for line in lines[1:])])


def _guarded(line: str) -> str:
    """A line that is none of one mark alone; a blank behind a backslash is none."""
    return f"\\ {line}" if _ADORNMENT.fullmatch(line) else line


def field(name: str, text: str) -> str:
    """A field of a field list."""
    return fill(text, "    ", f":{name}: ")
