# SPDX-License-Identifier: MIT
"""The schema reduced to a selection; emitters use it like the whole schema."""

from __future__ import annotations

from dataclasses import replace

from ..core.release import overlap
from ..model import Entry, Export, Schema
from ..model.consumer import KernelRange
from ..model.derivation import POINTER_SIZE, RELEASE
from ..model.schema import DeclaredRelease
from .availability import is_available
from .recipes import Recipes
from .selection import Selection


class EmptySelection(Exception):
    """Nothing is left of the selection."""


def reduce(schema: Schema, selection: Selection) -> Schema:
    """A schema of the selected keys, releases, architectures and derivations.

    In addition to the selected keys it has those that any recipe may need: always OSRELEASE, and
    SIZE(list_head), which gives the size of a pointer, if a recipe reads one. Replacements outside
    the subset are left out. Raises EmptySelection, UnknownKeys.
    """
    archs = [
        arch
        for arch in schema.architectures
        if not selection.archs or arch.name in selection.archs
        if selection.kernel is None or selection.kernel.builds(arch)
    ]
    names = tuple(arch.name for arch in archs)
    wanted = selection.keys(schema)
    lives = {entry.key: _exports(entry, selection, names) for entry in schema.entries}
    keys = {key for key in wanted if lives.get(key)}
    if not keys:
        raise EmptySelection("no keys are left in the selection")
    keys |= {RELEASE} & schema.by_key.keys()
    derivations = (
        Recipes(_there(schema, selection), keys, selection.kernels, names).derivations()
        if selection.has_derivations
        else []
    )
    if any(recipe.reads_pointer for d in derivations for recipe in d.recipes):
        keys.add(POINTER_SIZE)
    entries = [
        replace(entry, exports=_among(keys, lives[entry.key] or entry.exports))
        for entry in schema.entries
        if entry.key in keys
    ]
    return Schema(
        releases=tuple(_releases(schema, selection.kernels)),
        architectures=tuple(archs),
        macros=schema.macros,
        entries=tuple(entries),
        derivations=tuple(derivations),
        private_keys=selection.private_keys(schema),
        key_numbers=schema.key_numbers,
        arch_numbers=schema.arch_numbers,
    )


def exported(schema: Schema, selection: Selection, part: Schema) -> tuple[Entry, ...]:
    """Everything that the kernels of a selection export, in print order: the entries of its part of
    the schema, and others, whose lines a parser of the part ignores."""
    names = tuple(arch.name for arch in part.architectures)
    found = []
    for entry in schema.entries:
        exports = _exports(entry, selection, names)
        if entry.key in part.by_key:
            found.append(part.by_key[entry.key])
        elif exports:
            found.append(replace(entry, exports=exports))
    return tuple(found)


def left_out(schema: Schema, selection: Selection) -> list[str]:
    """Named keys that none of the kernels exports."""
    archs = selection.archs or tuple(arch.name for arch in schema.architectures)
    named = [
        pattern.text
        for pattern in selection.patterns
        if not pattern.is_glob and not pattern.private
    ]
    return [
        key
        for key in named
        if key in schema.by_key and not _exports(schema.by_key[key], selection, archs)
    ]


def _there(schema: Schema, selection: Selection) -> Schema:
    """The schema for the selected kernels."""
    return schema if selection.kernel is None else selection.kernel.schema


def _exports(entry: Entry, selection: Selection, archs: tuple[str, ...]) -> tuple[Export, ...]:
    """The exports of an entry in the selected kernels. A vendor's kernel may export it like another
    mainline release."""
    here = [export for export in entry.exports if any(map(export.concerns, archs))]
    bounds = selection.kernels.bounds
    if selection.kernel is None:
        return tuple(export for export in here if is_available(export, bounds))
    own = selection.kernel.schema.by_key[entry.key]
    is_there = any(
        is_available(export, bounds)
        and not export.is_out_of_tree
        and any(map(export.concerns, archs))
        for export in own.exports
    )
    return tuple(here) if is_there else ()


def _among(keys: set[str], exports: tuple[Export, ...]) -> tuple[Export, ...]:
    def known(others: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(key for key in others if key in keys)

    return tuple(
        replace(export, replaces=known(export.replaces), replaced_by=known(export.replaced_by))
        for export in exports
    )


def _releases(schema: Schema, kernels: KernelRange) -> list[DeclaredRelease]:
    return [declared for declared, branch in schema.branches() if overlap(branch, kernels.bounds)]
