# SPDX-License-Identifier: MIT
"""Describes spans, conditions and doubt, the same in all tables and pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from ..core.condition import ALWAYS, NEVER, Condition, Known
from ..core.release import Release
from ..model import Boundary, Entry, Evidence, Export, Quirk, QuirkKind, Schema, Span
from ..model.timeline import Segment

SEVERAL = "Several architectures"
"""The section of entries that several architectures export, each with its own code."""

# Literal names in a text: keys, members of structs, and other names with `_` in them.
_LITERAL = re.compile(
    r"`[^`]+`"
    r"|(?:SYMBOL|SIZE|OFFSET|LENGTH|NUMBER)\([^()\s=]*\)"
    r"|\bstruct (?:page|folio|zone|log|\w+_\w+)\b"
    r"|(?<![\w.])(?!x86_64\b)(?=\w*[._]\w)[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:\[\w+\])?"
)


def pieces(text: str) -> list[tuple[bool, str]]:
    """A text split into (is it literal, part), for any markup."""
    found: list[tuple[bool, str]] = []
    end = 0
    for match in _LITERAL.finditer(text):
        if match.start() > end:
            found.append((False, text[end : match.start()]))
        part = match[0].strip("`")
        # Two in a row are joined, as no markup allows one mark to follow another directly.
        if found and found[-1][0]:
            part = found.pop()[1] + part
        found.append((True, part))
        end = match.end()
    if end < len(text):
        found.append((False, text[end:]))
    return found


def listed(words: Sequence[str]) -> str:
    """`a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def describe_archs(archs: Iterable[str] | None, everywhere: str = "all") -> str:
    return everywhere if archs is None else ", ".join(archs)


def describe_branch(release: Release) -> str:
    """The stable branch of a release: `6.6.y`."""
    return f"{release.branch}.y"


def describe_boundary(boundary: Boundary) -> str:
    """`3.10`, `<=2.6.24`, `3.10 (seen only in 3.10.4)`."""
    text = f"<={boundary.release}" if boundary.maybe_earlier else str(boundary.release)
    return f"{text} ({seen})" if (seen := describe_seen(boundary)) else text


def describe_range(since: Release, until: Release | None) -> str:
    """The releases in which a quirk applies."""
    if until is None:
        return f"since {since}"
    if since.is_stable and not until.is_stable:
        return f"from {since} to the end of {describe_branch(since)}"
    return f"from {since} until {until}"


def describe_quirk(quirk: Quirk) -> str:
    return "printed twice" if quirk.kind is QuirkKind.DUPLICATE else str(quirk.kind)


def describe_seen(boundary: Boundary) -> str:
    return f"seen only in {boundary.seen}" if boundary.seen else ""


def describe_span(span: Span) -> str:
    """`since 3.10 until 6.9`, with doubt and backports."""
    text = f"since {describe_boundary(span.since)}"
    if span.until:
        text += f" until {describe_boundary(span.until)}"
    for backport in span.backports:
        text += f"; {describe_branch(backport.release)} since {describe_boundary(backport)}"
    return text


def describe_life(entry: Entry) -> list[str]:
    """One line for each set of architectures and span: `arm64: since 5.18 until 6.9`."""
    return [
        describe_span(span)
        if _is_alone(entry)
        else f"{describe_archs(export.archs)}: {describe_span(span)}"
        for export in entry.exports
        for span in export.spans
    ]


def _is_alone(entry: Entry) -> bool:
    return all(export.archs is None for export in entry.exports)


def describe_evidence(boundary: Boundary) -> str:
    """Empty if the commit was looked up."""
    if boundary.evidence in (None, Evidence.CHECKED):
        return ""
    return str(boundary.evidence)


def history(export: Export, known: Known | None = None) -> list[tuple[Condition, str]]:
    """Each condition, with the bounds that differ from those of the entry, such as ` since 5.14`.

    The bounds are empty if there is only one condition.
    """
    segments = export.conditions(known)
    return [
        (segment.value, _bounds(segment, place == 0, place == len(segments) - 1))
        for place, segment in enumerate(segments)
    ]


def _bounds(segment: Segment[Any], is_first: bool, is_last: bool) -> str:
    since = "" if is_first else f" since {segment.since}"
    return since if is_last else f"{since} until {segment.until}"


def formats_of(entry: Entry, export: Export) -> str:
    """`hex`, or `signed until 6.15; 0x-hex since 6.15`."""
    found = entry.formats_over(export)
    return "; ".join(
        f"{segment.value}{_bounds(segment, place == 0, place == len(found) - 1)}"
        for place, segment in enumerate(found)
    )


def describe_value(entry: Entry, export: Export) -> str:
    """Format and unit: `hex, address`."""
    formats = formats_of(entry, export)
    return f"{formats}, {export.unit}" if export.unit else formats


def describe_values(entry: Entry) -> str:
    """Format and unit of all exports, with their architectures if they differ."""
    found = {export.archs: describe_value(entry, export) for export in entry.exports}
    if len(set(found.values())) == 1:
        return describe_value(entry, entry.exports[0])
    return "; ".join(f"{describe_archs(archs)}: {value}" for archs, value in found.items())


def describe_condition(condition: Condition) -> str:
    constants: dict[Condition, str] = {ALWAYS: "always", NEVER: "never"}
    return constants.get(condition, str(condition))


def summary_of(export: Export) -> str:
    """The first sentence of the doc."""
    head, stop, _ = export.doc.partition(". ")
    return head + "." if stop else export.doc


def summaries_of(entry: Entry) -> list[tuple[str, str]]:
    """(architectures in words, summary): one, unless architectures have different meanings."""
    generic = [export for export in entry.exports if export.archs is None]
    if generic or len(entry.exports) == 1:
        return [("", summary_of((generic or entry.exports)[0]))]
    return [(f"{describe_archs(e.archs)}: ", summary_of(e)) for e in entry.exports]


def section_of(entry: Entry) -> str:
    """The section of an entry in a table by section; `SEVERAL` if it is in several."""
    generic = [export.section for export in entry.exports if export.archs is None]
    sections = list(dict.fromkeys(generic or [export.section for export in entry.exports]))
    return sections[0] if len(sections) == 1 else SEVERAL


def by_section(schema: Schema) -> dict[str, list[Entry]]:
    """Entries by section, sections in the order of the schema, those of several last."""
    grouped: dict[str, list[Entry]] = {}
    for entry in schema.entries:
        grouped.setdefault(section_of(entry), []).append(entry)
    several = grouped.pop(SEVERAL, [])
    return {**grouped, **({SEVERAL: several} if several else {})}


def exports_by_section(schema: Schema) -> dict[str, list[tuple[Entry, Export]]]:
    """Every export under its own section, sections in the order of the schema."""
    order = dict.fromkeys(entry.exports[0].section for entry in schema.entries)
    grouped: dict[str, list[tuple[Entry, Export]]] = {title: [] for title in order}
    for entry in schema.entries:
        for export in entry.exports:
            grouped.setdefault(export.section, []).append((entry, export))
    return grouped
