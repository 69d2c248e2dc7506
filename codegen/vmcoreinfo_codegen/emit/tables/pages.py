# SPDX-License-Identifier: MIT
"""The contents of the Markdown pages: every entry, removed entries, and each architecture."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...core.condition import NEVER, Condition
from ...core.release import overlap
from ...model import Architecture, Boundary, Entry, Export, Schema
from ...model.timeline import Segment
from ...query.changes import Event, events
from ..description import (
    by_section,
    describe_archs,
    describe_boundary,
    describe_life,
    describe_span,
    describe_value,
    describe_values,
    summaries_of,
    summary_of,
)
from .markdown import (
    code,
    codes,
    commit,
    condition_lines,
    escaped,
    heading,
    paragraph,
    prose,
    table,
)

Page = dict[str, Any]


def entries_page(schema: Schema) -> Page:
    heads = ["Key", "Kind", "Value", "Exported", "Condition", "Replaced by", "Summary"]
    return {
        "entries": len(schema.entries),
        "first_release": str(schema.releases[0].release),
        "latest_release": str(schema.latest),
        "sections": [
            {
                "title": heading(title),
                "table": table(heads, [_entry_row(entry) for entry in entries]),
            }
            for title, entries in by_section(schema).items()
        ],
    }


def _entry_row(entry: Entry) -> list[str | list[str]]:
    return [
        code(entry.key),
        entry.kind.value,
        describe_values(entry),
        describe_life(entry),
        _conditions(entry),
        [code(key) for key in entry.replaced_by],
        [archs + prose(text) for archs, text in summaries_of(entry)],
    ]


def _conditions(entry: Entry) -> list[str]:
    lines = {export.archs: condition_lines(export) for export in entry.exports}
    if len({tuple(found) for found in lines.values()}) == 1:
        return condition_lines(entry.exports[0])
    return [f"{describe_archs(archs)}: {line}" for archs, found in lines.items() for line in found]


def removed_page(schema: Schema) -> Page:
    gone = [e for e in events(schema) if e.kind == "removed" and not _came_back(schema, e)]
    everywhere = [e for e in gone if schema.by_key[e.key].last]
    elsewhere = [e for e in gone if not schema.by_key[e.key].last]
    return {
        "latest_release": str(schema.latest),
        "count": len({event.key for event in everywhere}),
        "everywhere": _removed_table(schema, everywhere),
        "elsewhere": _removed_table(schema, elsewhere) if elsewhere else None,
    }


def _came_back(schema: Schema, event: Event) -> bool:
    """Whether the architectures that lost the entry export it again later."""
    later = [
        export
        for export in schema.by_key[event.key].exports
        for span in export.spans
        if span.since.release.opening > event.release.opening
    ]
    return any(export.archs is None or export.archs == event.archs for export in later)


def _removed_table(schema: Schema, gone: list[Event]) -> dict[str, Any]:
    heads = ["Key", "On", "Since", "Until", "Replaced by", "Why", "Commit"]
    newest_first = sorted(gone, key=lambda event: event.release.opening, reverse=True)
    return table(heads, [_removed_row(schema, event) for event in newest_first])


def _removed_row(schema: Schema, event: Event) -> list[str | list[str]]:
    boundary = event.boundary
    assert boundary is not None
    return [
        code(event.key),
        describe_archs(event.archs),
        describe_boundary(_origin(schema, event)),
        describe_boundary(boundary),
        codes(event.replaced_by),
        prose(event.text),
        commit(boundary),
    ]


def _origin(schema: Schema, event: Event) -> Boundary:
    """The start of the span that the event ended."""
    return next(
        span.since
        for export in schema.by_key[event.key].exports
        for span in export.spans
        if span.until is event.boundary
    )


def generic_page(schema: Schema) -> Page:
    heads = ["Key", "Value", "Exported", "Condition"]
    sections = [
        {"title": heading(title), "table": table(heads, rows)}
        for title, entries in by_section(schema).items()
        if (rows := [_generic_row(e, x) for e in entries for x in e.exports if x.archs is None])
    ]
    owners = architectures_with_entries(schema)
    plain = [arch for arch in schema.architectures if arch not in owners]
    return {
        "sections": sections,
        "owners": [_arch_row(schema, arch) for arch in owners],
        "plain": table(
            ["Architecture", "Kernels", f"Entries in {schema.latest}", "What it is"],
            [
                [code(a.name), describe_span(a.span), str(_count(schema, a)), prose(a.doc)]
                for a in plain
            ],
        ),
    }


def _generic_row(entry: Entry, export: Export) -> list[str | list[str]]:
    spans = [describe_span(span) for span in export.spans]
    return [code(entry.key), describe_value(entry, export), spans, condition_lines(export)]


def architectures_with_entries(schema: Schema) -> list[Architecture]:
    """The architectures that have their own page."""
    named = {name for export in schema.exports() for name in export.archs or ()}
    return [arch for arch in schema.architectures if arch.name in named]


def _arch_row(schema: Schema, arch: Architecture) -> dict[str, Any]:
    return {"name": arch.name, "doc": escaped(arch.doc), "entries": _count(schema, arch)}


def _count(schema: Schema, arch: Architecture) -> int:
    """Number of entries that the latest kernel can export on an architecture."""
    if not arch.existed_in(schema.latest):
        return 0
    return sum(1 for _ in schema.predict(schema.latest, arch))


def arch_page(schema: Schema, arch: Architecture) -> Page:
    owned = [e for e in schema.entries if any(_owns(arch, export) for export in e.exports)]
    own = [entry for entry in owned if _can_hold(schema, arch, entry)]
    own_heads = ["Key", "Value", "Exported", "Condition", "Replaced by", "Summary"]
    keys = {entry.key for entry in owned}
    others = [entry for entry in schema.entries if entry.key not in keys]
    rest = [(e, x) for e in others for x in e.exports if x.archs is None]
    there = [(e, x) for e, x in rest if _lives_on(arch, x)]
    other = [row for e, x in there if (row := _differs(schema, arch, e, x))]
    missed = [entry.key for entry, export in rest if not _lives_on(arch, export)]
    return {
        "name": arch.name,
        "doc": paragraph(arch.doc),
        "aliases": codes(arch.aliases),
        "kernels": describe_span(arch.span),
        "config": codes(arch.config),
        "optional": codes(arch.optional),
        "latest": str(schema.latest),
        "count": _count(schema, arch),
        "own": table(own_heads, [_own_row(schema, arch, entry) for entry in own]),
        "never": codes(entry.key for entry in owned if entry not in own),
        "generic": sum(_ever(x.conditions(schema.fixed_config(arch))) for _, x in there),
        "differs": table(["Key", "In general", f"On {arch.name}"], other) if other else None,
        "missed": codes(missed),
    }


def _owns(arch: Architecture, export: Export) -> bool:
    return export.archs is not None and arch.name in export.archs


def _can_hold(schema: Schema, arch: Architecture, entry: Entry) -> bool:
    """Whether the architecture allows a condition on which it exports an entry."""
    known = schema.fixed_config(arch)
    own = [export for export in entry.exports if _owns(arch, export)]
    return any(_ever(export.conditions(known)) for export in own)


def _ever(segments: Iterable[Segment[Condition]]) -> bool:
    return any(segment.value != NEVER for segment in segments)


def _lives_on(arch: Architecture, export: Export) -> bool:
    """Whether the export and the architecture were in the kernel at the same time."""
    life = export.first.release, export.last.release if export.last else None
    return overlap(life, arch.span.bounds)


def _own_row(schema: Schema, arch: Architecture, entry: Entry) -> list[str | list[str]]:
    exports = [export for export in entry.exports if export.concerns(arch.name)]
    mine = next(export for export in exports if _owns(arch, export))
    spans = [(span, _owns(arch, export)) for export in exports for span in export.spans]
    spans.sort(key=lambda found: found[0].since.release.opening)
    lives = [describe_span(span) + ("" if owned else " (generic code)") for span, owned in spans]
    known = schema.fixed_config(arch)
    return [
        code(entry.key),
        describe_value(entry, mine),
        lives,
        condition_lines(mine, known),
        codes(mine.replaced_by),
        prose(summary_of(mine)),
    ]


def _differs(
    schema: Schema, arch: Architecture, entry: Entry, export: Export
) -> list[str | list[str]] | None:
    """A row if the architecture decides a part of the condition while both are in the kernel."""
    known = schema.fixed_config(arch)
    general = [s for s in export.conditions() if _meets(arch, s)]
    here = [s for s in export.conditions(known) if _meets(arch, s)]
    if [s.value for s in general] == [s.value for s in here]:
        return None
    return [code(entry.key), condition_lines(export), condition_lines(export, known)]


def _meets(arch: Architecture, segment: Segment[Condition]) -> bool:
    return overlap(segment.bounds, arch.span.bounds)
