# SPDX-License-Identifier: MIT
"""C types, from the tree to the model."""

from __future__ import annotations

from ...problem import shortened
from ...syntax import tree
from ..c_type import CType
from ..vocabulary import Bound
from .reading import Reader

_ALIGNMENTS = (1, 2, 4, 8, 16)
_MOST = 1 << 16


def c_type(read: Reader, line: tree.CType) -> CType | None:
    size = int(str(line.size), 0)
    if not 0 < size <= _MOST:
        read.problem(line.size, f"a size of {shortened(str(line.size))}", f"from 1 to {_MOST}")
        return None
    in_words = str(line.unit).startswith("word")
    alignment = aligned(read, line.alignment) if line.alignment is not None else None
    if alignment is None and not in_words:
        if size not in _ALIGNMENTS:
            read.problem(line.size, f"{line.name} needs 'aligned'", "its size is no alignment")
            return None
        alignment = size
    return CType(
        name=str(line.name),
        bound=Bound(" ".join(str(line.bound).split())) if line.bound else Bound.EXACT,
        size=size,
        in_words=in_words,
        alignment=alignment,
        union=line.union is not None,
        location=read.at(line.name),
    )


def aligned(read: Reader, word: tree.Word) -> int:
    """An alignment in bytes; 1 if it is not a valid one."""
    found = next((one for one in _ALIGNMENTS if str(one) == str(word)), None)
    if found is None:
        hint = f"one of {', '.join(map(str, _ALIGNMENTS))}"
        read.problem(word, f"'{shortened(str(word))}' is not an alignment in bytes", hint)
    return found or 1
