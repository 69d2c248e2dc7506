# SPDX-License-Identifier: MIT
"""Build the model from syntax trees: resolve names, pair spans, collect problems.

What can't be resolved is reported and left out, so that the rules of `check` see the rest. Names
are collected first, so they may be used before they are declared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from ...core.key import Kind
from ...limits import Limit
from ...problem import LANGUAGE, Location, Problem, SchemaError, collect
from ...shape import checked
from ...syntax import tree
from ...syntax.parse import MOST_ERRORS, parse
from ..entry import Entry, Export, KindDefault
from ..numbers import Numbers
from ..schema import DeclaredRelease, Schema
from ..store.files import read_files
from .c_types import c_type
from .consumers import consumer
from .declarations import architecture, kind_default, macro, numbers
from .derivations import derivation
from .distributions import distribution
from .entries import entry, exports
from .kernel_files import kernel_files
from .lines import line
from .observations import observed
from .options import option
from .order import in_order
from .reading import Names, Reader

_Block = TypeVar("_Block", bound=tree.Node)
_Model = TypeVar("_Model")

# The size of pages and the time for rules grow with the product of these. The shipped schema has
# 101 releases, 27 architectures, 199 keys, a block of 158 lines.
_MOST: dict[type[tree.Node], tuple[int, str]] = {
    tree.ReleaseDeclaration: (500, "releases"),
    # Recipes store architectures as bits of a word.
    tree.Architecture: (64, "architectures"),
    tree.Macro: (500, "macros"),
    tree.Entry: (5000, "entries"),
    tree.KernelOption: (500, "options"),
    tree.CType: (500, "types"),
    tree.KernelFiles: (500, "blocks of source files"),
    tree.Derivation: (1000, "derivations"),
    tree.VendorLine: (500, "lines of vendors"),
    tree.Distribution: (500, "distributions"),
    tree.Consumer: (100, "consumers"),
}
_MOST_LINES = 1000
_NUMBERS = (tree.KeyNumbers, tree.ArchNumbers)
SHOWN = (*_MOST.values(), (_MOST_LINES, "lines of a block"))


def load(folder: Path) -> Schema:
    """The schema of a folder. Raises SchemaError with its problems, OSError."""
    problems: list[Problem] = []
    schema, _ = build(parse_files(read_files(folder), problems), problems)
    if problems:
        raise SchemaError(problems)
    return observed(schema, folder)


# A verb may build the schema before and after it edits one of its files.
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
    return checked(_Building(files, problems).schema()), problems


class _Building:
    """Builds one schema from its files, the top one first."""

    def __init__(self, files: Sequence[tree.File], problems: list[Problem]) -> None:
        self._problems = problems
        self._files = files
        self._check_versions()
        self._placed = in_order(files, problems)
        self._count()

    def schema(self) -> Schema:
        nothing = Names()
        architectures = tuple(self._each(tree.Architecture, architecture, nothing))
        kinds = self._kinds(nothing)
        names = Names(
            archs=tuple(arch.name for arch in architectures),
            aliases={alias: arch.name for arch in architectures for alias in arch.aliases},
            kinds=kinds,
        )
        releases = tuple(self._each(tree.ReleaseDeclaration, _release, names))
        entries = self._entries(names)
        self._check_sections()
        if not releases and any(isinstance(item, tree.Entry) for *_, item in self._placed):
            hint = "declare one, e.g. 'release 6.9 2024-05-12'"
            self._problem(Location(self._files[0].path), "no release is declared", hint)
        return Schema(
            releases=releases,
            architectures=architectures,
            macros=tuple(self._each(tree.Macro, macro, names)),
            entries=entries,
            derivations=tuple(self._each(tree.Derivation, derivation, names)),
            types=tuple(self._each(tree.CType, c_type, names)),
            kernel_files=tuple(self._each(tree.KernelFiles, kernel_files, names)),
            lines=tuple(self._each(tree.VendorLine, line, names)),
            distributions=tuple(self._each(tree.Distribution, distribution, names)),
            consumers=tuple(self._each(tree.Consumer, consumer, names)),
            kinds=tuple(kinds.values()),
            options=tuple(self._each(tree.KernelOption, option, names)),
            key_numbers=self._numbers(tree.KeyNumbers),
            arch_numbers=self._numbers(tree.ArchNumbers),
        )

    def _each(
        self,
        kind: type[_Block],
        build: Callable[[Reader, _Block], _Model | None],
        names: Names,
    ) -> Iterator[_Model]:
        """The models for the items of a kind, in order; invalid ones are left out."""
        for path, section, subsystem, item in self._placed:
            if isinstance(item, kind):
                found = build(Reader(path, section, subsystem, names, self._problems), item)
                if found is not None:
                    yield found

    def _kinds(self, names: Names) -> dict[Kind, KindDefault]:
        kinds: dict[Kind, KindDefault] = {}
        for default in self._each(tree.Kind, kind_default, names):
            if kinds.setdefault(default.kind, default) is not default:
                self._problem(default.location, f"a second 'kind {default.kind}'")
        return kinds

    def _numbers(self, kind: type[tree.KeyNumbers | tree.ArchNumbers]) -> Numbers | None:
        found = list(self._each(kind, numbers, Names()))
        for again in found[1:]:
            self._problem(again.location, f"a second '{kind.keyword}'")
        return found[0] if found else None

    def _entries(self, names: Names) -> tuple[Entry, ...]:
        by_key: dict[str, list[Export]] = {}
        for key, found in self._each(tree.Entry, _keyed, names):
            by_key.setdefault(key, []).extend(found)
        return tuple(entry(key, found) for key, found in by_key.items() if found)

    def _check_versions(self) -> None:
        for file in self._files:
            versions = [item for item in file.items if isinstance(item, tree.SchemaVersion)]
            if not versions and file.items:
                self._problem(Location(file.path), "no 'schema 1' line")
            for version in versions:
                if str(version.number) != "1":
                    at = Location(file.path, version.number.line, version.number.column)
                    self._problem(at, f"unsupported schema version {version.number}")

    def _check_sections(self) -> None:
        for path, *_, item in self._placed:
            if isinstance(item, tree.Section) and not str(item.title):
                at = Location(path, item.line, item.column)
                self._problem(at, "a section without a title")

    def _count(self) -> None:
        """Count items and lines. Raises SchemaError if there are more than the limits allow."""
        at = Location("")

        def refused(message: str) -> SchemaError:
            return SchemaError([*self._problems, Problem(at, LANGUAGE, message)])

        left = {kind: Limit("the schema", *most, refused) for kind, most in _MOST.items()}
        for path, *_, item in self._placed:
            at = Location(path, item.line, item.column)
            if type(item) in left:
                left[type(item)].spend()
            if isinstance(item, tree.Block) and not isinstance(item, _NUMBERS):
                Limit("this block", _MOST_LINES, "lines", refused).spend(len(item.body))

    def _problem(self, at: Location, message: str, hint: str = "") -> None:
        collect(self._problems, Problem(at, LANGUAGE, message, hint))


def _release(read: Reader, line: tree.ReleaseDeclaration) -> DeclaredRelease | None:
    release = read.release(line.release)
    if release is None:
        return None
    return DeclaredRelease(
        release=release,
        date=str(line.date),
        longterm=line.longterm is not None,
        location=read.at(line),
    )


def _keyed(read: Reader, block: tree.Entry) -> tuple[str, list[Export]]:
    return str(block.key), exports(read, block)
