# SPDX-License-Identifier: MIT
"""Possibly renamed keys: one was removed, and another of its kind added in the same function.

A person has to decide: a struct may also lose one member and get another.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping

from ..core.key import Kind, argument_of, kind_of
from ..kernel.extract import Export as Printed
from ..kernel.extract import Extraction
from ..model import Schema
from .steps import Add, Close, Plan, Rename

_Group = tuple[Kind, str, str]
"""Kind, struct of an offset, and the place in the tree."""


def renames(schema: Schema, extraction: Extraction, made: Plan) -> list[Rename]:
    """The keys that may be renamed, in the order of the schema."""
    printed = {export.key: export for export in extraction.exports}
    came: dict[_Group, list[str]] = {}
    for step in made.steps:
        if isinstance(step, Add) and step.printed.key not in schema.by_key:
            group = (*_of(step.printed.key), _place(step.printed))
            came.setdefault(group, []).append(step.printed.key)
    places = _places(schema, printed) if came else {}
    gone: dict[_Group, list[str]] = {}
    for step in made.steps:
        if isinstance(step, Close) and step.key not in printed and step.key in places:
            gone.setdefault((*_of(step.key), places[step.key]), []).append(step.key)
    found = [
        Rename(keys[0], others[0], group[2])
        for group, keys in gone.items()
        if len(keys) == len(others := came.get(group, [])) == 1
    ]
    return [*found, *_members(found, gone, came)]


def _members(
    found: Iterable[Rename], gone: dict[_Group, list[str]], came: dict[_Group, list[str]]
) -> Iterator[Rename]:
    """Members that were removed and added together with a renamed struct."""
    for rename in [one for one in found if kind_of(one.gone) is Kind.SIZE]:
        old, new = argument_of(rename.gone), argument_of(rename.came)
        others = set(came.get((Kind.OFFSET, new, rename.place), ()))
        for key in gone.get((Kind.OFFSET, old, rename.place), ()):
            other = f"OFFSET({new}{argument_of(key).removeprefix(old)})"
            if other in others:
                yield Rename(key, other, rename.place)


def _of(key: str) -> tuple[Kind, str]:
    kind = kind_of(key)
    return kind, argument_of(key).rpartition(".")[0] if kind is Kind.OFFSET else ""


def _place(printed: Printed) -> str:
    return f"{printed.function}() of {printed.file}" if printed.function else printed.file


def _places(schema: Schema, printed: Mapping[str, Printed]) -> dict[str, str]:
    """Where each entry was printed: at the nearest entry of its schema file that still is
    printed.
    """
    files: dict[str, list[str]] = {}
    for entry in schema.entries:
        files.setdefault(entry.location.path, []).append(entry.key)
    found: dict[str, str] = {}
    for keys in files.values():
        there = [place for place, key in enumerate(keys) if key in printed]
        for place, key in enumerate(keys if there else ()):
            after = bisect_left(there, place)
            near = there[max(after - 1, 0) : after + 1]
            nearest = min(near, key=lambda other: abs(other - place))
            found[key] = _place(printed[keys[nearest]])
    return found
