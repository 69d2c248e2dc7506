# SPDX-License-Identifier: MIT
"""Applies a plan to the syntax trees of schema files; comments and order stay."""

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
from ..model import Architecture, Export, Schema
from ..model.base import Ranged
from ..model.entry import Printed as Value
from ..model.entry import Via
from ..problem import Location
from ..query.tree_difference import prints_as
from ..syntax import tree
from .steps import (
    Add,
    Close,
    Declare,
    Depend,
    Locate,
    Move,
    Open,
    Plan,
    Print,
    Redefine,
    Reformat,
    ReformatKind,
    Step,
)

Commits = Mapping[str, str]
"""The commit of a change, by key."""

# A node that is in no file yet: it has no line there, and no comment after it.
MADE = (0, 0, "")
_NO_DOC = tree.Text("", 0, 0)
_NEW = "kernel/new.vmci"
_BEHIND_VIA = (tree.DependsOn, tree.DebugInfo, tree.Behind, tree.BoundaryClause)
_BEHIND_VALUE = (tree.Via, *_BEHIND_VIA)
_OPEN = (
    "# Added by sync from the tree of {}, which shows only the folder. Describe the",
    "# architecture, check `bits`, add elf-machine, page and alias, and move what its",
    "# configuration always has from 'optional' to 'config', with its own symbol.",
)
_Clause = TypeVar("_Clause", tree.DependsOn, tree.Via, tree.Value, tree.Prints)


def apply(
    plan: Plan, files: Sequence[tree.File], schema: Schema, date: str, commits: Commits
) -> list[tree.File]:
    """The files with the plan applied; unchanged ones are the same objects."""
    edited = Files(files, schema)
    release = str(plan.release.branch)
    for step in plan.steps:
        _carry_out(step, edited, release, commits, plan.declared)
    for name, printf in plan.macros.items():
        edited.append("macros.vmci", _macro(name, printf, release))
    if not schema.is_declared(plan.release):
        declared = tree.ReleaseDeclaration(*MADE, word(release), word(date))
        edited.append("releases.vmci", declared, blank=False)
    return edited.files


class Files:
    """The files by name; blocks in them are edited by their original location."""

    def __init__(self, files: Sequence[tree.File], schema: Schema) -> None:
        self.files = list(files)
        self.schema = schema

    def edit(self, at: Location, change: Callable[[tree.Block], tree.Block]) -> None:
        """Change the block that was originally at a location."""
        index = self._index(at.path)
        items = _edited(self.files[index].items, at.line, change)
        self.files[index] = replace(self.files[index], items=items)

    def insert_after(self, key: str, block: tree.Block, archs: tuple[str, ...] | None) -> None:
        """Insert a block after the entry of a key, if possible one of the same architectures."""
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
        # Blocks inserted there before stay before this one.
        while place + 2 < len(items) and items[place + 2].line == 0:
            place += 2
        items[place + 1 : place + 1] = [tree.Blank(*MADE), block]
        self.files[index] = replace(self.files[index], items=tuple(items))

    def append(
        self, name: str, node: tree.Node, blank: bool = True, section: str | None = None
    ) -> None:
        """Append a node to a file; a missing file is created, with its section."""
        before = len(self.files)
        index = self._index(name)
        if section is not None and index == before:
            self.append(name, tree.Section(*MADE, _quoted(section)))
        items = [*self.files[index].items, *([tree.Blank(*MADE)] if blank else []), node]
        self.files[index] = replace(self.files[index], items=tuple(items))

    def _index(self, name: str) -> int:
        for index, file in enumerate(self.files):
            if file.path == name or file.path.endswith(f"/{name}"):
                return index
        folder = self.files[0].path.split("/")[0]
        version = tree.SchemaVersion(*MADE, word("1"))
        licence = tree.Comment(0, 0, "# SPDX-License-Identifier: MIT")
        self.files.append(tree.File(f"{folder}/{name}", (licence, version)))
        self._source(name)
        return len(self.files) - 1

    def _source(self, name: str) -> None:
        """Add a `source` line for a new file to the first one, after the last of its folder."""
        items = list(self.files[0].items)
        of_folder = [
            i
            for i, item in enumerate(items)
            if isinstance(item, tree.SourceFile)
            and PurePosixPath(str(item.name)).parent == PurePosixPath(name).parent
        ]
        place = of_folder[-1] + 1 if of_folder else len(items)
        items.insert(place, tree.SourceFile(*MADE, _quoted(name)))
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


