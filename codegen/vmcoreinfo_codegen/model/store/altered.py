# SPDX-License-Identifier: MIT
"""The text of a note without some of its entries, as tools are given it in proofs."""

from __future__ import annotations

from collections.abc import Iterable

_FILLER = b"X"


def text_without(text: bytes, keys: Iterable[str]) -> bytes:
    """The text, with the lines of the keys replaced by lines of the same length.

    No tool knows the key of such a line, and all other lines stay where they were, so a copy of a
    dump can be changed in place, and the note keeps its length.
    """
    gone = {key.encode("latin-1", "replace") for key in keys}
    lines = text.split(b"\n")
    return b"\n".join(_filler(line) if line.partition(b"=")[0] in gone else line for line in lines)


def _filler(line: bytes) -> bytes:
    return (_FILLER * (len(line) - 2) + b"=0")[-len(line) :] if line else line
