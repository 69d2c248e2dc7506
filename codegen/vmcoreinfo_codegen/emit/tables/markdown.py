# SPDX-License-Identifier: MIT
"""Cells and lists of Markdown tables: escaped, and aligned for readers of the source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from ...core.condition import Known
from ...model import Boundary, Export
from ..description import describe_condition, describe_evidence, history, pieces

# A column with wider cells is not padded, as that would make every line too long.
_WIDEST = 48
_COMMITS = "https://git.kernel.org/stable/c/"
# Everything that begins markup inside a line. `|` does so only in tables: see _cell().
_SPECIAL = re.compile(r"([\\`*~\[\]]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|&(?=#?\w+;))")
# Markup at the start of a line, or the end of a heading.
_BLOCK = re.compile(r"[#>+=-]|\d{1,9}[.)](?=\s|$)")
_CLOSING = re.compile(r"(?=#+\s*$)")
_TICKS = re.compile(r"`+")


def code(text: str) -> str:
    """Unchanged text between more backticks than it has in a row."""
    longest = max(map(len, _TICKS.findall(text)), default=0)
    mark = "`" * (longest + 1)
    is_padded = longest > 0 or (text != text.strip() != "")
    return f"{mark} {text} {mark}" if is_padded else f"{mark}{text}{mark}"


def codes(texts: Iterable[str]) -> str:
    return ", ".join(map(code, texts))


def escaped(text: str) -> str:
    """Text inside a line, with all Markdown markup escaped."""
    return _SPECIAL.sub(r"\\\1", text)


def prose(text: str) -> str:
    """Text inside a line, with literal names as code."""
    return "".join(code(part) if literal else escaped(part) for literal, part in pieces(text))


def heading(text: str) -> str:
    """Text of a heading."""
    return _CLOSING.sub(r"\\", escaped(text))


def paragraph(text: str) -> str:
    """Text at the start of a line."""
    shown = prose(text)
    match = _BLOCK.match(shown)
    return f"{shown[: match.end() - 1]}\\{shown[match.end() - 1 :]}" if match else shown


def condition_lines(export: Export, known: Known | None = None) -> list[str]:
    """The conditions of an export with their bounds: `` `CONFIG_NUMA` since 5.14 ``."""
    return [
        (code(str(c)) if c.names() else describe_condition(c)) + bounds
        for c, bounds in history(export, known)
    ]


def commit(boundary: Boundary) -> str:
    """A reference to the commit; an unverified one is not linked."""
    if boundary.commit is None:
        return ""
    doubt = describe_evidence(boundary)
    if doubt == "unverified":
        return f"{boundary.commit}, unverified"
    return f"[{boundary.commit}]" + (f", {doubt}" if doubt else "")


def links(text: str) -> list[tuple[str, str]]:
    """The definitions that the `[commit]` references of a text need."""
    found = sorted(set(re.findall(r"\[([0-9a-f]{12,40})\](?![(:])", text)))
    return [(name, _COMMITS + name) for name in found]


def table(heads: Sequence[str], rows: Iterable[Sequence[str | list[str]]]) -> dict[str, Any]:
    """Heads, rule and rows, with padded cells if the column is narrow enough.

    A cell may be a list of lines.
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
    # Also in code and after a backslash: tables are split into cells before anything else is
    # parsed.
    return text.replace("|", "\\|")
