# SPDX-License-Identifier: MIT
"""The order of the schema: each file is inserted at the `source` line that names it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

from ...problem import LANGUAGE, Location, Problem, collect, did_you_mean, shortened
from ...syntax import tree


class Placed(NamedTuple):
    """An item of the schema with its file, section and subsystem."""

    path: str
    section: str
    subsystem: str
    item: tree.Node


def in_order(files: Sequence[tree.File], problems: list[Problem]) -> list[Placed]:
    """All items in the order of the `source` lines, starting with the first file.

    A line that names a missing file or names a file again, and a file that no line names, are
    problems; such a file is left out.
    """
    if not files:
        return []
    walk = _Walk(files, problems)
    placed = list(walk.items(files[0]))
    walk.look_for_left_out()
    return placed


@dataclass
class _Reading:
    """A file that is being read; a section and a subsystem end with their file."""

    path: str
    items: Iterator[tree.Node]
    section: str = ""
    subsystem: str = ""


class _Walk:
    def __init__(self, files: Sequence[tree.File], problems: list[Problem]) -> None:
        self._files = {file.path: file for file in files}
        self._top = files[0].path
        self._folder = PurePosixPath(self._top).parent
        self._problems = problems
        self._unreadable = {problem.location.path for problem in problems}
        self._sourced: dict[str, Location | None] = {self._top: None}

    def items(self, top: tree.File) -> Iterator[Placed]:
        """The items of a file and of those that it sources, at any depth."""
        open_files = [_Reading(top.path, iter(top.items))]
        while open_files:
            reading = open_files[-1]
            item = next(reading.items, None)
            if item is None:
                open_files.pop()
            elif isinstance(item, tree.SourceFile):
                sourced = self._file(item, reading.path)
                if sourced is not None:
                    open_files.append(_Reading(sourced.path, iter(sourced.items)))
            else:
                if isinstance(item, tree.Section):
                    reading.section = str(item.title)
                elif isinstance(item, tree.Subsystem):
                    reading.subsystem = str(item.name)
                yield Placed(reading.path, reading.section, reading.subsystem, item)

    def _file(self, line: tree.SourceFile, path: str) -> tree.File | None:
        name = str(line.name)
        at = Location(path, line.name.line, line.name.column)
        found = self._files.get(str(self._folder / name))
        if found is None:
            known = [str(PurePosixPath(p).relative_to(self._folder)) for p in self._files]
            self._problem(
                at, f"no file {shortened(name)} in {self._folder}/", did_you_mean(name, known)
            )
            return None
        if found.path in self._sourced:
            first = self._sourced[found.path]
            hint = (
                f"it is already in {first}"
                if first
                else "it is the top file, which sources the others"
            )
            self._problem(at, f"{name} is sourced a second time", hint)
            return None
        self._sourced[found.path] = at
        return found

    def look_for_left_out(self) -> None:
        """Report files that no line names, if all files that could name them were parsed."""
        lists = {file.path for file in self._files.values() if _sources(file)} | {self._top}
        if lists & self._unreadable:
            return
        for path in self._files:
            if path not in self._sourced:
                name = PurePosixPath(path).relative_to(self._folder)
                hint = (
                    f"{self._top} needs a line 'source \"{name}\"', where the kernel prints its "
                    "entries"
                )
                self._problem(Location(path), "no file sources it", hint)

    def _problem(self, at: Location, message: str, hint: str) -> None:
        collect(self._problems, Problem(at, LANGUAGE, message, hint))


def _sources(file: tree.File) -> bool:
    return any(isinstance(item, tree.SourceFile) for item in file.items)
