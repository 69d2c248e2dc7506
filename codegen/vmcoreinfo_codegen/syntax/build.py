# SPDX-License-Identifier: MIT
"""From lark's parse of a `.vmci` file to the tree of `tree.py`, one method a grammar rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any as AnyChild
from typing import TypeVar

from lark import Token, Transformer, v_args
from lark.tree import Meta

from ..terms import condition, expression
from . import tree

_Kind = TypeVar("_Kind")
_Block = TypeVar("_Block", bound=tree.Block)
Children = list[AnyChild]


class _Eol(str):
    """The end of a line: the comment on it, or nothing."""


class _Archs(tuple[tree.Word, ...]):
    pass


class _Requires(tuple[tree.Word, ...]):
    pass


class _Bound(tuple[str, tree.Word]):
    """`since`, `until` or `backport`, and the release, at the end of a clause."""


class _Keys(tuple[tree.Word, ...]):
    """Entries behind `of`, in a trait of a parser."""


class _Dumps(tuple[tree.Word, ...]):
    """Formats of dumps behind `in`, in a trait of a parser."""


class _Required(tuple[str, tree.Word]):
    """`wanted`, `from_dump` or `other`, and the key or the words, in an alternative."""


def _word(token: Token) -> tree.Word:
    return tree.Word(str(token), token.line or 0, token.column or 0)


def _words(children: Children) -> tuple[tree.Word, ...]:
    return tuple(_word(child) for child in children if isinstance(child, Token))


def _comments(children: Children) -> str:
    return " ".join(child for child in children if isinstance(child, _Eol) and child)


def _has_text(children: Children) -> bool:
    return any(isinstance(c, Token) and c.type == "STRING" for c in children)


def _text(children: Children) -> tree.Word:
    """Strings over several lines as one text, at the place of the first."""
    tokens = [c for c in children if isinstance(c, Token) and c.type == "STRING"]
    joined = " ".join(token[1:-1].strip() for token in tokens if token[1:-1].strip())
    return tree.Word(joined, tokens[0].line or 0, tokens[0].column or 0)


def _range(children: Children) -> tree.Range:
    bounds = [child for child in children if isinstance(child, _Bound)]

    def the(name: str) -> tree.Word | None:
        return next((word for bound, word in bounds if bound == name), None)

    backports = tuple(word for bound, word in bounds if bound == "backport")
    return tree.Range(the("since"), the("until"), backports)


def _only(kind: type, children: Children) -> AnyChild:
    return next((child for child in children if isinstance(child, kind)), kind())


def _all(kind: type[_Kind], children: Children) -> list[_Kind]:
    return [child for child in children if isinstance(child, kind)]


def _maybe(kind: type[_Kind], children: Children) -> _Kind | None:
    return next(iter(_all(kind, children)), None)


def _required(wanted: str, children: Children) -> tuple[tree.Word, ...]:
    return tuple(word for kind, word in _all(_Required, children) if kind == wanted)


def _words_clause(name: str) -> Callable[..., tree.WordsClause]:
    def build(self: Builder, meta: Meta, children: Children) -> tree.WordsClause:
        return tree.WordsClause(meta.line, meta.column, _comments(children), name, _words(children))

    return build


def _text_clause(name: str) -> Callable[..., tree.TextClause]:
    def build(self: Builder, meta: Meta, children: Children) -> tree.TextClause:
        return tree.TextClause(meta.line, meta.column, _comments(children), name, _text(children))

    return build


def _boundary_clause(name: str) -> Callable[..., tree.BoundaryClause]:
    def build(self: Builder, meta: Meta, children: Children) -> tree.BoundaryClause:
        return tree.BoundaryClause(
            meta.line,
            meta.column,
            _comments(children),
            name,
            children[0],
            _text(children) if _has_text(children) else None,
        )

    return build


def _bound(name: str) -> Callable[..., _Bound]:
    def build(self: Builder, meta: Meta, children: Children) -> _Bound:
        return _Bound((name, _word(children[0])))

    return build


def _binary(operator: str | None) -> Callable[..., expression.Binary]:
    def build(self: Builder, meta: Meta, children: Children) -> expression.Binary:
        operands = children if operator else (children[0], children[2])
        return expression.Binary(operator or str(children[1]), operands[0], operands[-1])

    return build


@v_args(meta=True)
class Builder(Transformer[Token, tree.File]):
    """Turns lark's tree into ours. `path` is what the file is called in messages."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def start(self, meta: Meta, children: Children) -> tree.File:
        return tree.File(self._path, tuple(children))

    def blank(self, meta: Meta, children: Children) -> tree.Blank:
        return tree.Blank(meta.line, meta.column, "")

    def comment(self, meta: Meta, children: Children) -> tree.Comment:
        return tree.Comment(meta.line, meta.column, str(children[0]).rstrip())

    def eol(self, meta: Meta, children: Children) -> _Eol:
        comments = [c for c in children if isinstance(c, Token) and c.type == "COMMENT"]
        return _Eol(comments[0].rstrip() if comments else "")

    # Declarations on one line.

    def schema_version(self, meta: Meta, children: Children) -> tree.SchemaVersion:
        return tree.SchemaVersion(meta.line, meta.column, _comments(children), _word(children[0]))

    def source_file(self, meta: Meta, children: Children) -> tree.SourceFile:
        return tree.SourceFile(meta.line, meta.column, _comments(children), _text(children))

    def section(self, meta: Meta, children: Children) -> tree.Section:
        return tree.Section(meta.line, meta.column, _comments(children), _text(children))

    def release(self, meta: Meta, children: Children) -> tree.ReleaseDeclaration:
        release, date = _words(children)
        return tree.ReleaseDeclaration(meta.line, meta.column, _comments(children), release, date)

    # Blocks.

    def _block(
        self, kind: Callable[..., _Block], meta: Meta, children: Children, **head: AnyChild
    ) -> _Block:
        body = tuple(child for child in children if isinstance(child, tree.Node))
        opening, closing = [child for child in children if isinstance(child, _Eol)]
        return kind(meta.line, meta.column, str(opening), body, str(closing), **head)

    def arch(self, meta: Meta, children: Children) -> tree.Architecture:
        return self._block(tree.Architecture, meta, children, name=_word(children[0]))

    def macro(self, meta: Meta, children: Children) -> tree.Macro:
        return self._block(tree.Macro, meta, children, name=_word(children[0]))

    def kind(self, meta: Meta, children: Children) -> tree.Kind:
        return self._block(tree.Kind, meta, children, name=_word(children[0]))

    def entry(self, meta: Meta, children: Children) -> tree.Entry:
        archs = tuple(_only(_Archs, children))
        return self._block(tree.Entry, meta, children, key=_word(children[0]), archs=archs)

    def on(self, meta: Meta, children: Children) -> tree.On:
        return self._block(tree.On, meta, children, archs=_words(children))

    def derive(self, meta: Meta, children: Children) -> tree.Derivation:
        return self._block(tree.Derivation, meta, children, name=_word(children[0]))

    def consumer(self, meta: Meta, children: Children) -> tree.Consumer:
        return self._block(tree.Consumer, meta, children, name=_word(children[0]))

    def need(self, meta: Meta, children: Children) -> tree.Need:
        archs = tuple(_only(_Archs, children))
        purpose = _text(children[:1])
        return self._block(tree.Need, meta, children, purpose=purpose, archs=archs)

    # Clauses.

    doc = _text_clause("doc")
    absent = _text_clause("absent")
    source = _words_clause("source")
    suffix = _words_clause("suffix")
    bits = _words_clause("bits")
    page = _words_clause("page")
    kernel_half = _words_clause("kernel-half")
    memory_start = _words_clause("memory-start")
    alias = _words_clause("alias")
    config = _words_clause("config")
    optional = _words_clause("optional")
    replaces = _words_clause("replaces")
    replaced_by = _words_clause("replaced-by")
    since = _boundary_clause("since")
    until = _boundary_clause("until")
    backport = _boundary_clause("backport")

    url = _text_clause("url")
    fallback = _text_clause("fallback")

    def prints(self, meta: Meta, children: Children) -> tree.Prints:
        return tree.Prints(
            meta.line, meta.column, _comments(children), _text(children), _range(children)
        )

    def value(self, meta: Meta, children: Children) -> tree.Value:
        words = _words(children)
        unit = words[1] if len(words) > 1 else None
        return tree.Value(meta.line, meta.column, _comments(children), words[0], unit)

    def via(self, meta: Meta, children: Children) -> tree.Via:
        return tree.Via(
            meta.line,
            meta.column,
            _comments(children),
            _word(children[0]),
            _text(children) if _has_text(children) else None,
            _range(children),
        )

    def depends(self, meta: Meta, children: Children) -> tree.DependsOn:
        return tree.DependsOn(
            meta.line, meta.column, _comments(children), children[0], _range(children)
        )

    def debug_info(self, meta: Meta, children: Children) -> tree.DebugInfo:
        return tree.DebugInfo(
            meta.line, meta.column, _comments(children), children[0], _range(children)
        )

    def quirk(self, meta: Meta, children: Children) -> tree.Quirk:
        return tree.Quirk(
            meta.line,
            meta.column,
            _comments(children),
            _word(children[0]),
            tuple(_all(tree.Range, children)),
            tuple(_only(_Archs, children)),
            _text(children),
        )

    def changed(self, meta: Meta, children: Children) -> tree.Changed:
        return tree.Changed(
            meta.line, meta.column, _comments(children), children[0], _text(children)
        )

    def recipe(self, meta: Meta, children: Children) -> tree.Recipe:
        return tree.Recipe(
            meta.line,
            meta.column,
            _comments(children),
            children[0],
            _word(children[1]),
            tuple(_only(_Requires, children)),
            tuple(_only(_Archs, children)),
            _range(children),
        )

    # Clauses of consumers.

    def tool_release(self, meta: Meta, children: Children) -> tree.ToolRelease:
        words = _words(children)
        return tree.ToolRelease(
            meta.line,
            meta.column,
            _comments(children),
            words[0],
            words[1] if len(words) > 1 else None,
            _maybe(tree.Declared, children),
        )

    def reads(self, meta: Meta, children: Children) -> tree.Reads:
        bounds = {name: word for name, word in _all(_Bound, children)}
        tokens = _all(Token, children)
        return tree.Reads(
            meta.line,
            meta.column,
            _comments(children),
            tuple(_word(token) for token in tokens if token.type == "KEY"),
            tuple(_word(token) for token in tokens if token.type == "FORMAT"),
            bounds.get("since"),
            bounds.get("until"),
        )

    def parser(self, meta: Meta, children: Children) -> tree.Parser:
        bounds = {name: word for name, word in _all(_Bound, children)}
        tokens = _all(Token, children)
        trait, verdict = [_word(token) for token in tokens if token.type == "NAME"]
        limits = [_word(token) for token in tokens if token.type == "INT"]
        return tree.Parser(
            meta.line,
            meta.column,
            _comments(children),
            trait,
            limits[0] if limits else None,
            _maybe(_Keys, children) or (),
            _maybe(_Dumps, children) or (),
            bounds.get("since"),
            bounds.get("until"),
            verdict,
            _text(children),
        )

    def of_keys(self, meta: Meta, children: Children) -> _Keys:
        return _Keys(_words(children))

    def in_dumps(self, meta: Meta, children: Children) -> _Dumps:
        return _Dumps(_words(children))

    def any_of(self, meta: Meta, children: Children) -> tree.Alternative:
        bounds = {name: word for name, word in _all(_Bound, children)}
        return tree.Alternative(
            meta.line,
            meta.column,
            _comments(children),
            _required("wanted", children),
            _required("from_dump", children),
            _required("other", children),
            bounds.get("since"),
            bounds.get("until"),
            _maybe(tree.Kernels, children),
            _maybe(expression.Expression, children),
        )

    def adapt(self, meta: Meta, children: Children) -> tree.Adapt:
        return tree.Adapt(
            meta.line,
            meta.column,
            _comments(children),
            _word(children[0]),
            children[1],
            _text(children),
        )

    def need_kernels(self, meta: Meta, children: Children) -> tree.NeedKernels:
        return tree.NeedKernels(meta.line, meta.column, _comments(children), children[0])

    def without(self, meta: Meta, children: Children) -> tree.Without:
        return tree.Without(
            meta.line, meta.column, _comments(children), _word(children[0]), _text(children)
        )

    def wanted(self, meta: Meta, children: Children) -> _Required:
        return _Required(("wanted", _word(children[0])))

    def from_dump(self, meta: Meta, children: Children) -> _Required:
        return _Required(("from_dump", _word(children[0])))

    def other(self, meta: Meta, children: Children) -> _Required:
        return _Required(("other", _text(children)))

    tool_since = _bound("since")
    tool_until = _bound("until")

    def kernels(self, meta: Meta, children: Children) -> tree.Kernels:
        bounds = _range(children)
        return tree.Kernels(bounds.since, bounds.until)

    def declared(self, meta: Meta, children: Children) -> tree.Declared:
        return tree.Declared(*_words(children))

    # Parts of clauses.

    def boundary(self, meta: Meta, children: Children) -> tree.Boundary:
        at_most = isinstance(children[0], Token) and children[0].type == "AT_MOST"
        words = _words(children)
        commits = [c for c in children if isinstance(c, tree.Commit)]
        seen = [c for c in children if isinstance(c, tree.Word)]
        return tree.Boundary(
            words[1] if at_most else words[0],
            at_most,
            seen[0] if seen else None,
            commits[0] if commits else None,
        )

    def seen(self, meta: Meta, children: Children) -> tree.Word:
        return _word(children[0])

    def commit(self, meta: Meta, children: Children) -> tree.Commit:
        words = _words(children)
        return tree.Commit(words[0], words[1] if len(words) > 1 else None)

    range_since = _bound("since")
    range_until = _bound("until")
    range_backport = _bound("backport")

    def range(self, meta: Meta, children: Children) -> tree.Range:
        return _range(children)

    def on_archs(self, meta: Meta, children: Children) -> _Archs:
        return _Archs(_words(children))

    def requires(self, meta: Meta, children: Children) -> _Requires:
        return _Requires(_words(children))

    # Conditions.

    def any(self, meta: Meta, children: Sequence[condition.Condition]) -> condition.Condition:
        return condition.Any(tuple(children))

    def all(self, meta: Meta, children: Sequence[condition.Condition]) -> condition.Condition:
        return condition.All(tuple(children))

    def negation(self, meta: Meta, children: Children) -> condition.Condition:
        return condition.Not(children[0])

    def config_symbol(self, meta: Meta, children: Children) -> condition.Condition:
        return condition.Symbol(str(children[0]))

    def config_compare(self, meta: Meta, children: Children) -> condition.Condition:
        return condition.Compare(str(children[0]), int(children[-1], 0))

    # Expressions.

    bit_or = _binary("|")
    bit_and = _binary("&")
    equal = _binary(None)
    shift = _binary(None)
    sum = _binary(None)

    def choice(self, meta: Meta, children: Children) -> expression.Expression:
        return expression.Choice(*children)

    def unary(self, meta: Meta, children: Children) -> expression.Expression:
        return expression.Unary(str(children[0]), children[1])

    def number(self, meta: Meta, children: Children) -> expression.Expression:
        return expression.Number(int(children[0], 0), str(children[0]))

    def key(self, meta: Meta, children: Children) -> expression.Expression:
        return expression.Key(str(children[0]), (children[0].line, children[0].column))

    def derived(self, meta: Meta, children: Children) -> expression.Expression:
        return expression.Derived(str(children[0]), (children[0].line, children[0].column))

    def read(self, meta: Meta, children: Children) -> expression.Expression:
        width = {"ptr": 0, "u8": 8, "u16": 16, "u32": 32, "u64": 64}[str(children[0])]
        return expression.Read(width, children[1])

    def type_fact(self, meta: Meta, children: Children) -> expression.Expression:
        return expression.TypeFact(str(children[0]), str(children[1]))

    def log2(self, meta: Meta, children: Children) -> expression.Expression:
        return expression.Log2(children[0])
