# SPDX-License-Identifier: MIT
"""Faults in Python code: mutmut's operators, and two more, at every place of a module.

mutmut itself leaves out decorated functions (every property) and code outside functions (every rule
of the audit), so only its operators are used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import libcst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper, PositionProvider
from mutmut.mutation import mutators

from tests.mutants.fault import Fault, changed_lines

CODE = "codegen/vmcoreinfo_codegen"
PACKAGES = ("compat", "dump", "sync", "synth", "audit")

Operator = Callable[[Any], Iterable[libcst.CSTNode]]


def _negated(test: libcst.BaseExpression) -> libcst.BaseExpression:
    bracketed = test.with_changes(lpar=[libcst.LeftParen()], rpar=[libcst.RightParen()])
    return libcst.UnaryOperation(libcst.Not(), bracketed)


def _dropped(node: libcst.Expr) -> Iterator[libcst.CSTNode]:
    if isinstance(node.value, libcst.Call | libcst.Yield):
        yield libcst.Pass()


def _without_keyword(node: libcst.Call) -> Iterator[libcst.CSTNode]:
    """Drop a keyword argument, so that its default is used; positional ones would mostly fail
    anyway.
    """
    for number, argument in enumerate(node.args):
        if argument.keyword is not None:
            kept = [*node.args[:number], *node.args[number + 1 :]]
            yield node.with_changes(args=kept)


def _other_text(node: libcst.SimpleString) -> Iterator[libcst.CSTNode]:
    yield from list(mutators.operator_string(node))[:1]


# Without mutmut's replacement of arguments and values by None, and its removal of arguments: nearly
# all of these fail wherever they run, so they tell that a line is reached, but nothing of the
# tests.
OPERATORS: list[tuple[Any, Operator]] = [
    (libcst.CSTNode, mutators.operator_swap_op),
    (libcst.CSTNode, mutators.operator_keywords),
    (libcst.BaseNumber, mutators.operator_number),
    (libcst.Name, mutators.operator_name),
    (libcst.UnaryOperation, mutators.operator_remove_unary_ops),
    (libcst.AugAssign, mutators.operator_augmented_assignment),
    (libcst.IfExp, mutators.operator_if_exp),
    (libcst.Lambda, mutators.operator_lambda),
    (libcst.Match, mutators.operator_match),
    (libcst.Call, mutators.operator_symmetric_string_methods_swap),
    (libcst.Call, mutators.operator_unsymmetrical_string_methods_swap),
    (libcst.SimpleString, _other_text),
    (libcst.Expr, _dropped),
    (libcst.Call, _without_keyword),
]

STATEMENTS = (libcst.SimpleStatementLine, libcst.BaseCompoundStatement)
# Types, and imports for them, are not used at run time.
UNTOUCHED = (libcst.Annotation, libcst.Import, libcst.ImportFrom, libcst.Decorator)


@dataclass(frozen=True)
class _Change:
    """A node and its replacement; `lines` are those of the statement around it, up to it."""

    node: libcst.CSTNode
    other: libcst.CSTNode
    within: str
    lines: tuple[int, int]
    span: tuple[int, int]


class _Visitor(libcst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider, ByteSpanPositionProvider)

    def __init__(self) -> None:
        self.found: list[_Change] = []
        self._within: list[str] = []
        self._starts: list[int] = []

    def on_visit(self, node: libcst.CSTNode) -> bool:
        if isinstance(node, libcst.FunctionDef | libcst.ClassDef):
            self._within.append(node.name.value)
        if isinstance(node, STATEMENTS):
            self._starts.append(self._lines(node)[0])
        if isinstance(node, UNTOUCHED) or _is_for_types(node):
            return False
        for kind, operator in OPERATORS:
            if isinstance(node, kind):
                for other in operator(node):
                    self._change(node, other)
        if isinstance(node, libcst.If | libcst.While | libcst.CompIf):
            self._change(node.test, _negated(node.test))
        return True

    def on_leave(self, original_node: libcst.CSTNode) -> None:
        if isinstance(original_node, libcst.FunctionDef | libcst.ClassDef):
            self._within.pop()
        if isinstance(original_node, STATEMENTS):
            self._starts.pop()

    def _change(self, node: libcst.CSTNode, other: libcst.CSTNode) -> None:
        first, last = self._lines(node)
        lines = (min([first, *self._starts[-1:]]), last)
        span = self.get_metadata(ByteSpanPositionProvider, node)
        place = (span.start, span.start + span.length)
        self.found.append(_Change(node, other, ".".join(self._within), lines, place))

    def _lines(self, node: libcst.CSTNode) -> tuple[int, int]:
        place = self.get_metadata(PositionProvider, node)
        return place.start.line, place.end.line


def _is_for_types(node: libcst.CSTNode) -> bool:
    if isinstance(node, libcst.If):
        return isinstance(node.test, libcst.Name) and node.test.value == "TYPE_CHECKING"
    if isinstance(node, libcst.Call):
        return isinstance(node.func, libcst.Name) and node.func.value in ("cast", "TypeVar")
    return False


def faults_of(file: str, text: str) -> Iterator[Fault]:
    """Every fault of a module, in the order of its text."""
    wrapper = MetadataWrapper(libcst.parse_module(text))
    visitor = _Visitor()
    wrapper.visit(visitor)
    seen = {text}
    alike: Counter[tuple[str, ...]] = Counter()
    for change in visitor.found:
        source = _changed(wrapper.module, text.encode(), change)
        if source in seen:
            continue
        seen.add(source)
        line, becomes = changed_lines(text, source)
        name = (change.within, line, becomes)
        yield Fault(file, change.within, line, becomes, alike[name], change.lines, source)
        alike[name] += 1


def _changed(module: libcst.Module, text: bytes, change: _Change) -> str:
    start, end = change.span
    if module.code_for_node(change.node).strip().encode() == text[start:end]:
        other = module.code_for_node(change.other).strip().encode()
        return (text[:start] + other + text[end:]).decode()
    # A node with its surroundings: slow, and rare.
    replaced = module.deep_replace(change.node, change.other)
    assert isinstance(replaced, libcst.Module)
    return replaced.code


def faults_of_package(root: Path, package: str) -> list[Fault]:
    """Every fault of a package's modules."""
    files = sorted((root / CODE / package).rglob("*.py"))
    assert files, f"no package {package} in {root / CODE}"
    return [
        fault
        for file in files
        for fault in faults_of(str(file.relative_to(root)), file.read_text())
    ]
