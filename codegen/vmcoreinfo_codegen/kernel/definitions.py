# SPDX-License-Identifier: MIT
"""Definitions in a C file: macros, enumerators, members of structs, variables.

They are read from the text of declarations, without a compiler: enough to tell that one changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..limits import Limit
from .gathered import TreeError
from .options import is_kconfig, options
from .source import Source

_MOST_NAMES = 500_000
BETWEEN = " ; "
"""The separator of members in the text of a struct."""
_BRACES = re.compile(r"[{};,]|\((?:[^()]|\([^()]*+\))*+\)")
_HEAD = re.compile(
    r"\b(struct|union|enum)\b(?:\s++(?!__)(\w++))?[^;{}()=]*+(?:\([^()]*+\)[^;{}()=]*+)*+$"
)
_SECTION = re.compile(r"\s*(?:typedef\s++)?(struct|union|enum)\b(?:\s++(\w++))?\s*+\{?\s*$")
_ATTRIBUTE = re.compile(
    r"\b(?:____cacheline\w*|__(?:init|initdata|initconst|ro_after_init|read_mostly|page_aligned\w*"
    r"|packed|rcu|user|iomem|percpu|refdata|visible|weak|used|maybe_unused|randomize_layout|private"
    r"|latent_entropy|bss\w*|(?:attribute__|aligned|section|counted_by|guarded_by)"
    r"\s*\((?:[^()]|\([^()]*\))*\)))(?!\w)"
)
_MEMBER = re.compile(r"(\w+)\s*(?:\[[^\]]*\]\s*)*(?::\s*\w+)?$")
_POINTED = re.compile(r"\(\s*\*\s*(\w+)\s*(?:\[[^\]]*\])?\s*\)")
_VARIABLE = re.compile(r"(\w+)\s*(?:\[[^\]]*\]\s*)*$")
_CALL = re.compile(r"\w+\s*\(\s*(?:\w+\s*,\s*)*(\w+)")
_FUNCTION = re.compile(r"\b(\w+)\s*\([^=;]*$")
_ASSIGNED = re.compile(r"(?<![\w.>])([A-Za-z_]\w*+(?:(?:\.|->)\w++)*+)\s*+=(?!=)([^;{}]{1,300});")
_STRING = re.compile(r'"(?:\\.|[^"\\\n])*+"')
_TYPE = re.compile(
    r"(?<!\w)typedef\b([^;{}()]*+(?:\{[^{}]*+\}[^;{}()]*?)??)\b(\w+)\s*+(?:\[[^\]]*+\]\s*+)?;"
)
_KINDS: dict[str, DefinitionKind] = {"struct": "struct", "union": "union", "enum": "enum"}
_NO_VARIABLE = re.compile(r"\s*(?:typedef|return|goto|break|continue|case|struct \w+$|enum \w+$)\b")


DefinitionKind = Literal[
    "option",
    "type",
    "macro",
    "enumerator",
    "member",
    "variable",
    "struct",
    "union",
    "enum",
    "function",
    "assignment",
]


@dataclass(frozen=True)
class Definition:
    """The definition of a name, without spaces, comments and attributes, so that these make no
    change.

    The text of a struct, a union or an enum is its members.
    """

    kind: DefinitionKind
    name: str
    text: str
    file: str
    line: int


@dataclass
class _Scope:
    """An open brace: of a struct or a union with or without a tag, an enum, a function, or
    anything else.
    """

    kind: DefinitionKind | Literal["block"]
    tag: str | None
    start: int
    members: list[str] = field(default_factory=list)
    anchor: str = ""
    offset: int = 0


def definitions(source: Source, section: str = "") -> Iterator[Definition]:
    """Every definition in a file, or in a piece of a file that begins inside `section`.

    A member is named `tag.member`. An enumerator without a value has its distance from the last one
    with a value. Raises TreeError.
    """
    limit = Limit(source.path, _MOST_NAMES, "names", TreeError)
    if is_kconfig(source.path):
        for name, text, place in options(source.text, section):
            limit.spend()
            yield Definition("option", name, text, source.path, source.first_line + place)
        return
    for match in _TYPE.finditer(source.code):
        limit.spend()
        line = source.line_of(match.start())
        yield Definition("type", match[2], _plain(match[1]), source.path, line)
    for define in source.defines:
        limit.spend()
        text = _plain(define.body)
        yield Definition("macro", define.name, text, source.path, define.line)
    for macro in source.macros:
        limit.spend()
        text = f"({', '.join(macro.parameters)}) {_plain(macro.body)}"
        yield Definition("macro", macro.name, text, source.path, macro.line)
    scopes = _inside(section)
    at = 0
    code = source.code
    for match in _BRACES.finditer(code):
        mark = match[0][0]
        if mark == "(":
            continue
        statement, start = code[at : match.start()], at
        at = match.end()
        top = scopes[-1] if scopes else None
        if mark == "{":
            scopes.append(_opened(statement, match.start(), top is None))
            continue
        if top is not None and top.kind == "enum":
            if mark in ",}" and _plain(statement):
                limit.spend()
                yield _enumerator(source, top, statement, start)
        elif mark == ";" and _is_struct(top):
            limit.spend()
            yield from _members(source, scopes, statement, start)
        elif mark == ";" and top is None and _is_outermost(code, statement, start):
            limit.spend()
            yield from _variable(source, statement, start)
        elif mark == ",":
            at = start
        if mark == "}" and scopes and not _is_within(scopes, code, match.start()):
            closed = scopes.pop()
            yield from _tag(source, closed, match.start())
    for scope in scopes:
        yield from _tag(source, scope, len(code))
    for match in _ASSIGNED.finditer(_STRING.sub(_blank, code)):
        limit.spend()
        line = source.line_of(match.start())
        yield Definition("assignment", match[1], _plain(match[2]), source.path, line)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _tag(source: Source, scope: _Scope, end: int) -> Iterator[Definition]:
    if scope.kind == "block" or not scope.tag:
        return
    text = BETWEEN.join(scope.members)
    if scope.kind == "function":
        text = _plain(source.code[scope.start : end])
    yield Definition(scope.kind, scope.tag, text, source.path, source.line_of(scope.start))


def _inside(section: str) -> list[_Scope]:
    match = _SECTION.match(section)
    if match:
        return [_Scope(_KINDS[match[1]], match[2], 0)]
    # A function or another body, in which nothing is declared for others.
    return [_function(section, 0)] if section.strip() else []


def _opened(statement: str, at: int, is_outermost: bool) -> _Scope:
    match = _HEAD.search(statement)
    if match:
        return _Scope(_KINDS[match[1]], match[2], at)
    return _function(statement, at + 1) if is_outermost else _Scope("block", None, at)


def _function(head: str, at: int) -> _Scope:
    match = _FUNCTION.search(head)
    return _Scope("function", match[1], at) if match else _Scope("block", None, at)


def _is_struct(scope: _Scope | None) -> bool:
    return scope is not None and scope.kind in ("struct", "union")


def _is_within(scopes: Sequence[_Scope], code: str, at: int) -> bool:
    """Whether a closing brace is indented, so it belongs to the section that began before the
    piece.
    """
    return len(scopes) == 1 and scopes[0].start == 0 and code[at - 1 : at] not in ("\n", "")


def _is_outermost(code: str, statement: str, start: int) -> bool:
    """Whether a statement begins in the first column, as all outside functions do."""
    first = start + len(statement) - len(statement.lstrip())
    return first == 0 or code[first - 1] == "\n"


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", _ATTRIBUTE.sub("", text)).strip()


def _enumerator(source: Source, scope: _Scope, statement: str, start: int) -> Definition:
    name, equals, value = _plain(statement).partition("=")
    name = name.strip()
    line = source.line_of(start + len(statement) - len(statement.lstrip()))
    if equals:
        scope.anchor, scope.offset = _plain(value), 0
    elif not scope.anchor:
        # The first enumerator is 0; the first one in a piece has the same value on both sides.
        scope.anchor, scope.offset = (name if scope.start == 0 else "0"), 0
    else:
        scope.offset += 1
    scope.members.append(name)
    text = f"{scope.anchor} + {scope.offset}" if scope.offset else scope.anchor
    return Definition("enumerator", name, text, source.path, line)


def _members(
    source: Source, scopes: Sequence[_Scope], statement: str, start: int
) -> Iterator[Definition]:
    tagged = [scope for scope in scopes if scope.tag and _is_struct(scope)]
    text = _plain(statement)
    if not tagged or not text:
        return
    line = source.line_of(start + len(statement) - len(statement.lstrip()))
    owner = tagged[-1]
    owner.members.append(text)
    pointed = _POINTED.search(text)
    first, *others = [text] if pointed else text.split(",")
    base = _MEMBER.sub("", first).strip()
    for place, declarator in enumerate([first, *others]):
        match = pointed or _MEMBER.search(declarator.strip())
        if match:
            whole = (
                declarator.strip() if place == 0 else f"{base.rstrip('* ')} {declarator.strip()}"
            )
            yield Definition("member", f"{owner.tag}.{match[1]}", whole, source.path, line)


def _variable(source: Source, statement: str, start: int) -> Iterator[Definition]:
    text = _plain(statement.partition("=")[0])
    text = re.sub(r"^(?:extern|static|const|volatile)\s+", "", text)
    if _NO_VARIABLE.match(text) or not text:
        return
    call = _CALL.match(text)
    match = call or _VARIABLE.search(text)
    if match and (call or len(text.split()) > 1 or "*" in text):
        line = source.line_of(start + len(statement) - len(statement.lstrip()))
        yield Definition("variable", match[1], text, source.path, line)