def _carry_out(
    step: Step, files: Files, release: str, commits: Commits, declared: frozenset[str]
) -> None:
    match step:
        case Close(key=key, export=export):
            clause = _boundary(tree.Until, release, commits.get(key))
            files.edit(export.location, lambda block: _with_boundary(block, clause))
        case Open(key=key, export=export):
            clause = _boundary(tree.Since, release, commits.get(key))
            files.edit(export.location, lambda block: _opened(block, clause))
        case Depend(export=export, condition=condition):
            files.edit(export.location, lambda block: _depending(block, condition, release))
        case Print(export=export, printed=printed):
            files.edit(export.location, lambda block: _printing(block, export, printed, release))
        case Reformat(key=key, export=export, printed=printed):
            said = files.schema.by_key[key].printed(export)
            files.edit(
                export.location, lambda block: _formatted(block, said, printed.format, release)
            )
        case ReformatKind(default=default, format=format_):
            files.edit(default.location, lambda block: _formatted(block, (), format_, release))
        case Redefine(macro=macro, printf=printf):
            prints = tree.Prints(*MADE, _quoted(printf), None, tree.Range(word(release)))
            files.edit(macro.location, lambda block: _since(block, tree.Prints, prints, release))
        case Declare(arch=arch):
            _declare(arch, files, release)
        case Move(files=moved, path=path):
            since = _boundary_at(release, commits.get(path))
            file = tree.KernelFile(*MADE, _quoted(path), since)
            files.edit(moved.location, lambda block: _moved(block, file))
        case Locate():
            _locate(step, files)
        case Add():
            _add(step, files, release, commits, declared)


def _add(step: Add, files: Files, release: str, commits: Commits, declared: frozenset[str]) -> None:
    printed = step.printed
    is_first = printed.arch in declared
    block = _entry(files.schema, step, release, commits.get(printed.key), is_first)
    known = printed.key if is_first else step.after or printed.key
    if known in files.schema.by_key:
        files.insert_after(known, block, step.archs)
    elif is_first:
        files.append(f"arch/{printed.arch}.vmci", block, section=str(printed.arch))
    else:
        files.append(_NEW, block)
    if files.schema.key_numbers:
        number = tree.KeyNumber(*MADE, word(printed.key))
        files.edit(files.schema.key_numbers.location, lambda block: _numbering(block, number))


def _declare(arch: Architecture, files: Files, release: str) -> None:
    name = word(arch.name)
    optional = [tree.Optional(*MADE, tuple(map(word, arch.optional)))] if arch.optional else []
    body = (
        *(tree.Comment(0, 0, line.format(release)) for line in _OPEN),
        tree.Doc(*MADE, _NO_DOC),
        tree.Source(*MADE, (word(arch.source),)),
        tree.Bits(*MADE, (word(str(arch.bits)),)),
        *optional,
        _boundary(tree.Since, release, None, at_most=arch.span.since.maybe_earlier),
    )
    known = files.schema.architectures
    path = known[-1].location.path if known else "architectures.vmci"
    files.append(path, tree.Architecture(*MADE, body, "", name))
    if files.schema.arch_numbers:
        number = tree.ArchNumber(*MADE, name)
        files.edit(files.schema.arch_numbers.location, lambda block: _numbering(block, number))


def _numbering(block: tree.Block, number: tree.KeyNumber | tree.ArchNumber) -> tree.Block:
    """The block of numbers with one more, after all others."""
    known = [node.name.text for node in block.body if isinstance(node, type(number))]
    return block if number.name.text in known else replace(block, body=(*block.body, number))


