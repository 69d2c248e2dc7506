# SPDX-License-Identifier: MIT
"""Text of the schema in Rust comments and strings."""

from __future__ import annotations

import textwrap

COMMENTS = {".rs": "// ", "Cargo.toml": "# "}
"""The start of a comment line, by the ending of the file's name."""

# Characters that rustdoc would read as markup: a link, a tag, emphasis.
_MARKUP = str.maketrans({letter: f"\\{letter}" for letter in "[]<>*_\\"})


def doc(text: str) -> str:
    """Text of a doc comment; code between `marks` is unchanged."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        parts = [text.replace("`", "'")]
    shown = [part if place % 2 else part.translate(_MARKUP) for place, part in enumerate(parts)]
    lines = textwrap.wrap("`".join(shown), 92, break_long_words=False, break_on_hyphens=False)
    return "\n".join(f"/// {line}" for line in lines)


def string(text: str) -> str:
    """A string literal: characters that are special or not printable ASCII are escaped."""
    return '"' + "".join(map(_in_string, text)) + '"'


def _in_string(letter: str) -> str:
    return letter if " " <= letter <= "~" and letter not in '"\\' else f"\\u{{{ord(letter):x}}}"


def camel(name: str) -> str:
    """The name of a variant: `PrefixedHex` for `PREFIXED_HEX`, `X86_64` for `x86_64`."""
    parts = name.split("_")
    shown = [part.capitalize() for part in parts]
    found = shown[0]
    for part in shown[1:]:
        found += f"_{part}" if part[0].isdigit() else part
    return found
