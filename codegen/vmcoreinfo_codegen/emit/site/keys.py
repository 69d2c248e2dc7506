# SPDX-License-Identifier: MIT
"""A page for each key: its meaning, where it is exported, who reads it, and its history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from markupsafe import Markup, escape

from ...core.key import identifier_of
from ...core.release import Release
from ...model import Entry, Export
from ...model.consumer import Alternative
from ...model.vocabulary import Unit, Verdict
from ...query.explanation import explanation
from ...query.interface.kernels import CopiedNames, ExplainedExport, Explanation, Moment
from ..description import (
    by_section,
    describe_archs,
    describe_condition,
    describe_life,
    formats_of,
    history,
    summaries_of,
)
from ..product import Product
from . import links, sources
from .bars import Bar, Part, chart
from .exports import mainline_only
from .facts import Facts, Reader
from .links import Links, key_pages
from .page import bounds, few_lines, lines, links_of, page, quiet, row, table, verdict
from .vendors import vendor_rows


def products(facts: Facts) -> list[Product]:
    found = [_index(facts)]
    found += [_page(facts, entry) for entry in facts.schema.entries]
    return found


def _index(facts: Facts) -> Product:
    place = "keys/index.html"
    to = links_of(facts.schema, place)
    sections = []
    for title, entries in by_section(facts.schema).items():
        rows = [_index_row(facts, to, entry) for entry in entries]
        heads = ["Key", "Exported", "Use instead", "Description"]
        sections.append(
            {"id": links.slug(title), "title": title, "table": table(title, heads, rows)}
        )
    context = {
        "count": len(facts.schema.entries),
        "first": facts.names[0],
        "latest": facts.names[-1],
        "sections": sections,
    }
    return page(facts.schema, "keys", place, "All keys", context)


def _index_row(facts: Facts, to: Links, entry: Entry) -> dict[str, Any]:
    replaced = to.keys(entry.replaced_by)
    cells = [
        to.key(entry.key),
        few_lines(describe_life(entry)),
        replaced,
        lines(archs + to.text(text) for archs, text in summaries_of(entry)),
    ]
    return row(cells, identifier_of(entry.key))


def _page(facts: Facts, entry: Entry) -> Product:
    place = key_pages(facts.schema)[entry.key]
    to = links_of(facts.schema, place)
    told = explanation(facts.schema, entry)
    context = {
        "key": entry.key,
        "status": status(facts, to, entry),
        "docs": _docs(to, entry),
        "absent": [to.text(export.absent) for export in entry.exports if export.absent],
        "chart": _chart(facts, to, entry),
        "vendors": vendor_rows(facts, to, entry.key),
        "readers": _readers(facts, to, entry.key),
        "facts": _facts(facts, to, entry, told),
        "history": list(_history(to, entry, told)),
        "related": _related(to, told),
        "derivations": [to.derivation(name) for name in told.derivations],
        "copied": _copied(to, told.copied),
    }
    return page(facts.schema, "key", place, entry.key, context)


def status(facts: Facts, to: Links, entry: Entry) -> Markup:
    """One sentence: whether the newest kernel exports the entry, and if not, what replaces it."""
    schema, latest = facts.schema, facts.schema.latest
    if entry.is_out_of_tree:
        return Markup("No mainline release exports it; some vendor kernels do.")
    if entry.last is not None:
        gone = Markup("Removed in {}").format(to.kernel(str(entry.last.release)))
        instead = to.keys(entry.replaced_by)
        return gone + (Markup("; use {}.").format(instead) if instead else "; no replacement.")
    here = [
        arch.name
        for arch in schema.architectures
        if arch.existed_in(latest) and schema.predict_entry(entry, latest, arch) is not None
    ]
    if not here:
        return Markup("Not exported by Linux {} on any architecture.").format(
            to.kernel(str(latest))
        )
    folded = facts.fold_in(here, latest)
    where = "all architectures" if folded == "all" else folded
    return Markup("Exported by Linux {} on {}.").format(to.kernel(str(latest)), where)


def _docs(to: Links, entry: Entry) -> list[Markup]:
    said: dict[str, list[str]] = {}
    for export in entry.exports:
        if export.doc:
            said.setdefault(export.doc, []).append(_where(export.archs))
    alone = len(said) == 1
    return [
        (Markup() if alone else Markup("<strong>{}:</strong> ").format(", ".join(wheres)))
        + to.text(doc)
        for doc, wheres in said.items()
    ]


def _where(archs: Sequence[str] | None) -> str:
    return describe_archs(archs, "All architectures")


def _chart(facts: Facts, to: Links, entry: Entry) -> dict[str, Any]:
    exported = facts.exported
    count = len(exported.points)
    bars = []
    for places, runs in exported.runs[entry.key]:
        born = min(exported.lives[place][0] for place in places)
        died = max(exported.lives[place][1] for place in places)
        clipped = [
            (max(run[0], born), min(run[1], died), run[2], run[3])
            for run in mainline_only(runs, count)
        ]
        shown = [run for run in clipped if run[0] <= run[1]]
        parts = [
            Part(first, last, "spoilt" if quirk else "maybe" if condition else "there")
            for first, last, condition, quirk in shown
        ]
        if parts:
            names = facts.fold([facts.archs[place] for place in places])
            bars.append(Bar(names, parts, lines(_stretch(facts, to, *run) for run in shown)))
    return chart("Architectures", "Kernels", exported.points, bars)


def _stretch(facts: Facts, to: Links, start: int, end: int, condition: int, quirk: int) -> Markup:
    exported = facts.exported
    found = escape(_span(exported.points, start, end))
    if condition:
        found += Markup(" if ") + to.condition(exported.texts[condition])
    if quirk:
        found += Markup(' <span class="warn">{}</span>').format(exported.texts[quirk])
    return found


def _span(points: Sequence[Release], start: int, end: int) -> str:
    """`3.10 to 6.8`, `since 6.9`; the end is a branch if all its later updates are included."""
    if end == len(points) - 1:
        return f"since {points[start]}"
    is_whole = not points[end + 1].is_stable
    last = str(points[end].branch if is_whole else points[end])
    return last if str(points[start]) == last else f"{points[start]} to {last}"


def _readers(facts: Facts, to: Links, key: str) -> dict[str, Any] | None:
    grouped: dict[tuple[str, str], list[Reader]] = {}
    for reader in facts.readers.get(key, []):
        asked = reader.consumer.name, reader.need.purpose
        grouped.setdefault(asked, []).append(reader)
    if not grouped:
        return None
    rows = [_reader_row(to, key, several) for several in grouped.values()]
    heads = ["Tool", "Purpose", "Releases", "If missing"]
    return table(f"Tools that read {key}", heads, rows)


def _reader_row(to: Links, key: str, several: Sequence[Reader]) -> dict[str, Any]:
    consumer, need = several[0].consumer, several[0].need
    others = [
        one for one in need.alternatives if key not in one.keys and (one.keys or one.is_beside_note)
    ]
    ways = [
        Markup(" + ").join(
            [*map(to.key, one.keys), *(source.doc for source in one.of_dump), *one.others]
        )
        for one in others
    ]
    without = [verdict(need.verdict).__html__() + " " + to.text(need.text)]
    if ways:
        known = lines([quiet("alternatives, in some releases:"), *dict.fromkeys(ways)])
        without.append(known)
    where = quiet(f" on {', '.join(need.archs)}") if need.archs else Markup()
    cells = [
        to.to(links.tool_page(consumer.name), consumer.name),
        to.purpose(consumer.name, need.purpose) + where,
        _releases_with([one.alternative for one in several]),
        lines(without),
    ]
    return row(cells, f"read-{links.slug(consumer.name)}-{links.slug(need.purpose)}")


def _releases_with(ways: Sequence[Alternative]) -> str:
    """The releases that know any of several alternatives."""
    firsts = [way.since for way in ways]
    lasts = [way.until for way in ways]
    return releases_of(
        None if None in firsts else min(one for one in firsts if one is not None),
        None if None in lasts else max(one for one in lasts if one is not None),
    )


def releases_of(since: object, until: object) -> str:
    if since is None and until is None:
        return "all"
    words = [f"since {since}" if since else "", f"until {until}" if until else ""]
    return " ".join(filter(None, words))


def _facts(
    facts: Facts, to: Links, entry: Entry, told: Explanation
) -> list[tuple[str, list[Markup]]]:
    """Facts of the exports: those that are the same once, others with their architectures."""
    found: dict[str, dict[tuple[Markup, ...], list[Export]]] = {}
    for export, its in zip(entry.exports, told.exports, strict=True):
        for name, values in _export_facts(facts, to, entry, export, its):
            if values:
                found.setdefault(name, {}).setdefault(tuple(values), []).append(export)
    return [
        (
            name,
            [
                (Markup() if len(alike) == 1 else _lead(facts, exports)) + value
                for values, exports in alike.items()
                for value in values
            ],
        )
        for name, alike in found.items()
    ]


def _lead(facts: Facts, exports: Sequence[Export]) -> Markup:
    archs = [name for export in exports for name in export.archs or ()]
    is_shared = any(export.archs is None for export in exports)
    return quiet("shared code: " if is_shared else f"{facts.fold(archs)}: ")


def _export_facts(
    facts: Facts, to: Links, entry: Entry, export: Export, told: ExplainedExport
) -> Iterator[tuple[str, list[Markup]]]:
    yield (
        "Condition",
        [
            (to.condition(str(one)) if one.names() else escape(describe_condition(one))) + bounds
            for one, bounds in history(export)
        ],
    )
    yield "Value", [_value(entry, export)]
    yield (
        "Type",
        [
            Markup("<code>{}</code>{}").format(said.type, bounds(said.since, said.until))
            for said in told.types
        ],
    )
    yield "Position", [escape("first member of its structure")] if told.first else []
    yield "Equals", [Markup("<code>{}</code>").format(told.equals)] if told.equals else []
    yield (
        "Printed as",
        [
            Markup("<code>{}</code> by <code>{}</code>{}").format(
                form.printf or entry.key, form.macro, bounds(form.since, form.until)
            )
            for form in told.printed
        ],
    )
    yield (
        "In debug information",
        [
            Markup("<code>{}</code>{}{}").format(
                fact.expression,
                f" on {', '.join(fact.archs)}" if fact.archs else "",
                bounds(fact.since, fact.until),
            )
            for fact in told.debug_info
        ],
    )
    yield (
        "Depends on",
        [
            Markup(", ").join(Markup("<code>{}</code>").format(name) for name in one.names)
            + bounds(one.since, one.until)
            for one in told.behind
        ],
    )
    yield "Printed in", list(sources.printed_in(facts.schema, export, told))
    yield "Identifier", list(sources.identifier(facts.schema, entry, export, told))
    yield "Section", [escape(export.section)]
    yield (
        "Schema",
        [Markup("<code>{}</code>").format(f"{export.location.path}:{export.location.line}")],
    )


def _value(entry: Entry, export: Export) -> Markup:
    docs = {str(printed.format): printed.format.doc for printed in entry.printed(export)}
    unit = f", {export.unit.value} ({export.unit.doc})" if isinstance(export.unit, Unit) else ""
    meaning = "; ".join(docs.values()).replace("`", "")
    return escape(f"{formats_of(entry, export)} ({meaning}){unit}")


def _history(to: Links, entry: Entry, told: Explanation) -> Iterator[dict[str, Any]]:
    """The history of the entry, for each export in the order of releases."""
    alone = len(entry.exports) == 1
    for export, its in zip(entry.exports, told.exports, strict=True):
        where = "" if alone else f"on {describe_archs(export.archs, 'all architectures')}"
        if its.out_of_tree:
            continue
        for life in its.lives:
            yield _event(to, "Added", life.since, where)
            for backport in life.backports:
                yield _event(to, "Backported", backport, where)
            if life.until is not None:
                yield _event(to, "Removed", life.until, where)
        for note in its.notes:
            what = "Changed meaning" if note.kind == "changed" else f"Quirk: {note.kind}"
            yield {
                "what": what,
                "when": ", ".join(map(_range, note.releases)),
                "where": where,
                "text": to.text(note.text),
                "commit": "",
            }


def _range(text: str) -> str:
    """`6.11.3..6.11.10` in words."""
    first, _, end = text.partition("..")
    return f"{first} until {end}" if end else f"since {first}"


def _event(to: Links, what: str, moment: Moment, where: str) -> dict[str, Any]:
    doubts = []
    if moment.maybe_earlier:
        doubts.append("or earlier")
    if moment.seen:
        doubts.append(f"verified only in the sources of {moment.seen}")
    date = f" ({moment.date})" if moment.date else ""
    when = to.kernel(moment.release) + date
    return {
        "what": what,
        "when": when + (f", {', '.join(doubts)}" if doubts else ""),
        "where": where,
        "text": to.text(moment.why),
        "commit": links.commit(moment.commit, moment.evidence) if moment.commit else "",
    }


def _related(to: Links, told: Explanation) -> list[tuple[str, Markup]]:
    found = []
    for what, several in (("Replaced by", told.replaced_by), ("Replaces", told.replaces)):
        for other in several:
            life = bounds(other.since, other.until).strip()
            text = to.key(other.key) + Markup(" ({}): ").format(life) + to.text(other.summary)
            found.append((what, text))
    return found


def _copied(to: Links, several: Sequence[CopiedNames]) -> list[dict[str, Any]]:
    """Copied names by tool; those with the same purpose and effect for the user are joined."""
    found: dict[str, dict[tuple[str, str, str], list[CopiedNames]]] = {}
    for one in several:
        asked = one.purpose, one.verdict, one.seen
        found.setdefault(one.consumer, {}).setdefault(asked, []).append(one)
    return [
        {
            "tool": to.to(links.tool_page(tool), tool),
            "rows": table(
                f"Definitions copied into {tool}",
                ["Purpose", "Names", "If the kernel changes them"],
                [
                    row(
                        [
                            to.purpose(tool, purpose),
                            few_lines(dict.fromkeys(map(_built_in, alike))),
                            escape(verdict(Verdict(came))) + " " + to.text(seen),
                        ]
                    )
                    for (purpose, came, seen), alike in by_purpose.items()
                ],
            ),
        }
        for tool, by_purpose in found.items()
    ]


def _built_in(one: CopiedNames) -> Markup:
    """The names, and the releases and kernels for which they count."""
    names = Markup(", ").join(Markup("<code>{}</code>").format(name) for name in one.names)
    kernels = bounds(one.kernels_since, one.kernels_until)
    limits = [
        f"releases {releases_of(one.since, one.until)}" if one.since or one.until else "",
        f"kernels{kernels}" if kernels else "",
        f"on {', '.join(one.archs)}" if one.archs else "",
    ]
    told = "; ".join(filter(None, limits))
    return names + (quiet(f" ({told})") if told else Markup())
