# SPDX-License-Identifier: MIT
"""Text of reStructuredText pages: escaped, with literals, filled to 79 columns."""

from __future__ import annotations

import re
import textwrap
import unicodedata

from ..description import pieces

_WIDTH = 79
# A `_` at the end of a word, or before another `_`, would make it a reference.
_SPECIAL = re.compile(r"([\\`*|]|_(?![^\W_]))")
# Characters that start something other than a paragraph, and ends that turn it into something else.
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
# A line of one repeated mark makes the line above a title.
_ADORNMENT = re.compile(rf"([{_MARKS}])\1*")
# Characters that may directly precede or follow inline markup.
_BEFORE = "'\"([{<-/:"
_BEHIND = "'\")]}>-/\\:.,;!?"


def escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def literal(text: str) -> str:
    """Text as a literal; text that can't be one is escaped instead."""
    is_plain = "`" not in text and text == text.strip() and text
    return f"``{text}``" if is_plain else escaped(text)


def prose(text: str) -> str:
    """Text for the inside of a paragraph, with literal names marked."""
    shown = ""
    for is_code, part in pieces(text):
        new = literal(part) if is_code else escaped(part)
        # An escaped blank is not shown, and separates markup from adjacent text.
        if shown.endswith("``") and new and not (new[0].isspace() or new[0] in _BEHIND):
            shown += "\\ "
        if new.startswith("``") and shown and not (shown[-1].isspace() or shown[-1] in _BEFORE):
            shown += "\\ "
        shown += new
    return shown


def paragraph(text: str) -> str:
    """Text that begins a paragraph, escaped so that docutils reads it as nothing else."""
    text = _LITERAL_FOLLOWS.sub(r"\\::", text)
    return f"\\{text}" if _BLOCK.match(text) else text


def heading(text: str) -> str:
    """Text of a title."""
    return _guarded(paragraph(escaped(text)))


def columns(text: str) -> int:
    """The width of a title on a terminal, which the line below has to reach."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def fill(text: str, indent: str = "", first: str | None = None) -> str:
    """A filled paragraph, all lines indented, the first one by `first` if given."""
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
    """A line that docutils can't read as an adornment; the escaped blank is not shown."""
    return f"\\ {line}" if _ADORNMENT.fullmatch(line) else line


def field(name: str, text: str) -> str:
    """One item of a field list."""
    return fill(text, "    ", f":{name}: ")