def _locate(step: Locate, files: Files) -> None:
    file = tree.KernelFile(*MADE, _quoted(step.path), None)
    subsystem = word(step.subsystem) if step.subsystem else None
    archs = tree.Names(map(word, step.archs)) if step.archs else None
    block = tree.KernelFiles(*MADE, (file,), "", subsystem, archs)
    files.append(files.schema.kernel_files[-1].location.path, block)


def _moved(block: tree.Block, file: tree.KernelFile) -> tree.Block:
    """The block with a file added; it replaces one that took over in the same release."""
    last = max(i for i, node in enumerate(block.body) if isinstance(node, tree.KernelFile))
    ended = block.body[last]
    assert isinstance(ended, tree.KernelFile) and file.since is not None
    if ended.since is None or not _same(ended.since.release, file.since.release):
        return replace(block, body=(*block.body[: last + 1], file, *block.body[last + 1 :]))
    before = [node for node in block.body[:last] if isinstance(node, tree.KernelFile)]
    again = () if before and before[-1].path.text == file.path.text else (file,)
    return replace(block, body=(*block.body[:last], *again, *block.body[last + 1 :]))


def word(text: str) -> tree.Word:
    return tree.Word(text, 0, 0)


def _quoted(text: str) -> tree.Quoted:
    return tree.Quoted(text, 0, 0)


def _optional(text: object) -> tree.Word | None:
    return None if text is None else word(str(text))


def _range_of(ranged: Ranged) -> tree.Range:
    backports = (tree.Backported(word(str(release))) for release in ranged.backports)
    return tree.Range(_optional(ranged.since), _optional(ranged.until), tree.Backports(backports))


def _boundary(
    kind: type[tree.BoundaryClause], release: str, commit: str | None, at_most: bool = False
) -> tree.BoundaryClause:
    return kind(*MADE, _boundary_at(release, commit, at_most), None)


def _boundary_at(release: str, commit: str | None, at_most: bool = False) -> tree.Boundary:
    known = tree.Commit(word(commit[:12]), None) if commit else None
    return tree.Boundary(word("<=") if at_most else None, word(release), None, known)


def _opened(block: tree.Block, clause: tree.BoundaryClause) -> tree.Block:
    """The block with a new span; if the last span ended at the same release, it goes on instead."""
    last = max(i for i, node in enumerate(block.body) if isinstance(node, tree.BoundaryClause))
    ended = block.body[last]
    if isinstance(ended, tree.Until) and _same(ended.boundary.release, clause.boundary.release):
        return replace(block, body=(*block.body[:last], *block.body[last + 1 :]))
    return _with_boundary(block, clause)


def _same(one: tree.Word | None, other: tree.Word) -> bool:
    return one is not None and Release.parse(one.text).branch == Release.parse(other.text).branch


def _with_boundary(block: tree.Block, clause: tree.BoundaryClause) -> tree.Block:
    """The block with another boundary after its last one."""
    last = max(i for i, node in enumerate(block.body) if isinstance(node, tree.BoundaryClause))
    return replace(block, body=(*block.body[: last + 1], clause, *block.body[last + 1 :]))


def _ended(clause: _Clause, release: str) -> _Clause:
    return replace(clause, range=replace(clause.range or tree.Range(), until=word(release)))


def _since(block: tree.Block, kind: type[_Clause], new: _Clause | None, release: str) -> tree.Block:
    """End the clause in force, and insert `new` after it, or before the first boundary if there
    is none.

    A clause that began at the same release was never in force, and is replaced.
    """
    body: list[tree.Node] = []
    begins = [node.boundary.release for node in block.body if isinstance(node, tree.Since)]
    is_new = bool(begins) and all(_same(begin, word(release)) for begin in begins)
    place, held = None, False
    for node in block.body:
        if isinstance(node, kind):
            since = node.range.since if node.range is not None else None
            is_open = node.range is None or node.range.until is None
            if is_open and (_same(since, word(release)) or (since is None and is_new)):
                place = len(body)
                continue
            held = True
            node = _ended(node, release) if is_open else node
            place = len(body) + 1
        body.append(node)
    if new is not None:
        if place is None:
            place = next(
                (i for i, node in enumerate(body) if isinstance(node, tree.BoundaryClause)),
                len(body),
            )
        body.insert(place, new if held or not is_new else replace(new, range=None))
    return replace(block, body=tuple(body))


