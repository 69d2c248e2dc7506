# SPDX-License-Identifier: MIT
"""Limits of schema text: unprintable characters, overlong lines, deep nesting.

Each limit protects a reader or a product: editors show text after a bidi control in another order
than compilers read it (CVE-2021-42574), a regular expression is slow on a line of a megabyte, and a
C compiler limits the nesting of parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lark import Token, Tree

from ..problem import Location, Problem, shortened

RULE = "VMCI001"
_LONGEST_LINE = 4000
_MOST_LINES = 20_000
# Terms of a condition and operators of an expression; the deepest one in the shipped schema has 5.
MOST_LEVELS = 64
MOST_TERMS = 64
SHOWN = (
    (_LONGEST_LINE, "characters in a line, blanks not counted"),
    (_MOST_LINES, "lines in a file"),
    (MOST_LEVELS, "levels of an expression or a condition, each operator one"),
    (MOST_TERMS, "terms of a condition"),
    ((1 << 64) - 1, "as a number"),
)
"""The limits that the reference lists."""


def unprintable(text: str, path: str) -> Iterator[Problem]:
    """The first character that does not print, and lines that are too long."""
    if not text.replace("\n", "").replace("\t", "").isprintable():
        yield _first_unprintable(text, path)
        return
    if len(text) <= _LONGEST_LINE:
        return
    if text.count("\n") > _MOST_LINES:
        yield Problem(Location(path, _MOST_LINES + 1), RULE, f"more than {_MOST_LINES} lines")
        return
    for number, line in enumerate(text.split("\n"), 1):
        # Blanks don't count, because the formatter changes them.
        if len(line) > _LONGEST_LINE and sum(map(len, line.split())) > _LONGEST_LINE:
            message = f"the line has more than {_LONGEST_LINE} characters, blanks not counted"
            hint = "continue texts with a string on the next line, words with another clause"
            yield Problem(Location(path, number), RULE, message, hint)
            return


def first_refused(parsed: Tree[Token], path: str) -> Problem | None:
    """The first construct that the grammar accepts but the limits refuse."""
    waiting: list[tuple[Tree[Token] | Token, int]] = [(parsed, 0)]
    while waiting:
        node, depth = waiting.pop()
        found = _of_token(node) if isinstance(node, Token) else _of_tree(node, depth)
        if found:
            place = node if isinstance(node, Token) else node.meta
            location = Location(path, place.line or 1, place.column or 1)
            return Problem(location, RULE, *found)
        if isinstance(node, Tree) and node.data not in _PLAIN:
            depth += node.data in _NESTING
            waiting += [(child, depth) for child in node.children if child is not None]
    return None


def _of_tree(node: Tree[Token], depth: int) -> tuple[str, str] | None:
    if node.data not in _NESTING:
        return None
    if depth >= MOST_LEVELS:
        return f"nested more than {MOST_LEVELS} levels deep", "write several clauses"
    if len(node.children) > MOST_TERMS:
        return f"more than {MOST_TERMS} terms", "a kernel condition has only a few"
    return None


def _of_token(token: Token) -> tuple[str, str] | None:
    match token.type:
        case "STRING" if "\t" in token:
            return "a tab in a string", "write a blank"
        case "INT" if (
            len(token) > _MOST_DIGITS or int(token, 16 if token[1:2] == "x" else 10) >> 64
        ):
            return f"'{shortened(token)}' does not fit in 64 bits", ""
        case "INT" if len(token) > 1 and token.isdecimal() and token[0] == "0":
            return (
                f"'{shortened(token)}' begins with a 0",
                "write 0x before hexadecimal digits",
            )
        case "RELEASE" if _LONG_NUMBER.search(token):
            return f"'{shortened(token)}' has a number with more than 9 digits", ""
    return None


_NESTING = frozenset(
    [
        "any",
        "all",
        "negation",
        "choice",
        "bit_or",
        "bit_and",
        "equal",
        "shift",
        "sum",
        "unary",
        "read",
        "log2",
    ]
)
_PLAIN = frozenset(["blank", "comment", "eol"])
_MOST_DIGITS = 20
_LONG_NUMBER = re.compile(r"[0-9]{10}")


def _first_unprintable(text: str, path: str) -> Problem:
    for number, line in enumerate(text.split("\n"), 1):
        for column, character in enumerate(line, 1):
            if character != "\t" and not character.isprintable():
                message = f"U+{ord(character):04X} does not print"
                hint = "a schema may contain only printable characters, tabs and line ends"
                return Problem(Location(path, number, column), RULE, message, hint)
    raise AssertionError("every character prints")
