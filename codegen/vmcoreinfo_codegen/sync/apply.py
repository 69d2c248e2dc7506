# SPDX-License-Identifier: MIT
"""Carry out a plan on the syntax trees of schema files, comments and order kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TypeVar

from ..core.condition import ALWAYS, Condition
from ..core.key import kind_of
from ..core.release import Release
from ..kernel.extract import Export as Printed
from ..kernel.printing import APPEND
from ..model import Export, Schema
from ..model.base import Ranged
from ..model.entry import Via
from ..problem import Location
from ..syntax import tree
from .plan import Add, Close, Depend, Open, Plan, Print, Step

Commits = Mapping[str, str]
"""The commit of a change, by key."""

# A node that no file has yet: it has no place in one, and no comment behind it.
_MADE = (0, 0, "")
_NO_DOC = tree.Text("", 0, 0)
_NEW = "kernel/new.vmci"
_BEHIND_VIA = (tree.DependsOn, tree.DebugInfo, tree.BoundaryClause)
_Clause = TypeVar("_Clause", tree.DependsOn, tree.Via)


def apply(
    plan: Plan, files: Sequence[tree.File], schema: Schema, date: str, commits: Commits
) -> list[tree.File]:
    """The files with the plan carried out; unchanged ones are the same objects."""
    edited = _Files(files, schema)
    release = str(plan.release.branch)
    for step in plan.steps:
        _carry_out(step, edited, release, commits)
    for name, printf in plan.macros.items():
        edited.append("macros.vmci", _macro(name, printf, release))
    if not schema.is_declared(plan.release):
        declared = tree.ReleaseDeclaration(*_MADE, _word(release), _word(date))
        edited.append("releases.vmci", declared, blank=False)
    return edited.files


class _Files:
    """The files by name, and edits of blocks in them by the place that they had."""

    def __init__(self, files: Sequence[tree.File], schema: Schema) -> None:
        self.files = list(files)
        self.schema = schema

    def edit(self, at: Location, change: Callable[[tree.Block], tree.Block]) -> None:
        """Change the block that stood at a place."""
        index = self._index(at.path)
        items = _edited(self.files[index].items, at.line, change)
        self.files[index] = replace(self.files[index], items=items)

    def insert_after(self, key: str, block: tree.Block, archs: tuple[str, ...] | None) -> None:
        """Put a block behind the entry of a key, where that is of the same architectures."""
        exports = self.schema.by_key[key].exports
        alike = [e for e in exports if archs is None or e.archs is None or e.archs[0] in archs]
        at = (alike or exports)[-1].location
        index = self._index(at.path)
        items = list(self.files[index].items)
        place = max(
            i
            for i, item in enumerate(items)
            if isinstance(item, tree.Entry) and item.key.text == key and item.line <= at.line
        )
        # One that was put there before keeps its place in front of this one.
        while place + 2 < len(items) and items[place + 2].line == 0:
            place += 2
        items[place + 1 : place + 1] = [tree.Blank(*_MADE), block]
        self.files[index] = replace(self.files[index], items=tuple(items))

    def append(self, name: str, node: tree.Node, blank: bool = True) -> None:
        """Put a node at the end of a file, which is made if it is not there."""
        index = self._index(name)
        items = [*self.files[index].items, *([tree.Blank(*_MADE)] if blank else []), node]
        self.files[index] = replace(self.files[index], items=tuple(items))

    def _index(self, name: str) -> int:
        for index, file in enumerate(self.files):
            if file.path == name or file.path.endswith(f"/{name}"):
                return index
        folder = self.files[0].path.split("/")[0]
        version = tree.SchemaVersion(*_MADE, _word("1"))
        licence = tree.Comment(0, 0, "# SPDX-License-Identifier: MIT")
        self.files.append(tree.File(f"{folder}/{name}", (licence, version)))
        self._source(name)
        return len(self.files) - 1

    def _source(self, name: str) -> None:
        """Name a new file in the first one, behind the last of its folder."""
        items = list(self.files[0].items)
        of_folder = [
            i
            for i, item in enumerate(items)
            if isinstance(item, tree.SourceFile)
            and PurePosixPath(str(item.name)).parent == PurePosixPath(name).parent
        ]
        place = of_folder[-1] + 1 if of_folder else len(items)
        items.insert(place, tree.SourceFile(*_MADE, _quoted(name)))
        self.files[0] = replace(self.files[0], items=tuple(items))


def _edited(
    nodes: tuple[tree.Node, ...], line: int, change: Callable[[tree.Block], tree.Block]
) -> tuple[tree.Node, ...]:
    found: list[tree.Node] = []
    for node in nodes:
        if isinstance(node, tree.Block):
            if node.line == line:
                node = change(node)
            elif any(isinstance(inner, tree.Block) for inner in node.body):
                node = replace(node, body=_edited(node.body, line, change))
        found.append(node)
    return tuple(found)


def _carry_out(step: Step, files: _Files, release: str, commits: Commits) -> None:
    match step:
        case Close(key=key, export=export):
            clause = _boundary(tree.Until, release, commits.get(key))
            files.edit(export.location, lambda block: _with_boundary(block, clause))
        case Open(key=key, export=export):
            clause = _boundary(tree.Since, release, commits.get(key))
            files.edit(export.location, lambda block: _with_boundary(block, clause))
        case Depend(export=export, condition=condition):
            files.edit(export.location, lambda block: _depending(block, condition, release))
        case Print(export=export, printed=printed):
            files.edit(export.location, lambda block: _printing(block, export, printed, release))
        case Add(printed=printed, archs=archs, after=after):
            block = _entry(files.schema, printed, archs, release, commits.get(printed.key))
            known = after or printed.key
            if known in files.schema.by_key:
                files.insert_after(known, block, archs)
            else:
                files.append(_NEW, block)
            if files.schema.key_numbers:
                at = files.schema.key_numbers.location
                files.edit(at, lambda block: _numbering(block, printed.key))


def _numbering(block: tree.Block, key: str) -> tree.Block:
    """Key numbers with that of a key, behind all others."""
    known = [node.name.text for node in block.body if isinstance(node, tree.KeyNumber)]
    if key in known:
        return block
    return replace(block, body=(*block.body, tree.KeyNumber(*_MADE, _word(key))))


# ---- nodes -----------------------------------------------------------------------------


def _word(text: str) -> tree.Word:
    return tree.Word(text, 0, 0)


def _quoted(text: str) -> tree.Quoted:
    return tree.Quoted(text, 0, 0)


def _optional(text: object) -> tree.Word | None:
    return None if text is None else _word(str(text))


def _range_of(ranged: Ranged) -> tree.Range:
    backports = (tree.Backported(_word(str(release))) for release in ranged.backports)
    return tree.Range(_optional(ranged.since), _optional(ranged.until), tree.Backports(backports))


def _boundary(
    kind: type[tree.BoundaryClause], release: str, commit: str | None
) -> tree.BoundaryClause:
    known = tree.Commit(_word(commit[:12]), None) if commit else None
    return kind(*_MADE, tree.Boundary(None, _word(release), None, known), None)


def _with_boundary(block: tree.Block, clause: tree.BoundaryClause) -> tree.Block:
    """The block with a boundary behind its last one."""
    last = max(i for i, node in enumerate(block.body) if isinstance(node, tree.BoundaryClause))
    return replace(block, body=(*block.body[: last + 1], clause, *block.body[last + 1 :]))


def _ended(clause: _Clause, release: str) -> _Clause:
    return replace(clause, range=replace(clause.range or tree.Range(), until=_word(release)))


def _since(block: tree.Block, kind: type[_Clause], new: _Clause | None, release: str) -> tree.Block:
    """End what held, and put `new` behind it; before the first boundary where nothing did."""
    body = list(block.body)
    places = [i for i, node in enumerate(body) if isinstance(node, kind)]
    for i in places:
        node = body[i]
        if isinstance(node, kind) and (node.range is None or node.range.until is None):
            body[i] = _ended(node, release)
    if new is not None:
        boundaries = [i for i, node in enumerate(body) if isinstance(node, tree.BoundaryClause)]
        body.insert(places[-1] + 1 if places else boundaries[0], new)
    return replace(block, body=tuple(body))


def _depending(block: tree.Block, condition: Condition, release: str) -> tree.Block:
    since = tree.Range(_word(release))
    new = None if condition == ALWAYS else tree.DependsOn(*_MADE, condition, since)
    return _since(block, tree.DependsOn, new, release)


def _printing(block: tree.Block, export: Export, printed: Printed, release: str) -> tree.Block:
    if not any(isinstance(node, tree.Via) for node in block.body):
        # What the kind of the key says, or the block around this one, has to be said: it ends.
        said = [
            tree.Via(
                *_MADE,
                _word(via.macro),
                _quoted(via.printf) if via.printf else None,
                _range_of(via),
            )
            for via in export.vias
        ]
        first = next(i for i, node in enumerate(block.body) if isinstance(node, _BEHIND_VIA))
        block = replace(block, body=(*block.body[:first], *said, *block.body[first:]))
    since = tree.Range(_word(release))
    return _since(block, tree.Via, _via(printed, since), release)


def _via(printed: Printed, bounds: tree.Range | None) -> tree.Via:
    printf = _quoted(printed.printf) if printed.macro == APPEND else None
    return tree.Via(*_MADE, _word(printed.macro), printf, bounds)


def _entry(
    schema: Schema,
    printed: Printed,
    archs: tuple[str, ...] | None,
    release: str,
    commit: str | None,
) -> tree.Entry:
    """A new entry, without what its kind says by itself."""
    default = schema.by_kind.get(kind_of(printed.key))
    body: list[tree.Node] = [tree.Doc(*_MADE, _NO_DOC)]
    if default is None or default.format(Release.parse(release)) != printed.format:
        unit = _word(default.unit) if default and default.unit else None
        body.append(tree.Value(*_MADE, _word(printed.format), unit))
    if default is None or default.vias != (Via(macro=printed.macro),):
        body.append(_via(printed, None))
    if printed.condition != ALWAYS:
        body.append(tree.DependsOn(*_MADE, printed.condition, None))
    body.append(_boundary(tree.Since, release, commit))
    names = tree.Names(map(_word, archs)) if archs else None
    return tree.Entry(*_MADE, tuple(body), "", _word(printed.key), names)


def _macro(name: str, printf: str, release: str) -> tree.Macro:
    body = (
        tree.Doc(*_MADE, _NO_DOC),
        tree.Prints(*_MADE, _quoted(printf), None),
        _boundary(tree.Since, release, None),
    )
    return tree.Macro(*_MADE, body, "", _word(name))
