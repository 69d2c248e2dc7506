# SPDX-License-Identifier: MIT
"""The shipped schema as it would have been at an earlier release."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from tests.conftest import ROOT
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.model.builder import parse_files
from vmcoreinfo_codegen.model.store.files import read_files
from vmcoreinfo_codegen.problem import Problem
from vmcoreinfo_codegen.syntax import tree
from vmcoreinfo_codegen.syntax.format import format_file
from vmcoreinfo_codegen.syntax.types import CType, MemberType


class _Past:
    def __init__(self, cutoff: Release) -> None:
        self._cutoff = cutoff

    def later(self, word: tree.Word | None) -> bool:
        return word is not None and Release.parse(word.text).branch > self._cutoff

    def body(self, nodes: tuple[tree.Node, ...]) -> Iterator[tree.Node]:
        kept = True
        for node in nodes:
            match node:
                case tree.On():
                    inner = replace(node, body=tuple(self.body(node.body)))
                    if has_life(inner):
                        yield inner
                case tree.BoundaryClause(boundary=boundary):
                    if isinstance(node, tree.Since):
                        kept = not self.later(boundary.release)
                    if kept and not self.later(boundary.release):
                        yield node
                case (
                    tree.Value(range=bounds)
                    | tree.Via(range=bounds)
                    | tree.DependsOn(range=bounds)
                    | tree.DebugInfo(range=bounds)
                    | MemberType(range=bounds)
                ):
                    bounds = bounds or tree.Range()
                    if not self.later(bounds.since):
                        until = None if self.later(bounds.until) else bounds.until
                        yield replace(node, range=replace(bounds, until=until))
                case tree.KernelFile(since=since):
                    if since is None or not self.later(since.release):
                        yield node
                case tree.Changed(boundary=boundary):
                    if not self.later(boundary.release):
                        yield node
                case tree.Quirk(ranges=ranges):
                    past = tree.Ranges(r for r in ranges if not self.later(r.since))
                    if past:
                        yield replace(node, ranges=past)
                case _:
                    yield node


def has_life(block: tree.Block) -> bool:
    return any(
        isinstance(node, tree.Since) or (isinstance(node, tree.On) and has_life(node))
        for node in block.body
    )


def _archs(items: Iterable[tree.Node]) -> Iterator[str]:
    """The architectures that entries name."""
    for item in items:
        if isinstance(item, (tree.Entry, tree.On)):
            yield from (name.text for name in item.archs or ())
            yield from _archs(item.body)


def _types(items: Iterable[tree.Node]) -> Iterator[str]:
    """The C types of members."""
    for item in items:
        if isinstance(item, (tree.Entry, tree.On)):
            yield from _types(item.body)
        elif isinstance(item, MemberType):
            yield item.type.text


def _without(block: tree.Entry, keys: set[str]) -> tree.Entry:
    """The entry without replacements that do not exist yet."""
    body = []
    for node in block.body:
        if isinstance(node, (tree.Replaces, tree.ReplacedBy)):
            words = tuple(word for word in node.words if word.text in keys)
            if not words:
                continue
            node = replace(node, words=words)
        body.append(node)
    return replace(block, body=tuple(body))


def write_schema_as_of(release: str, folder: Path) -> Path:
    """Write the schema of that release to a folder; derivations are left out."""
    past = _Past(Release.parse(release))
    problems: list[Problem] = []
    files = parse_files(read_files(ROOT / "schema"), problems)
    assert problems == []
    kept = []
    for file in files:
        items: list[tree.Node] = []
        for item in file.items:
            if isinstance(item, tree.Derivation):
                continue
            if isinstance(item, tree.ReleaseDeclaration) and past.later(item.release):
                continue
            if isinstance(item, tree.Block) and not isinstance(item, tree.Kind):
                item = replace(item, body=tuple(past.body(item.body)))
                if not isinstance(item, tree.KernelFiles) and not has_life(item):
                    continue
            items.append(item)
        kept.append(replace(file, items=tuple(items)))
    keys = {i.key.text for file in kept for i in file.items if isinstance(i, tree.Entry)}
    archs = {name for file in kept for name in _archs(file.items)}
    used, left = ({t for file in some for t in _types(file.items)} for some in (files, kept))
    for file in kept:
        items = [
            item
            for item in file.items
            if not isinstance(item, tree.KernelFiles)
            or item.archs is None
            or archs & {name.text for name in item.archs}
        ]
        items = [
            item
            for item in items
            if not isinstance(item, CType) or item.name.text not in used - left
        ]
        file = replace(file, items=tuple(items))
        items = [_without(i, keys) if isinstance(i, tree.Entry) else i for i in file.items]
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(format_file(replace(file, items=tuple(items))))
    return folder / "schema"
