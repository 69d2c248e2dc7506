# SPDX-License-Identifier: MIT
"""Cells and lists of Markdown tables: escaped, and aligned for those who read the source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from ...model import Boundary, Export
from ...terms.condition import Known
from ..words import condition_words, evidence_words, history, pieces

# A column with wider cells than this is left ragged: padding it makes every line too long.
_WIDEST = 48
_COMMITS = "https://git.kernel.org/stable/c/"
_SPECIAL = re.compile(r"([\\`*|]|(?<!\w)_|_(?!\w)|<(?=[A-Za-z/!?]))")


def code(text: str) -> str:
    """Text as it is; none of ours has a backtick in it."""
    return f"`{text}`"


def codes(texts: Iterable[str]) -> str:
    return ", ".join(map(code, texts))


def prose(text: str) -> str:
    return "".join(
        code(part) if literal else _SPECIAL.sub(r"\\\1", part) for literal, part in pieces(text)
    )


def condition_lines(export: Export, known: Known | None = None) -> list[str]:
    """The conditions of an export with their bounds: `` `CONFIG_NUMA` since 5.14 ``."""
    return [
        (code(str(c)) if c.names() else condition_words(c)) + bounds
        for c, bounds in history(export, known)
    ]


def commit(boundary: Boundary) -> str:
    """A reference to the commit; what was not found anywhere is not linked."""
    if boundary.commit is None:
        return ""
    doubt = evidence_words(boundary)
    if doubt == "unverified":
        return f"{boundary.commit}, unverified"
    return f"[{boundary.commit}]" + (f", {doubt}" if doubt else "")


def links(text: str) -> list[tuple[str, str]]:
    """The definitions that the `[commit]` references of a text need."""
    found = sorted(set(re.findall(r"\[([0-9a-f]{12,40})\](?![(:])", text)))
    return [(name, _COMMITS + name) for name in found]


def table(heads: Sequence[str], rows: Iterable[Sequence[str | list[str]]]) -> dict[str, Any]:
    """Heads, rule and rows, cells padded where the column is narrow enough.

    A cell may be a list: its lines are broken inside the cell.
    """
    cells = [[_cell(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(heads, *cells)]
    last = len(heads) - 1
    pads = [0 if width > _WIDEST or place == last else width for place, width in enumerate(widths)]
    return {
        "heads": [head.ljust(pad) for head, pad in zip(heads, pads)],
        "rule": ["-" * max(pad, 3) for pad in pads],
        "rows": [[cell.ljust(pad) for cell, pad in zip(row, pads)] for row in cells],
    }


def _cell(cell: str | list[str]) -> str:
    text = cell if isinstance(cell, str) else "<br>".join(cell)
    return re.sub(r"(?<!\\)\|", r"\\|", text)
