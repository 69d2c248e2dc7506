# SPDX-License-Identifier: MIT
"""The schema cut down to a selection; the emitters take it like the whole one."""

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
    """Nothing is left of what was asked for."""


def reduce(schema: Schema, selection: Selection) -> Schema:
    """A schema of the keys, releases, architectures and derivations that are left.

    Beside the selected keys it has those that any recipe may ask: OSRELEASE always, and
    SIZE(list_head), which tells the size of a pointer, where a recipe reads one. Replacements
    that are not in the subset are not told. Raises EmptySelection, UnknownKeys.
    """
    archs = [a for a in schema.architectures if not selection.archs or a.name in selection.archs]
    names = tuple(arch.name for arch in archs)
    wanted = selection.keys(schema)
    lives = {entry.key: _exports(entry, selection.kernels, names) for entry in schema.entries}
    keys = {key for key in wanted if lives.get(key)}
    if not keys:
        raise EmptySelection("no key is left of the selection")
    keys |= {RELEASE} & schema.by_key.keys()
    derivations = (
        Recipes(schema, keys, selection.kernels, names).derivations()
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
    """What the kernels of a selection export, in print order: the entries of its part of the schema,
    and others, whose lines a parser of the part passes over.
    """
    names = tuple(arch.name for arch in part.architectures)
    found = []
    for entry in schema.entries:
        exports = _exports(entry, selection.kernels, names)
        if entry.key in part.by_key:
            found.append(part.by_key[entry.key])
        elif exports:
            found.append(replace(entry, exports=exports))
    return tuple(found)


def left_out(schema: Schema, selection: Selection) -> list[str]:
    """Keys that were named, and that none of the kernels exports."""
    archs = selection.archs or tuple(arch.name for arch in schema.architectures)
    named = [
        pattern.text
        for pattern in selection.patterns
        if not pattern.is_glob and not pattern.private
    ]
    return [
        key
        for key in named
        if key in schema.by_key and not _exports(schema.by_key[key], selection.kernels, archs)
    ]


def _exports(entry: Entry, kernels: KernelRange, archs: tuple[str, ...]) -> tuple[Export, ...]:
    return tuple(
        export
        for export in entry.exports
        if any(export.concerns(arch) for arch in archs) and is_available(export, kernels.bounds)
    )


def _among(keys: set[str], exports: tuple[Export, ...]) -> tuple[Export, ...]:
    def known(others: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(key for key in others if key in keys)

    return tuple(
        replace(export, replaces=known(export.replaces), replaced_by=known(export.replaced_by))
        for export in exports
    )


def _releases(schema: Schema, kernels: KernelRange) -> list[DeclaredRelease]:
    return [declared for declared, branch in schema.branches() if overlap(branch, kernels.bounds)]
