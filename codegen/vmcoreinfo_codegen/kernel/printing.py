# SPDX-License-Identifier: MIT
"""Expands the macros in a call down to vmcoreinfo_append_str() and its format.

No macro is built in; the definition in the tree says what it prints.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lark.exceptions import LarkError

from ..core.key import is_printable
from ..limits import Limit
from ..model.macro import formats_of
from .conditions import parser
from .lexing import ends_of_calls
from .source import Macro, Source

APPEND = "vmcoreinfo_append_str"
CALL = re.compile(r"\b(\w++)\s*+\(")
"""Anything that looks like a call."""
_STRINGS = re.compile(r'\s*"((?:\\.|[^"\\])*)"')
_CONVERSION = re.compile(
    r"%(?:%|[-+ #0]*+\d*+(?:\.\d++)?(?:hh|h|ll|l|z|L)?(?:p[a-zA-Z]*|[a-zA-Z]))"
)
_TOKEN = re.compile(
    r"""
    "[^"\\]*+(?:\\.[^"\\]*+)*"? | '[^'\\]*+(?:\\.[^'\\]*+)*'?
    | \#\s*+\w++ | \w++ | \s++ | .
    """,
    re.DOTALL | re.VERBOSE,
)
_PASTE = re.compile(r"(?<!\s)\s*+##\s*+")
_CAST = re.compile(
    r"\( ?(?:unsigned |signed )?(?:long long|long int|long|int|short|char|u64|u32|s64|s32|ulong"
    r"|phys_addr_t|uintptr_t|unsigned)(?: int)? ?\) ?"
)
_WRAPPED = re.compile(r"\([^()]*+\)")
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}
# Three levels of wrappers would do; a macro that calls itself is not expanded.
_DEEPEST = 10
# The longest calls in a kernel have 300 characters, and their expansions 500.
_MOST_CALL = 4000
_MOST_EXPANDED = 64 << 10


class NotPrinted(Exception):
    """A call that can't be expanded to a line; the message says why."""


@dataclass(frozen=True)
class Printed:
    """One line: its key, and the printf format of the complete line without its newline.

    `value` is the printed C expression, without casts; empty if there is none.
    """

    key: str
    printf: str
    format: str
    value: str


def arguments_of(call: str) -> tuple[str, list[str]]:
    """Name and arguments of `NAME(a, b)`, as written. Raises NotPrinted."""
    if len(call) > _MOST_CALL:
        raise NotPrinted(f"a call of more than {_MOST_CALL} characters")
    try:
        tree = parser().parse(call, start="call")
    except LarkError as error:
        raise NotPrinted("the call was not understood") from error
    found = [
        call[a.meta.start_pos : a.meta.end_pos] if a.children else ""
        for a in tree.find_data("argument")
    ]
    arguments = sorted(
        (a.meta.start_pos if a.children else -1, text)
        for a, text in zip(tree.find_data("argument"), found, strict=True)
    )
    name = str(tree.children[0])
    texts = [text.strip() for _, text in arguments]
    return name, [] if texts == [""] else texts


class Printers:
    """The macros of a tree that print a line, directly or through others."""

    def __init__(self, sources: Iterable[Source]) -> None:
        defined = [macro for source in sources for macro in source.macros]
        callers: dict[str, list[str]] = {}
        for macro in defined:
            for match in CALL.finditer(macro.body):
                callers.setdefault(match[1], []).append(macro.name)
        printing = {APPEND}
        found = [APPEND]
        while found:
            more = set(callers.get(found.pop(), ())) - printing
            printing |= more
            found += more
        self.names = frozenset(printing)
        # The first definition of a name, and the first one in each file.
        self._macros: dict[str, Macro] = {}
        self._own: dict[tuple[str, str], Macro] = {}
        for macro in defined:
            if macro.name in printing and next(self.calls(macro.body), None) is not None:
                self._macros.setdefault(macro.name, macro)
                self._own.setdefault((macro.name, macro.file), macro)

    def calls(self, code: str) -> Iterator[int]:
        """The offsets of calls of these macros."""
        for match in CALL.finditer(code):
            if match[1] in self.names:
                yield match.start()

    def macro(self, name: str, file: str) -> Macro | None:
        """The definition that counts in a file: its own, else the first one in a header."""
        return self._own.get((name, file)) or self._macros.get(name)

    def form(self, name: str, file: str) -> str | None:
        """The line that a macro prints for the arguments NAME and FIELD; None if it is not one
        line.
        """
        macro = self.macro(name, file)
        if macro is None or len(macro.parameters) > 3:
            return None
        call = f"{name}({', '.join(['NAME', 'FIELD', 'REST'][: len(macro.parameters)])})"
        try:
            lines = self.lines(call, file)
        except NotPrinted:
            return None
        return lines[0].printf if len(lines) == 1 else None

    def lines(self, call: str, file: str) -> list[Printed]:
        """The lines that a call prints. Raises NotPrinted."""
        limit = Limit("what the call expands to", _MOST_EXPANDED, "characters", NotPrinted)
        return list(self._lines(call, file, (), limit))

    def _lines(
        self, call: str, file: str, inside: tuple[str, ...], limit: Limit
    ) -> Iterator[Printed]:
        name, arguments = arguments_of(call)
        if name == APPEND:
            yield _printed(arguments)
            return
        macro = self.macro(name, file)
        if macro is None:
            raise NotPrinted(f"no definition of {name} found")
        if name in inside:
            raise NotPrinted(f"{name} is defined by itself")
        if len(inside) >= _DEEPEST:
            raise NotPrinted(f"{inside[0]} expands to more than {_DEEPEST} nested macros")
        body = _substituted(macro, arguments, limit)
        starts = list(self.calls(body))
        ends = ends_of_calls(body, starts)
        for start in starts:
            if start not in ends:
                raise NotPrinted(f"the definition of {name} has an incomplete call")
            text = body[start : ends[start]]
            limit.spend(len(text))
            yield from self._lines(text, macro.file, (*inside, name), limit)


def _substituted(macro: Macro, arguments: list[str], limit: Limit) -> str:
    limit.spend(len(macro.body))
    parameters = list(macro.parameters)
    if parameters and parameters[-1].endswith("..."):
        name = parameters[-1].removesuffix("...") or "__VA_ARGS__"
        rest = ", ".join(arguments[len(parameters) - 1 :])
        arguments = [*arguments[: len(parameters) - 1], rest]
        parameters[-1] = name
    if len(parameters) != len(arguments):
        raise NotPrinted(
            f"{macro.name} takes {len(parameters)} arguments, but got {len(arguments)}"
        )
    values = dict(zip(parameters, arguments, strict=True))

    def put(match: re.Match[str]) -> str:
        token = match[0]
        value = values.get(token.removeprefix("#").strip())
        if value is None:
            return token
        limit.spend(len(value))
        if not token.startswith("#"):
            return value
        text = re.sub(r"\s+", " ", value)
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'

    body = _PASTE.sub("\x01", macro.body)
    return _TOKEN.sub(put, body).replace("\x01", "")


def _literal(argument: str) -> str | None:
    """The text of adjacent string literals; None for anything else."""
    text, at = "", 0
    while at < len(argument):
        match = _STRINGS.match(argument, at)
        if match is None:
            return None if argument[at:].strip() else text
        text += re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), match[1])
        at = match.end()
    return text if argument.strip() else None


def _printed(arguments: list[str]) -> Printed:
    form = _literal(arguments[0]) if arguments else None
    if form is None:
        raise NotPrinted(f"the format of {APPEND} is not a string literal")
    rest = iter(arguments[1:])
    head, equals, tail = form.partition("=")
    if not equals:
        raise NotPrinted(f"the format {form.strip()!r} has no '='")

    def fill(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        text = _literal(next(rest, "?"))
        if match[0] != "%s" or text is None:
            raise NotPrinted(f"the key of {form.strip()!r} is known only at run time")
        return text

    key = _CONVERSION.sub(fill, head)
    printf = f"{key}={tail.removesuffix(chr(10))}"
    if not is_printable(key):
        raise NotPrinted(f"not a key of at most 256 printable ASCII characters: {key!r}")
    formats = formats_of(printf)
    if not formats or "\n" in printf:
        raise NotPrinted(f"no format in the schema prints {tail.strip()!r}")
    # `%s` is text unless the schema says otherwise; before 5.14 a build ID was printed with it.
    return Printed(key, printf, max(format_.value for format_ in formats), _bare(rest))


def _bare(arguments: Iterable[str]) -> str:
    """Arguments without casts, spaces and outer parentheses."""
    found = []
    for argument in arguments:
        text = _CAST.sub("", re.sub(r"\s+", " ", argument).strip())
        while _WRAPPED.fullmatch(text):
            text = text[1:-1].strip()
        found.append(text)
    return ", ".join(found)
