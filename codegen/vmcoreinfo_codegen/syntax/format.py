# SPDX-License-Identifier: MIT
"""Write a syntax tree in the one canonical layout; comments and order are kept."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from ..terms import expression
from . import tree

_TAB = 8
# Clause values start here, as in Kconfig and the kernel's own tables.
_VALUE_COLUMN = 24
_WIDTH = 100
_LEAST_ROOM = 30


def format_file(file: tree.File) -> str:
    """The canonical text of a file: `parse` of it gives the same tree."""
    lines = list(_lines(file.items, depth=0))
    return "\n".join(lines) + "\n" if lines else ""


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
            yield _with_comment(f"{indent}{_head(node)} {{", node.comment)
            yield from _lines(node.body, depth + 1)
            yield _with_comment(indent + "}", node.end_comment)
        elif isinstance(node, tree.Clause):
            yield from _clause(node, depth)
        else:
            yield _with_comment(indent + _declaration(node), node.comment)


def _with_comment(line: str, comment: str) -> str:
    return f"{line}\t{comment}" if comment else line


def _head(block: tree.Block) -> str:
    match block:
        case tree.Architecture(name=name):
            return f"arch {name}"
        case tree.Macro(name=name):
            return f"macro {name}"
        case tree.Kind(name=name):
            return f"kind {name}"
        case tree.Entry(key=key, archs=archs):
            return f"{key}{_on(archs)}"
        case tree.On(archs=archs):
            return _on(archs).strip()
        case tree.Derivation(name=name):
            return f"derive {name}"
        case tree.Consumer(name=name):
            return f"consumer {name}"
        case tree.Need(purpose=purpose, archs=archs):
            return f'need "{purpose}"{_on(archs)}'
    raise TypeError(f"no head for {block!r}")


def _declaration(node: tree.Node) -> str:
    match node:
        case tree.SchemaVersion(number=number):
            return f"schema {number}"
        case tree.SourceFile(name=name):
            return f'source "{name}"'
        case tree.Section(title=title):
            return f'section "{title}"'
        case tree.ReleaseDeclaration(release=release, date=date):
            return f"release {release}\t{date}"
    raise TypeError(f"no line for {node!r}")


def _clause(node: tree.Clause, depth: int) -> Iterator[str]:
    head = "\t" * depth + node.keyword
    column = depth * _TAB + len(node.keyword)
    tabs = max(1, (_VALUE_COLUMN - column + _TAB - 1) // _TAB)
    start = max(_VALUE_COLUMN, (column // _TAB + 1) * _TAB)
    before, text = _value(node)
    before = before.replace("\n", "\n" + "\t" * (start // _TAB))
    if text is None:
        lines = [head + "\t" * tabs + before]
    else:
        first = f"{before} " if before else ""
        at = start + len(first.rpartition("\n")[2].lstrip("\t"))
        lines = _wrapped(head + "\t" * tabs + first, at, text, start)
    lines[-1] = _with_comment(lines[-1], node.comment)
    yield from lines


def _wrapped(head: str, column: int, text: tree.Word, start: int) -> list[str]:
    """A text as strings over as many lines as it takes, the later ones at `start`.

    Where `head` leaves too little room, the text starts on the next line.
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


def _value(node: tree.Clause) -> tuple[str, tree.Word | None]:
    """What follows the keyword: plain words, and a text that may run over lines."""
    match node:
        case tree.TextClause(text=text):
            return "", text
        case tree.WordsClause(words=words):
            return " ".join(map(str, words)), None
        case tree.Prints(text=text, range=range_):
            return f'"{text}"{_range(range_)}', None
        case tree.Value(format=format_, unit=unit):
            return f"{format_} {unit}" if unit else str(format_), None
        case tree.Via(macro=macro, printf=printf, range=range_):
            return str(macro) + (f' "{printf}"' if printf else "") + _range(range_), None
        case tree.DependsOn(condition=condition, range=range_):
            return f"{condition}{_range(range_)}", None
        case tree.DebugInfo():
            return f"{expression.render(node.expression)}{_range(node.range)}", None
        case tree.BoundaryClause(boundary=boundary, reason=reason):
            return _boundary(boundary), reason
        case tree.Quirk(ranges=ranges, archs=archs, text=text):
            return ",\n".join(_range(one).strip() for one in ranges) + _on(archs), text
        case tree.Changed(boundary=boundary, text=text):
            return _boundary(boundary), text
        case tree.ToolRelease(release=release, date=date, declared=declared):
            kernels = f" kernels {declared.first} to {declared.last}" if declared else ""
            return f"{release}{f' {date}' if date else ''}{kernels}", None
        case tree.Reads(subjects=subjects, formats=formats):
            forms = f"{' '.join(map(str, subjects))} as {' '.join(map(str, formats))}"
            return forms + _tool_range(node), None
        case tree.Parser(trait=trait, limit=limit, verdict=verdict, text=text):
            head = f"{trait} {limit}" if limit else str(trait)
            dumps = f" in {', '.join(map(str, node.dumps))}" if node.dumps else ""
            about = f" of ({' '.join(map(str, node.subjects))})" if node.subjects else ""
            return f"{head}{about}{dumps}{_tool_range(node)} {verdict}", text
        case tree.Alternative():
            of_note = map(str, [*node.keys, *node.of_dump])
            parts = [*of_note, *(f'"{other}"' for other in node.others)]
            return (
                f"{' + '.join(parts)}{_tool_range(node)}{_kernels(node.kernels)}{_when(node)}",
                None,
            )
        case tree.Adapt(key=key, text=text):
            return f"{key} from {expression.render(node.expression)}", text
        case tree.NeedKernels(kernels=kernels):
            return _kernels(kernels).removeprefix(" kernels "), None
        case tree.Without(text=text):
            return "", text
        case tree.Recipe():
            requires = f" requires {' '.join(map(str, node.requires))}" if node.requires else ""
            return (
                f"{expression.render(node.expression)} as {node.name}"
                f"{requires}{_on(node.archs)}{_range(node.range)}",
                None,
            )
    raise TypeError(f"no layout for {node!r}")


def _on(archs: tuple[tree.Word, ...]) -> str:
    return f" on {' '.join(map(str, archs))}" if archs else ""


def _tool_range(node: tree.Alternative | tree.Reads | tree.Parser) -> str:
    since = f" since {node.since}" if node.since else ""
    return since + (f" until {node.until}" if node.until else "")


def _kernels(kernels: tree.Kernels | None) -> str:
    return f" kernels{_range(tree.Range(kernels.since, kernels.until, ()))}" if kernels else ""


def _when(node: tree.Alternative) -> str:
    return f" when {expression.render(node.when)}" if node.when else ""


def _range(range_: tree.Range) -> str:
    since = f" since {range_.since}" if range_.since else ""
    until = f" until {range_.until}" if range_.until else ""
    return since + until + "".join(f" backport {release}" for release in range_.backports)


def _boundary(boundary: tree.Boundary) -> str:
    text = f"{'<=' if boundary.at_most else ''}{boundary.release}"
    if boundary.seen:
        text += f" seen {boundary.seen}"
    if boundary.commit:
        text += f" commit {boundary.commit.hash}"
        if boundary.commit.evidence:
            text += f" {boundary.commit.evidence}"
    return text
