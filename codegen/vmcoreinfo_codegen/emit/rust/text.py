# SPDX-License-Identifier: MIT
"""Text of the schema in comments and strings of Rust."""

from __future__ import annotations

import textwrap

COMMENTS = {".rs": "// ", "Cargo.toml": "# "}
"""What a line of a comment begins with, by the ending of the file's name."""

# What rustdoc would read as markup: a link, a tag, emphasis.
_MARKUP = str.maketrans({letter: f"\\{letter}" for letter in "[]<>*_\\"})


def doc(text: str) -> str:
    """Text as a comment of documentation; code stays as it is between its `marks`."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        parts = [text.replace("`", "'")]
    shown = [part if place % 2 else part.translate(_MARKUP) for place, part in enumerate(parts)]
    lines = textwrap.wrap("`".join(shown), 92, break_long_words=False, break_on_hyphens=False)
    return "\n".join(f"/// {line}" for line in lines)


def string(text: str) -> str:
    """A string literal: what is not printable ASCII, and what means something in one, escaped."""
    return '"' + "".join(map(_in_string, text)) + '"'


def _in_string(letter: str) -> str:
    return letter if " " <= letter <= "~" and letter not in '"\\' else f"\\u{{{ord(letter):x}}}"


def camel(name: str) -> str:
    """`PREFIXED_HEX` and `x86_64` as the names of variants: `PrefixedHex`, `X86_64`."""
    parts = name.split("_")
    shown = [part.capitalize() for part in parts]
    found = shown[0]
    for part in shown[1:]:
        found += f"_{part}" if part[0].isdigit() else part
    return found
