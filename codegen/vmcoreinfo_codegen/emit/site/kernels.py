# SPDX-License-Identifier: MIT
"""A page for each mainline release: its exports, its changes, and the tools that support it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from markupsafe import Markup, escape

from ...compat.matrix import Run
from ...core.key import identifier_of
from ...core.release import Release
from ...model.schema import DeclaredRelease
from ...query.changes import Event
from ..description import by_section
from ..product import Product
from ..tables.consumers import ToolRuns
from .events import TITLES, event_text, repairs
from .facts import Facts
from .folds import folded
from .links import MOST, Links, kernel_page, release_page, slug, tool_page
from .page import lines, links_of, page, quiet, row, table, verdict

_MOST_PURPOSES = 3


def products(facts: Facts) -> list[Product]:
    return [_index(facts), *(_page(facts, place) for place in range(len(facts.releases)))]


def _index(facts: Facts) -> Product:
    place = "kernels/index.html"
    to = links_of(facts.schema, place)
    newest_first = list(reversed(facts.schema.releases))
    series = [
        {"major": major, "releases": [_listed(facts, to, one) for one in group]}
        for major, group in groupby(newest_first, key=lambda one: _major(one.release))
    ]
    vendors: dict[str, list[Any]] = {}
    for line in facts.schema.lines:
        vendors.setdefault(line.vendor, []).append(line)
    rows = [
        row(
            [
                to.kernel(line.name),
                to.kernel(str(line.base)) if line.base else "release in its name",
                to.text(line.doc),
            ],
            line.name,
        )
        for several in vendors.values()
        for line in several
    ]
    context = {
        "series": series,
        "vendors": table("Vendor kernels", ["Line", "Based on", "Description"], rows),
    }
    return page(facts.schema, "kernels", place, "Kernels", context)


def _major(release: Release) -> str:
    return str(release.mainline[0]) if release.mainline[0] > 2 else "2.6"


def _listed(facts: Facts, to: Links, one: DeclaredRelease) -> dict[str, Any]:
    count = len({event.key for event in facts.events.get(one.release, [])})
    return {
        "link": to.kernel(str(one.release)),
        "date": one.date,
        "longterm": one.longterm,
        "changes": f"{count} {'key' if count == 1 else 'keys'} changed" if count else "",
    }


def _page(facts: Facts, number: int) -> Product:
    release = facts.releases[number]
    declared = facts.schema.declared[release]
    name = str(release)
    place = kernel_page(name)
    to = links_of(facts.schema, place)
    before = facts.names[number - 1] if number else ""
    after = facts.names[number + 1] if number + 1 < len(facts.names) else ""
    archs = [arch for arch in facts.shown_archs if arch in facts.archs_in(release)]
    sections = list(_exports(facts, to, release))
    context = {
        "name": name,
        "date": declared.date,
        "longterm": declared.longterm,
        "before": to.kernel(before) if before else "",
        "after": to.kernel(after) if after else "",
        "count": sum(len(one["table"]["rows"]) for one in sections),
        "tools": list(_tools(facts, to, release, archs)),
        "changes": _changes(facts, to, release),
        "sections": sections,
        "archs": Markup(", ").join(map(to.arch, facts.archs_in(release))),
        "vendors": Markup(", ").join(
            to.kernel(line.name) for line in facts.schema.lines if line.base == release
        ),
        "compare": f"compare.html#kernel={before}&to={name}" if before else "",
    }
    return page(facts.schema, "kernel", place, f"Linux {name}: keys, changes, tools", context)


def _changes(facts: Facts, to: Links, release: Release) -> list[dict[str, Any]]:
    told: dict[str, dict[tuple[str, Markup], list[Event]]] = {}
    for event in facts.events.get(release, []):
        where = f"on {', '.join(event.archs)}" if event.archs else ""
        text = event_text(facts, to, event)
        told.setdefault(event.kind, {}).setdefault((where, text), []).append(event)
    sections = []
    for kind, title in TITLES.items():
        items = [
            _item(to, list(dict.fromkeys(event.key for event in several)), where, text)
            for (where, text), several in told.get(kind, {}).items()
        ]
        if kind == "quirk":
            items += repairs(facts, to, release)
        if items:
            sections.append({"title": title, "items": items})
    return sections


def _item(to: Links, keys: Sequence[str], where: str, text: Markup) -> Markup:
    """A text about entries; if they are many, it comes first, as their names are folded."""
    on = f" {where}" if where else ""
    if len(keys) > MOST:
        return Markup("{}{}{}: {}").format(text, on, f" ({len(keys)} keys)", to.many(keys))
    return to.keys(keys) + on + (Markup(": ") + text if text else "")


def _tools(
    facts: Facts, to: Links, release: Release, archs: Sequence[str]
) -> Iterator[dict[str, Any]]:
    for consumer in facts.schema.consumers:
        rows = facts.tool_runs[consumer.name]
        found = [(one, [facts.run_at(one, arch, release) for arch in archs]) for one in rows]
        shown = []
        for _, group in groupby(reversed(found), key=lambda one: [_state(run) for run in one[1]]):
            several = list(group)
            newest, runs = several[0]
            names = [str(one.release.release) for one, _ in reversed(several)]
            cells = [_cell(to, newest, run) for run in runs]
            shown.append(
                row([_named(to, consumer.name, names), *cells], f"{consumer.name}-{names[-1]}")
            )
        yield {
            "id": f"tool-{consumer.name}",
            "name": to.to(tool_page(consumer.name), consumer.name),
            "table": table(
                f"{consumer.name} on Linux {release}", ["Releases", *archs], shown, "plain arches"
            ),
        }


def _state(run: Run | None) -> object:
    return run and (run.verdict, run.worked_out, run.purposes)


def _named(to: Links, tool: str, names: Sequence[str]) -> Markup:
    newest = to.to(release_page(tool, names[-1]), names[-1])
    return newest if len(names) == 1 else escape(names[0]) + " to " + newest


def _cell(to: Links, row_: ToolRuns, run: Run | None) -> Markup:
    if run is None:
        return Markup()
    tool = row_.consumer.name
    found = escape(verdict(run.verdict, run.worked_out))
    if run.purposes:
        found += Markup("<br>") + to.purposes(tool, run.purposes[:_MOST_PURPOSES])
        more = len(run.purposes) - _MOST_PURPOSES
        if more > 0:
            name = str(row_.release.release)
            found += Markup(", ") + to.to(release_page(tool, name), f"{more} more")
    return found


def _exports(facts: Facts, to: Links, release: Release) -> Iterator[dict[str, Any]]:
    exported = facts.exported
    column = exported.points.index(release)
    there = [n for n, arch in enumerate(facts.schema.architectures) if arch.existed_in(release)]
    yield from export_tables(facts, to, there, column)


def export_tables(
    facts: Facts, to: Links, there: Sequence[int], column: int
) -> Iterator[dict[str, Any]]:
    """The exports of a kernel, by section of the schema."""
    names = [facts.archs[place] for place in there]
    for title, entries in by_section(facts.schema).items():
        rows = []
        for entry in entries:
            states: dict[tuple[str, str], list[str]] = {}
            for place, name in zip(there, names, strict=True):
                state = facts.exported.at(entry.key, place, column)
                if state is not None:
                    states.setdefault(state, []).append(name)
            if states:
                rows.append(_export_row(facts, to, entry.key, states, names))
        if rows:
            heads = ["Key", "Architectures", "Read by"]
            yield {"id": f"has-{slug(title)}", "title": title, "table": table(title, heads, rows)}


def _export_row(
    facts: Facts,
    to: Links,
    key: str,
    states: dict[tuple[str, str], list[str]],
    names: Sequence[str],
) -> dict[str, Any]:
    where = []
    for (condition, quirk), archs in states.items():
        text = escape(folded(archs, names))
        if condition:
            text += Markup(" if ") + to.condition(condition)
        if quirk:
            text += Markup(' <span class="warn">{}</span>').format(quirk)
        where.append(text)
    readers = dict.fromkeys(reader.consumer.name for reader in facts.readers.get(key, []))
    tools = Markup(", ").join(to.to(tool_page(name), name) for name in readers)
    return row([to.key(key), lines(where), tools or quiet("none")], identifier_of(key))
