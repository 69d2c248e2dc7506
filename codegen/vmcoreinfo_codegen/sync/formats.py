# SPDX-License-Identifier: MIT
"""Changed formats: which ones the schema can express, and when one line covers many entries."""

from __future__ import annotations

from collections.abc import Iterator

from ..core.release import Release
from ..kernel.extract import Export as Printed
from ..kernel.extract import Extraction
from ..kernel.printing import APPEND
from ..model import Entry, Export, Format, Schema
from ..model.entry import KindDefault
from ..model.vocabulary import read_as
from ..query.tree_difference import prints_as
from .steps import ByHand, Plan, Redefine, Reformat, ReformatKind


def alike(entry: Entry, printed: Printed) -> str | None:
    """Why a key can't be printed in one more format, None if it can."""
    is_text = prints_as(printed, entry.format)
    if is_text or read_as({*entry.formats, Format(printed.format)}) is not None:
        return None
    return (
        f"printed as {printed.format} now, was {' and '.join(entry.formats)}: "
        "a note's text can't tell them apart, so the kernel needs a new key"
    )


def gather(made: Plan, schema: Schema, extraction: Extraction) -> None:
    """Add steps for macros that print in another format, and one for a kind instead of its
    entries.
    """
    _of_macros(made, schema, extraction)
    for default in schema.kinds:
        _of_kind(made, schema, default)


def _of_kind(made: Plan, schema: Schema, default: KindDefault) -> None:
    steps = {id(s.export): s for s in made.steps if isinstance(s, Reformat)}
    followers = {id(export) for export in _followers(schema, default, made.release)}
    formats = {steps[one].printed.format for one in followers & steps.keys()}
    if len(followers) < 2 or not followers <= steps.keys() or len(formats) > 1:
        return
    same = [isinstance(s, Reformat) and id(s.export) in followers for s in made.steps]
    first = same.index(True)
    made.steps[:] = [step for step, is_said in zip(made.steps, same) if not is_said]
    made.steps.insert(first, ReformatKind(default, formats.pop()))


def _followers(schema: Schema, default: KindDefault, release: Release) -> Iterator[Export]:
    """The exports of a release or later that are printed in the default format of their kind."""
    said = set(default.formats)
    for entry in schema.entries:
        if entry.kind is not default.kind:
            continue
        for export in entry.exports:
            ended = export.last is not None and export.last.release <= release.branch
            if not ended and (
                said.issuperset(export.formats)
                if export.formats
                else entry.format is default.format(release)
            ):
                yield export


def _of_macros(made: Plan, schema: Schema, extraction: Extraction) -> None:
    """Add steps for the macros of entries that now print in another format."""
    names: dict[str, None] = {}
    for step in made.steps:
        if not isinstance(step, Reformat):
            continue
        via = step.export.via(made.release)
        if via is not None and via.macro == step.printed.macro != APPEND:
            names[via.macro] = None
    for name in names:
        macro, printf = schema.by_macro.get(name), extraction.macros.get(name)
        if macro is not None and printf is not None:
            made.steps.append(Redefine(macro, printf))
        elif macro is not None:
            made.by_hand.append(
                ByHand(name, "it no longer prints a single line: declare it with 'prints'")
            )