def _depending(block: tree.Block, condition: Condition, release: str) -> tree.Block:
    since = tree.Range(word(release))
    new = None if condition == ALWAYS else tree.DependsOn(*MADE, condition, since)
    return _since(block, tree.DependsOn, new, release)


def _formatted(block: tree.Block, said: Sequence[Value], format_: str, release: str) -> tree.Block:
    """The block with another format from a release on; an inherited format is written out and
    ended.
    """
    values = [node for node in block.body if isinstance(node, tree.Value)]
    if not values:
        values = [tree.Value(*MADE, word(v.format), None, _range_of(v)) for v in said]
        first = next(i for i, node in enumerate(block.body) if isinstance(node, _BEHIND_VALUE))
        block = replace(block, body=(*block.body[:first], *values, *block.body[first:]))
    since = tree.Range(word(release))
    block = _since(block, tree.Value, tree.Value(*MADE, word(format_), None, since), release)
    unit = next((value.unit for value in values if value.unit is not None), None)
    if unit is None or any(isinstance(n, tree.Value) and n.unit is not None for n in block.body):
        return block
    return replace(
        block,
        body=tuple(replace(n, unit=unit) if isinstance(n, tree.Value) else n for n in block.body),
    )


def _printing(block: tree.Block, export: Export, printed: Printed, release: str) -> tree.Block:
    if not any(isinstance(node, tree.Via) for node in block.body):
        # The macro inherited from the key's kind or the outer block has to be written out to end
        # it.
        said = [
            tree.Via(
                *MADE,
                word(via.macro),
                _quoted(via.printf) if via.printf else None,
                _range_of(via),
            )
            for via in export.vias
        ]
        first = next(i for i, node in enumerate(block.body) if isinstance(node, _BEHIND_VIA))
        block = replace(block, body=(*block.body[:first], *said, *block.body[first:]))
    since = tree.Range(word(release))
    return _since(block, tree.Via, _via(printed, since), release)


def _via(printed: Printed, bounds: tree.Range | None) -> tree.Via:
    printf = _quoted(printed.printf) if printed.macro == APPEND else None
    return tree.Via(*MADE, word(printed.macro), printf, bounds)


def _entry(
    schema: Schema, step: Add, release: str, commit: str | None, is_first: bool
) -> tree.Entry:
    """A new entry, without the clauses that are the default of its kind."""
    printed = step.printed
    default, known = schema.by_kind.get(kind_of(printed.key)), schema.by_key.get(printed.key)
    is_text = known is not None and prints_as(printed, known.format)
    format_ = known.format.value if known is not None and is_text else printed.format
    unit = default.unit if default is not None else None
    if known is not None and known.unit is not None:
        unit = known.unit
    body: list[tree.Node] = [tree.Doc(*MADE, _NO_DOC)]
    held = default.format(Release.parse(release)) if default is not None else None
    if default is None or held != format_ or default.unit != unit:
        body.append(tree.Value(*MADE, word(format_), _optional(unit)))
    if default is None or default.vias != (Via(macro=printed.macro),):
        body.append(_via(printed, None))
    if printed.condition != ALWAYS:
        body.append(tree.DependsOn(*MADE, printed.condition, None))
    body.append(_boundary(tree.Since, release, commit, at_most=is_first))
    names = tree.Names(map(word, step.archs)) if step.archs else None
    return tree.Entry(*MADE, tuple(body), "", word(printed.key), names)


def _macro(name: str, printf: str, release: str) -> tree.Macro:
    body = (
        tree.Doc(*MADE, _NO_DOC),
        tree.Prints(*MADE, _quoted(printf), None, None),
        _boundary(tree.Since, release, None),
    )
    return tree.Macro(*MADE, body, "", word(name))
