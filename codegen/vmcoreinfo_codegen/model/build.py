# SPDX-License-Identifier: MIT
"""From syntax trees to the model: names resolved, spans paired, what is wrong collected.

What can't be resolved is reported and left out, so that the rules of `check`
see all the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ..limits import Limit
from ..problem import (
    LANGUAGE,
    Location,
    Problem,
    SchemaError,
    collect,
    did_you_mean,
    shortened,
)
from ..syntax import tree
from ..syntax.parse import MOST_ERRORS, parse
from ..terms.key import Kind, kind_of
from .architecture import Architecture
from .build_consumer import ConsumerBuilder
from .consumer import Consumer
from .derivation import Derivation, Recipe
from .entry import Change, DebugInfo, Dependency, Entry, Export, KindDefault, Quirk, Via
from .files import read_files
from .macro import Macro, Print
from .order import Placed, in_order
from .schema import DeclaredRelease, Schema
from .vocabulary import Format, QuirkKind, Unit

# Pages and rules go through the product of these. The shipped schema has 101 releases, 27
# architectures, 199 keys, a block of 158 lines.
_MOST: dict[type[tree.Node], tuple[int, str]] = {
    tree.ReleaseDeclaration: (500, "releases"),
    # Recipes name architectures by the bits of a word.
    tree.Architecture: (64, "architectures"),
    tree.Macro: (500, "macros"),
    tree.Entry: (5000, "entries"),
    tree.Derivation: (1000, "derivations"),
    tree.Consumer: (100, "consumers"),
}
_MOST_LINES = 1000
# A NUMBER is printed in many ways, and a bare key in its own.
_WITH_DEFAULTS = [kind.value for kind in Kind if kind is not Kind.BARE]
SHOWN = (*_MOST.values(), (_MOST_LINES, "lines of a block"))


class _Printed(NamedTuple):
    """How an entry is printed, as far as it is said."""

    format: Format | None = None
    unit: Unit | None = None
    vias: tuple[Via, ...] = ()


def load(folder: Path) -> Schema:
    """The schema of a folder. Raises SchemaError with its problems, OSError."""
    problems: list[Problem] = []
    schema, _ = build(parse_files(read_files(folder), problems), problems)
    if problems:
        raise SchemaError(problems)
    return schema


# A verb may look at the schema before and after it edits one file of it.
@lru_cache(maxsize=64)
def _parsed(text: str, name: str) -> tuple[tree.File, tuple[Problem, ...]]:
    parsed, found = parse(text, name)
    return parsed, tuple(found)


def parse_files(files: Iterable[tuple[str, str]], problems: list[Problem]) -> list[tree.File]:
    """The trees of files given as (name, text). Raises SchemaError after many syntax errors."""
    trees = []
    for name, text in files:
        parsed, found = _parsed(text, name)
        problems.extend(found)
        trees.append(parsed)
        if len(problems) >= MOST_ERRORS:
            raise SchemaError(problems)
    return trees


def build(files: Sequence[tree.File], problems: list[Problem]) -> tuple[Schema, list[Problem]]:
    """Build the model from parsed files, the top one first; problems are added to those given."""
    builder = _Builder(problems)
    return builder.schema(files), problems


class _Builder(ConsumerBuilder):
    # ---- declarations -----------------------------------------------------------

    def schema(self, files: Sequence[tree.File]) -> Schema:
        releases: list[DeclaredRelease] = []
        architectures: list[Architecture] = []
        macros: list[Macro] = []
        self._check_versions(files)
        placed = in_order(files, self._problems)
        self._count(placed)
        for item in self._items(placed):
            if isinstance(item, tree.Architecture):
                architecture = self._architecture(item)
                if architecture:
                    architectures.append(architecture)
        self._archs = {arch.name: None for arch in architectures}
        self._aliases = {alias: a.name for a in architectures for alias in a.aliases}
        for item in self._items(placed):
            if isinstance(item, tree.Kind):
                self._kind(item)

        exports: dict[str, list[tuple[Export, Format]]] = {}
        derivations: list[Derivation] = []
        consumers: list[Consumer] = []
        for item in self._items(placed):
            match item:
                case tree.ReleaseDeclaration():
                    release = self._release(item.release)
                    if release:
                        releases.append(
                            DeclaredRelease(
                                release=release, date=str(item.date), location=self._at(item)
                            )
                        )
                case tree.Macro():
                    macro = self._macro(item)
                    if macro:
                        macros.append(macro)
                case tree.Entry():
                    exports.setdefault(str(item.key), []).extend(self._exports(item))
                case tree.Derivation():
                    derivation = self._derivation(item)
                    if derivation:
                        derivations.append(derivation)
                case tree.Consumer():
                    consumers.append(self.consumer(item))
                case tree.Section() if not str(item.title):
                    self._problem(item, "a section without a title")
        if exports and not releases:
            self._path = files[0].path
            hint = "entries live from one release to another: 'release 6.9 2024-05-12'"
            self._problem(tree.Blank(1, 1, ""), "no release is declared", hint)
        return Schema(
            releases=tuple(releases),
            architectures=tuple(architectures),
            macros=tuple(macros),
            entries=tuple(self._entry(key, found) for key, found in exports.items() if found),
            derivations=tuple(derivations),
            consumers=tuple(consumers),
            kinds=tuple(self._kinds.values()),
        )

    def _check_versions(self, files: Sequence[tree.File]) -> None:
        for file in files:
            self._path = file.path
            versions = [item for item in file.items if isinstance(item, tree.SchemaVersion)]
            if not versions and file.items:
                self._problem(tree.Blank(1, 1, ""), "no 'schema 1' line")
            for version in versions:
                if str(version.number) != "1":
                    self._problem(version.number, f"schema {version.number} is not known here")

    def _count(self, placed: Sequence[Placed]) -> None:
        """Raises SchemaError where there is more of something than a schema can have."""
        at = Location(self._path)

        def refused(message: str) -> SchemaError:
            return SchemaError([*self._problems, Problem(at, LANGUAGE, message)])

        left = {kind: Limit("the schema", *most, refused) for kind, most in _MOST.items()}
        for item in self._items(placed):
            at = self._at(item)
            if type(item) in left:
                left[type(item)].spend()
            if isinstance(item, tree.Block):
                Limit("this block", _MOST_LINES, "lines", refused).spend(len(item.body))

    def _items(self, placed: Sequence[Placed]) -> Iterator[tree.Node]:
        """All items in order; `_path` and `_section` say where each stands."""
        for self._path, self._section, item in placed:
            yield item

    def _architecture(self, block: tree.Architecture) -> Architecture | None:
        spans = self._spans(block)
        source, bits = self._words(block, tree.Source), self._words(block, tree.Bits)
        if len(spans) != 1 or len(source) != 1 or len(bits) != 1:
            self._problem(block, f"arch {block.name} needs one each of 'source', 'bits', 'since'")
            return None
        pages, half = self._words(block, tree.Page), self._words(block, tree.KernelHalf)
        start = self._words(block, tree.MemoryStart)
        return Architecture(
            name=str(block.name),
            doc=self._text(block, tree.Doc),
            source=str(source[0]),
            suffix=" ".join(map(str, self._words(block, tree.Suffix))),
            bits=int(str(bits[0]), 0),
            pages=tuple(int(str(size), 0) for size in pages) or (4096,),
            kernel_half=int(str(half[0]), 0) if half else None,
            memory_start=int(str(start[0]), 0) if start else None,
            aliases=tuple(map(str, self._words(block, tree.Alias))),
            config=tuple(map(str, self._words(block, tree.Config))),
            optional=tuple(map(str, self._words(block, tree.Optional))),
            span=spans[0],
            location=self._at(block.name),
        )

    def _macro(self, block: tree.Macro) -> Macro | None:
        spans = self._spans(block)
        if len(spans) != 1:
            self._problem(block, f"macro {block.name} needs one 'since'")
            return None
        prints = [
            Print(printf=str(clause.text), **self._bounds(clause.range))
            for clause in block.clauses
            if isinstance(clause, tree.Prints)
        ]
        return Macro(
            name=str(block.name),
            doc=self._text(block, tree.Doc),
            prints=tuple(prints),
            span=spans[0],
            location=self._at(block.name),
        )

    def _kind(self, block: tree.Kind) -> None:
        name = str(block.name)
        if name not in _WITH_DEFAULTS:
            hint = did_you_mean(name, _WITH_DEFAULTS) or f"one of {', '.join(_WITH_DEFAULTS)}"
            self._problem(block.name, f"unknown kind '{shortened(name)}'", hint)
            return
        kind = Kind(name)
        if kind in self._kinds:
            self._problem(block, f"a second 'kind {kind}'")
        format_, unit = self._value(block)
        if format_ is None:
            self._problem(block, f"kind {kind} needs a 'value'")
            return
        self._kinds[kind] = KindDefault(
            kind=kind,
            format=format_,
            unit=unit,
            vias=self._vias(block),
            location=self._at(block.name),
        )

    def _value(self, block: tree.Block) -> tuple[Format | None, Unit | None]:
        value = self._one(block, tree.Value)
        if value is None:
            return None, None
        return (
            self._known(Format, value.format, "format"),
            self._known(Unit, value.unit, "unit") if value.unit else None,
        )

    def _exports(self, block: tree.Entry) -> list[tuple[Export, Format]]:
        """The exports of one block: its own, and one for each `on` inside."""
        default = self._kinds.get(kind_of(str(block.key)))
        outer = self._export(block, self._arch_names(block.archs), None, default)
        inner = []
        for on in block.body:
            if isinstance(on, tree.On):
                found = self._export(on, self._arch_names(on.archs), outer, default)
                if found and found[0].spans:
                    inner.append(found)
        if outer is None:
            return []
        if outer[0].spans:
            return [outer, *inner]
        # What only the block can say is about the architectures inside it.
        said = {
            name: getattr(outer[0], name)
            for name in ("absent", "quirks", "changes", "replaces", "replaced_by")
        }
        return [(export.model_copy(update=said), format_) for export, format_ in inner]

    def _export(
        self,
        block: tree.Entry | tree.On,
        archs: tuple[str, ...] | None,
        outer: tuple[Export, Format] | None,
        default: KindDefault | None,
    ) -> tuple[Export, Format] | None:
        """What a block says; what it leaves out is as in the block around it, or as its kind has it."""
        without = _Printed()
        if outer is not None:
            without = _Printed(outer[1], outer[0].unit, outer[0].vias)
        elif default is not None:
            without = _Printed(default.format, default.unit, default.vias)
        format_, unit = self._value(block)
        printed = _Printed(
            format_ or without.format, unit or without.unit, self._vias(block) or without.vias
        )
        if printed.format is None:
            if self._one(block, tree.Value) is None:
                self._problem(block, "no 'value': how is it printed?")
            return None
        spans = self._spans(block)
        inside = any(isinstance(node, tree.On) for node in block.body)
        if not spans and not inside:
            self._problem(block, "no 'since': when did it come?")
        export = Export(
            archs=archs,
            section=self._section,
            doc=self._text(block, tree.Doc) or (outer[0].doc if outer else ""),
            absent=self._text(block, tree.Absent),
            unit=printed.unit,
            spans=spans,
            vias=printed.vias,
            dependencies=self._dependencies(block) or (outer[0].dependencies if outer else ()),
            debug_infos=self._debug_infos(block) or (outer[0].debug_infos if outer else ()),
            quirks=self._quirks(block, archs),
            changes=self._changes(block),
            replaces=tuple(map(str, self._words(block, tree.Replaces))),
            replaced_by=tuple(map(str, self._words(block, tree.ReplacedBy))),
            repeats=tuple(
                self._at(clause)
                for clause in block.clauses
                if (isinstance(clause, tree.Value) and printed[:2] == without[:2])
                or (isinstance(clause, tree.Via) and printed.vias == without.vias)
            ),
            location=self._at(block.key if isinstance(block, tree.Entry) else block),
        )
        return export, printed.format

    def _vias(self, block: tree.Block) -> tuple[Via, ...]:
        return tuple(
            Via(
                macro=str(clause.macro),
                printf=str(clause.printf) if clause.printf else None,
                **self._bounds(clause.range),
            )
            for clause in block.clauses
            if isinstance(clause, tree.Via)
        )

    def _dependencies(self, block: tree.Block) -> tuple[Dependency, ...]:
        return tuple(
            Dependency(condition=clause.condition, **self._bounds(clause.range))
            for clause in block.clauses
            if isinstance(clause, tree.DependsOn)
        )

    def _debug_infos(self, block: tree.Block) -> tuple[DebugInfo, ...]:
        return tuple(
            DebugInfo(expression=clause.expression, **self._bounds(clause.range))
            for clause in block.clauses
            if isinstance(clause, tree.DebugInfo)
        )

    def _quirks(self, block: tree.Block, archs: tuple[str, ...] | None) -> tuple[Quirk, ...]:
        quirks = []
        for clause in block.clauses:
            if not isinstance(clause, tree.Quirk):
                continue
            kind = self._known(QuirkKind, clause.kind, "kind of quirk")
            ranges = []
            for bounds in clause.ranges:
                if bounds.since is None:
                    self._problem(clause, "a range without a 'since'", "since which release?")
                    continue
                since, until = self._release(bounds.since), self._optional_release(bounds.until)
                if since is not None:
                    ranges.append((since, until))
            if kind is not None:
                quirks.append(
                    Quirk(
                        kind=kind,
                        ranges=tuple(ranges),
                        archs=self._arch_names(clause.archs) or archs,
                        text=str(clause.text),
                        location=self._at(clause),
                    )
                )
        return tuple(quirks)

    def _changes(self, block: tree.Block) -> tuple[Change, ...]:
        changes = []
        for clause in block.clauses:
            if isinstance(clause, tree.Changed):
                boundary = self._boundary(clause.boundary)
                if boundary is not None:
                    changes.append(
                        Change(
                            boundary=boundary,
                            text=str(clause.text),
                            location=self._at(clause),
                        )
                    )
        return tuple(changes)

    def _entry(self, key: str, found: list[tuple[Export, Format]]) -> Entry:
        formats = {format_ for _, format_ in found}
        if len(formats) > 1:
            export = found[-1][0]
            message = f"{key} has two formats: {', '.join(sorted(formats))}"
            hint = "a key is read in one way on all architectures"
            collect(self._problems, Problem(export.location, LANGUAGE, message, hint))
        return Entry(
            key=key,
            kind=kind_of(key),
            format=found[0][1],
            exports=tuple(export for export, _ in found),
        )

    def _derivation(self, block: tree.Derivation) -> Derivation | None:
        format_, unit = self._value(block)
        recipes = [self._recipe(c) for c in block.clauses if isinstance(c, tree.Recipe)]
        if format_ is None or not recipes:
            self._problem(block, f"derive {block.name} needs a 'value' and a 'from'")
            return None
        return Derivation(
            name=str(block.name),
            doc=self._text(block, tree.Doc),
            format=format_,
            unit=unit,
            recipes=tuple(recipes),
            location=self._at(block.name),
        )

    def _recipe(self, clause: tree.Recipe) -> Recipe:
        return Recipe(
            name=str(clause.name),
            expression=clause.expression,
            requires=tuple(map(str, clause.requires or ())),
            archs=self._arch_names(clause.archs),
            location=self._at(clause),
            **self._bounds(clause.range),
        )
