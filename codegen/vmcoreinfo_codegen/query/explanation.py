# SPDX-License-Identifier: MIT
"""Everything known about a key, or about a derived value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ..core.expression import render
from ..core.release import Bounds
from ..model import Boundary, Derivation, Entry, Export, Schema
from ..model.behind import copiers_of
from ..model.consumer import KernelRange
from ..model.entry import Via, fact_of
from .interface.kernels import (
    Condition,
    CopiedNames,
    ExplainedDerivation,
    ExplainedExport,
    ExplainedRecipe,
    Explanation,
    Life,
    Moment,
    Note,
    PrintedFact,
    PrintedForm,
    PrintingFile,
    ReadFormat,
    Related,
    StandingNames,
    TypeOfMember,
)
from .line_changes import line_changes


def explanation(schema: Schema, entry: Entry) -> Explanation:
    used = [
        derivation.name
        for derivation in schema.derivations
        if any(entry.key in recipe.keys for recipe in derivation.recipes)
    ]
    return Explanation(
        key=entry.key,
        kind=entry.kind.value,
        format=entry.format.value,
        exports=[_export(schema, entry, export) for export in entry.exports],
        replaces=_related(schema, entry.replaces),
        replaced_by=_related(schema, entry.replaced_by),
        derivations=used,
        lines=[
            change for line in schema.lines for change in line_changes(schema, line, [entry.key])
        ],
        copied=_copied(schema, entry),
    )


def _copied(schema: Schema, entry: Entry) -> list[CopiedNames]:
    return [
        CopiedNames(
            consumer=copier.consumer.name,
            since=str(copier.copied.since) if copier.copied.since else None,
            until=str(copier.copied.until) if copier.copied.until else None,
            purpose=copier.need.purpose,
            archs=list(copier.archs) if copier.archs is not None else None,
            kernels_since=_bound(copier.copied.kernels, "since"),
            kernels_until=_bound(copier.copied.kernels, "until"),
            names=list(copier.copied.names),
            verdict=copier.copied.verdict.value,
            seen=copier.copied.text,
        )
        for copier in copiers_of(schema, entry)
    ]


def _bound(kernels: KernelRange | None, name: Literal["since", "until"]) -> str | None:
    release = getattr(kernels, name, None)
    return str(release) if release else None


def derivation_explanation(derivation: Derivation) -> ExplainedDerivation:
    return ExplainedDerivation(
        derivation=derivation.name,
        doc=derivation.doc,
        format=derivation.format.value,
        unit=derivation.unit.value if derivation.unit else None,
        recipes=[
            ExplainedRecipe(
                name=recipe.name,
                expression=render(recipe.expression),
                requires=list(recipe.keys),
                reads_memory=recipe.reads_memory,
                archs=list(recipe.archs) if recipe.archs is not None else None,
                since=str(recipe.since) if recipe.since else None,
                until=str(recipe.until) if recipe.until else None,
            )
            for recipe in derivation.recipes
        ],
        source=str(derivation.location),
    )


def _related(schema: Schema, keys: tuple[str, ...]) -> list[Related]:
    found = [schema.by_key[key] for key in keys if key in schema.by_key]
    return [_of(other) for other in found]


def _of(other: Entry) -> Related:
    # If some architectures had it first and all others later, the general life counts.
    export = next((e for e in other.exports if e.archs is None), other.exports[0])
    return Related(
        key=other.key,
        since=str(export.first.release),
        until=str(export.last.release) if export.last else None,
        summary=other.summary,
    )


def _export(schema: Schema, entry: Entry, export: Export) -> ExplainedExport:
    return ExplainedExport(
        archs=list(export.archs) if export.archs is not None else None,
        out_of_tree=export.is_out_of_tree,
        doc=export.doc,
        absent=export.absent,
        section=export.section,
        unit=export.unit.value if export.unit else None,
        lives=[
            Life(
                since=_moment(schema, span.since),
                until=_moment(schema, span.until) if span.until else None,
                backports=[_moment(schema, backport) for backport in span.backports],
            )
            for span in export.spans
        ],
        formats=[
            ReadFormat(
                format=printed.format.value,
                since=str(printed.since) if printed.since else None,
                until=str(printed.until) if printed.until else None,
            )
            for printed in export.formats
        ],
        types=[
            TypeOfMember(
                type=said.type,
                since=str(said.since) if said.since else None,
                until=str(said.until) if said.until else None,
            )
            for said in export.types
        ],
        first=export.is_first,
        equals=render(export.equals.expression) if export.equals is not None else None,
        printed=_printed(schema, entry, export),
        files=_files(schema, export),
        conditions=[
            Condition(
                condition=str(dependency.condition),
                since=str(dependency.since) if dependency.since else None,
                until=str(dependency.until) if dependency.until else None,
            )
            for dependency in export.dependencies
        ],
        debug_info=_debug_info(entry, export),
        behind=[
            StandingNames(
                names=list(behind.names),
                since=str(behind.since) if behind.since else None,
                until=str(behind.until) if behind.until else None,
            )
            for behind in export.behind
        ],
        notes=_notes(export),
        source=str(export.location),
    )


def _moment(schema: Schema, boundary: Boundary) -> Moment:
    declared = schema.declared.get(boundary.release)
    return Moment(
        release=str(boundary.release),
        date=declared.date if declared else None,
        maybe_earlier=boundary.maybe_earlier,
        seen=str(boundary.seen) if boundary.seen else None,
        commit=boundary.commit,
        evidence=boundary.evidence.value if boundary.evidence else None,
        why=boundary.reason,
    )


def _printed(schema: Schema, entry: Entry, export: Export) -> list[PrintedForm]:
    return [
        PrintedForm(
            macro=via.macro,
            printf=f"{entry.key}={printf.partition('=')[2]}" if printf is not None else None,
            since=str(since) if since else None,
            until=str(until) if until else None,
        )
        for via in export.vias
        for printf, (since, until) in _forms(schema, via)
    ]


def _files(schema: Schema, export: Export) -> list[PrintingFile]:
    if export.is_out_of_tree:
        return []
    several = schema.files_of(export)
    found = []
    for files in several:
        archs = [name for name in files.archs or () if export.concerns(name)]
        for there in files.over(export.spans):
            moved = there.value.since
            is_moved = moved is not None and moved.release == there.since
            found.append(
                PrintingFile(
                    path=there.value.path,
                    archs=archs if len(several) > 1 else None,
                    since=str(there.since),
                    until=str(there.until) if there.until else None,
                    commit=moved.commit if moved and is_moved else None,
                    evidence=str(moved.evidence) if moved and is_moved and moved.evidence else None,
                )
            )
    return found


def _forms(schema: Schema, via: Via) -> Sequence[tuple[str | None, Bounds]]:
    """The printf formats of a macro with their bounds; None for a format that the schema does not
    have."""
    return schema.printfs(via) or [(None, via.bounds)]


def _debug_info(entry: Entry, export: Export) -> list[PrintedFact]:
    said = [
        PrintedFact(
            expression=render(fact.expression),
            archs=list(fact.archs) if fact.archs is not None else None,
            since=str(fact.since) if fact.since else None,
            until=str(fact.until) if fact.until else None,
        )
        for fact in export.debug_infos
    ]
    own = None if said else fact_of(entry.key, entry.kind)
    return (
        said
        if own is None
        else [PrintedFact(expression=render(own), archs=None, since=None, until=None)]
    )


def _notes(export: Export) -> list[Note]:
    quirks = [
        Note(
            kind=quirk.kind.value,
            releases=[f"{since}..{until or ''}" for since, until in quirk.ranges],
            text=quirk.text,
        )
        for quirk in export.quirks
    ]
    changes = [
        Note(kind="changed", releases=[f"{change.boundary.release}.."], text=change.text)
        for change in export.changes
    ]
    return quirks + changes
