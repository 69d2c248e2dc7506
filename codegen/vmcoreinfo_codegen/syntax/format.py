# SPDX-License-Identifier: MIT
"""Write a syntax tree in its canonical layout; comments and order are kept."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from . import tree
from .node import laid_out

_TAB = 8
# Clause values start here, as in Kconfig and the kernel's own tables.
_VALUE_COLUMN = 24
_WIDTH = 100
_LEAST_ROOM = 30


def format_file(file: tree.File) -> str:
    """The canonical text of a file; parsing it gives the same tree."""
    lines = list(_lines(file.items, depth=0))
    return "\n".join(lines) + "\n" if lines else ""


def format_node(node: tree.Node) -> str:
    """The canonical text of a single node."""
    return "\n".join(_lines([node], depth=0))


def _lines(nodes: Sequence[tree.Node], depth: int) -> Iterator[str]:
    indent = "\t" * depth
    previous_blank = True  # no blank line at the start of a file or block
    pending = False
    for node in nodes:
        if isinstance(node, tree.Blank):
            pending = not previous_blank
            continue
        if pending:
            yield ""
        pending = previous_blank = False
        if isinstance(node, tree.Comment):
            yield indent + node.comment
        elif isinstance(node, tree.Block):
            yield _with_comment(f"{indent}{_line(node)} {{", node.comment)
            yield from _lines(node.body, depth + 1)
            yield _with_comment(indent + "}", node.end_comment)
        elif isinstance(node, tree.Clause):
            yield from _clause(node, depth)
        elif isinstance(node, tree.Line):
            yield _with_comment(indent + _line(node), node.comment)


def _with_comment(line: str, comment: str) -> str:
    return f"{line}\t{comment}" if comment else line


def _line(node: tree.Line) -> str:
    said = laid_out(node)
    return said if isinstance(node, tree.Entry) else f"{node.keyword} {said}".rstrip()


def _clause(node: tree.Clause, depth: int) -> Iterator[str]:
    said = laid_out(node)
    first, _, before = (said if "\t" in node.layout else f"\t{said}").partition("\t")
    keyword = f"{node.keyword} {first}" if first else node.keyword
    column = depth * _TAB + len(keyword)
    tabs = max(1, (_VALUE_COLUMN - column + _TAB - 1) // _TAB)
    start = max(_VALUE_COLUMN, (column // _TAB + 1) * _TAB)
    head = "\t" * depth + keyword + "\t" * tabs
    before = before.replace("\n", "\n" + "\t" * (start // _TAB))
    text = next(
        (text for name in node.own() if isinstance(text := getattr(node, name), tree.Text)), None
    )
    if text is None:
        lines = [(head + before).rstrip()]
    else:
        before += " " if before else ""
        at = start + len(before.rpartition("\n")[2].lstrip("\t"))
        lines = _wrapped(head + before, at, text, start)
    lines[-1] = _with_comment(lines[-1], node.comment)
    yield from lines


def _wrapped(head: str, column: int, text: tree.Word, start: int) -> list[str]:
    """A text as one or more strings, a line each; later lines start at column `start`.

    If `head` leaves too little room, the text starts on the next line.
    """
    alone = column > start and _WIDTH - column < _LEAST_ROOM
    pieces = textwrap.wrap(
        str(text),
        _WIDTH - start - 2,
        initial_indent="" if alone else " " * (column - start),
        break_long_words=False,
        break_on_hyphens=False,
    )
    strings = [f'"{piece.strip()}"' for piece in pieces] or ['""']
    later = "\t" * (start // _TAB)
    first = head.rstrip() if alone else head + strings.pop(0)
    return [first, *(later + string for string in strings)]
