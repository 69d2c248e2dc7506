# SPDX-License-Identifier: MIT
"""Parse `.vmci` text: the whole tree, and all syntax errors of the file at once."""

from __future__ import annotations

import re
from functools import lru_cache

from lark import Lark, UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.lexer import PatternStr

from .. import resources
from ..grammars import lalr
from ..problem import Location, Problem, did_you_mean, shortened
from . import tree
from .build import built
from .limits import first_refused, unprintable

RULE = "VMCI001"
_WORD = re.compile(r'"[^"]*"?|\w[\w.-]*|\S')
# After so many errors, the next ones are more likely consequences than errors of their own.
MOST_ERRORS = 50
# The text before an error is parsed again to find the next one; for large files at most this often.
_MOST_READINGS = 4
_READ_ANYHOW = 1 << 16
_NAMES = {
    "NEWLINE": "end of line",
    "STRING": 'a "string"',
    "KEY": "a key",
    "CONFIG": "a CONFIG_ symbol",
    "RELEASE": "a release",
    "DATE": "a date",
    "HASH": "a commit hash",
    "INT": "a number",
    "NAME": "a name",
    "VERDICT": "a verdict",
    "FORMAT": "a format",
    "DERIVED": "a name in lower case",
    "COMMENT": "",
}


def grammar() -> str:
    """The text of `grammar/schema.lark`."""
    return resources.grammar("schema.lark")


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return lalr("schema.lark", maybe_placeholders=True)


def parse(text: str, path: str) -> tuple[tree.File, list[Problem]]:
    """Parse one file; `path` is its name in messages.

    A line with a syntax error is reported and left out (with its block, if it opens one), so that
    the rest of the file is still checked.
    """
    problems = list(unprintable(text, path))
    if problems:
        return tree.File(path, ()), problems
    lines = text.splitlines() if text else []
    to_read = _MOST_READINGS * len(text) + _READ_ANYHOW
    while True:
        try:
            parsed = _parser().parse("\n".join([*lines, ""]) if lines else "")
        except UnexpectedInput as error:
            problems.append(_problem(error, path, lines))
            to_read -= sum(map(len, lines[: error.line])) if error.line > 0 else len(text)
            if len(problems) >= MOST_ERRORS or to_read < 0 or not _leave_out(lines, error):
                return tree.File(path, ()), problems
            continue
        refused = first_refused(parsed, path)
        if refused is not None:
            return tree.File(path, ()), [*problems, refused]
        return built(parsed, path), problems


def _problem(error: UnexpectedInput, path: str, lines: list[str]) -> Problem:
    line, column = error.line, error.column
    accepted: set[str] = set()
    if isinstance(error, UnexpectedToken):
        accepted = set(error.accepts or error.expected)
    elif isinstance(error, UnexpectedCharacters):
        accepted = set(error.allowed or ())
    if _at_end(error):
        location = Location(path, max(len(lines), 1), len(lines[-1]) + 1 if lines else 1)
        return Problem(location, RULE, "the file ends inside a block", "missing '}'")
    source = lines[line - 1]
    # `untill` is scanned as `until` and `l`: report the whole word.
    before = _word_before(source, column - 1)
    column -= len(before) if source[column - 1 : column].isalnum() else 0
    match = _WORD.match(source, column - 1)
    found = match[0] if match else ""
    keywords, others = _accepted(accepted)
    hint = did_you_mean(found, keywords + (_keywords() if before else []))
    if not hint and found.startswith('"') and not found.endswith('"', 1):
        hint = "a string must end on its line; continue with another string on the next line"
    expected = ", ".join(others + keywords) if len(keywords) < 8 else ""
    message = f"unexpected {f'{shortened(found)!r}' if found else 'end of line'}"
    message += f", expected {expected}" if expected else ""
    return Problem(Location(path, line, column), RULE, message, hint)


def _word_before(source: str, end: int) -> str:
    start = end
    while start and (source[start - 1].isalnum() or source[start - 1] in "_-"):
        start -= 1
    return source[start:end]


def _keywords() -> list[str]:
    patterns = (t.pattern for t in _parser().terminals)
    literals = [p.value for p in patterns if isinstance(p, PatternStr)]
    return [literal for literal in literals if literal.isidentifier()]


def _accepted(terminals: set[str]) -> tuple[list[str], list[str]]:
    """The accepted keywords, and descriptions of the other accepted terminals."""
    literal = {
        terminal.name: terminal.pattern.value
        for terminal in _parser().terminals
        if isinstance(terminal.pattern, PatternStr)
    }
    keywords = sorted(literal[name] for name in terminals if name in literal)
    others = sorted(
        _NAMES.get(name, "") for name in terminals if name not in literal and _NAMES.get(name)
    )
    return keywords, others


def _leave_out(lines: list[str], error: UnexpectedInput) -> bool:
    """Empty the line of the error, with its block if it opens one; False if there is no such
    line."""
    index = error.line - 1
    if _at_end(error) or not 0 <= index < len(lines) or not lines[index].strip():
        return False
    opens = _without_strings(lines[index]).rstrip().endswith("{")
    lines[index] = ""
    depth = 1 if opens else 0
    while depth and index + 1 < len(lines):
        index += 1
        code = _without_strings(lines[index])
        depth += code.count("{") - code.count("}")
        lines[index] = ""
    return True


def _at_end(error: UnexpectedInput) -> bool:
    return isinstance(error, UnexpectedToken) and error.token.type == "$END"


def _without_strings(line: str) -> str:
    return re.sub(r'"[^"]*"|#.*', "", line)
