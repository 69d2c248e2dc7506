# SPDX-License-Identifier: MIT
"""A page for each architecture: its own entries, the options it decides, and the tools for its
dumps.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from ...core.key import identifier_of
from ...core.release import Release
from ...model import Architecture, Entry
from ..description import describe_life, describe_span, describe_value, summary_of
from ..product import Product
from .bars import Bar, Part, chart
from .facts import Facts, told
from .folds import stretch
from .links import Links, arch_page, release_page, tool_page
from .page import lines, links_of, page, row, table, verdict


def products(facts: Facts) -> list[Product]:
    return [_index(facts), *(_page(facts, n) for n in range(len(facts.archs)))]


def _index(facts: Facts) -> Product:
    place = "architectures/index.html"
    to = links_of(facts.schema, place)
    rows = [
        row(
            [
                to.arch(arch.name),
                to.text(arch.doc),
                describe_span(arch.span),
                str(len(_own(facts, arch))) if _own(facts, arch) else "",
            ],
            arch.name,
        )
        for arch in facts.schema.architectures
    ]
    heads = ["Architecture", "Description", "Kernels", "Specific keys"]
    context = {
        "title": "Architectures",
        "text": "Most keys are exported by code that all architectures share.",
        "table": table("Architectures", heads, rows),
    }
    return page(facts.schema, "listing", place, "Architectures", context)


def _own(facts: Facts, arch: Architecture) -> list[Entry]:
    return [
        entry
        for entry in facts.schema.entries
        if any(export.archs is not None and arch.name in export.archs for export in entry.exports)
    ]


def _page(facts: Facts, number: int) -> Product:
    arch = facts.schema.architectures[number]
    place = arch_page(arch.name)
    to = links_of(facts.schema, place)
    releases = facts.schema.releases_of(arch)
    latest = releases[-1] if releases else None
    context = {
        "name": arch.name,
        "doc": to.text(arch.doc),
        "facts": [(name, values) for name, values in _facts(arch, to) if values],
        "own": table(
            f"Keys specific to {arch.name}",
            ["Key", "Exported", "Value", "Description"],
            [_own_row(facts, to, arch, entry) for entry in _own(facts, arch)],
        ),
        "decided": _decided(facts, to, number, latest),
        "tools": _tools(facts, to, arch),
        "latest": to.kernel(str(latest)) if latest else "",
        "count": _count(facts, arch, latest),
        "kernel": f"kernels/{latest}.html#exports" if latest else "",
    }
    return page(facts.schema, "architecture", place, f"{arch.name}: keys and tools", context)


def _count(facts: Facts, arch: Architecture, release: Release | None) -> int:
    return sum(1 for _ in facts.schema.predict(release, arch)) if release else 0


def _facts(arch: Architecture, to: Links) -> Iterator[tuple[str, list[Any]]]:
    code = Markup("<code>{}</code>").format
    yield "Kernels", [describe_span(arch.span)]
    yield "Aliases", [Markup(", ").join(map(code, arch.aliases))] if arch.aliases else []
    yield "Source", [code(f"arch/{arch.source}")]
    yield "Width", [f"{arch.bits} bits"]
    yield "Page sizes", [", ".join(f"{size // 1024} KiB" for size in arch.pages)]
    yield "Always enabled", [to.condition(" ".join(arch.config))] if arch.config else []
    yield "Configurable", [to.condition(" ".join(arch.optional))] if arch.optional else []


def _own_row(facts: Facts, to: Links, arch: Architecture, entry: Entry) -> dict[str, Any]:
    mine = next(e for e in entry.exports if e.archs is not None and arch.name in e.archs)
    return row(
        [
            to.key(entry.key),
            lines(describe_life_on(entry, arch.name)),
            describe_value(entry, mine),
            to.text(summary_of(mine)),
        ],
        identifier_of(entry.key),
    )


def describe_life_on(entry: Entry, arch: str) -> list[str]:
    """The spans of an entry on one architecture."""
    return [
        describe_span(span)
        for export in entry.exports
        if export.concerns(arch)
        for span in export.spans
    ] or describe_life(entry)


def _decided(facts: Facts, to: Links, number: int, latest: Release | None) -> dict[str, Any] | None:
    """Entries of shared code that differ in its newest kernel from most architectures."""
    if latest is None:
        return None
    here = facts.archs[number]
    column = facts.exported.points.index(latest)
    there = [n for n, one in enumerate(facts.schema.architectures) if one.existed_in(latest)]
    rows = []
    for entry in facts.schema.entries:
        if not any(export.archs is None for export in entry.exports):
            continue
        states = [facts.exported.at(entry.key, n, column) for n in there]
        mine = facts.exported.at(entry.key, number, column)
        usual = max(set(states), key=states.count)
        if mine != usual:
            cells = [to.key(entry.key), *(_state(to, one) for one in (mine, usual))]
            rows.append(row(cells, f"here-{identifier_of(entry.key)}"))
    heads = ["Key", f"On {here}", "On most architectures"]
    return table(f"Differences in Linux {latest}", heads, rows) if rows else None


def _state(to: Links, state: tuple[str, str] | None) -> Markup:
    if state is None:
        return Markup("not exported")
    condition, quirk = state
    found = Markup("if ") + to.condition(condition) if condition else Markup("always")
    return found + (Markup(' <span class="warn">{}</span>').format(quirk) if quirk else Markup())


def _tools(facts: Facts, to: Links, arch: Architecture) -> dict[str, Any]:
    """The newest release of each tool as a bar over kernels."""
    points = facts.releases
    bars = []
    for name, rows in facts.tool_runs.items():
        newest = rows[-1]
        runs = newest.runs.get(arch.name, [])
        if not runs or not newest.consumer.supports(arch.name, newest.release.release):
            continue
        release = str(newest.release.release)
        parts = [
            Part(
                facts.names.index(str(r.first)),
                facts.names.index(str(r.last)),
                f"v-{r.verdict.value}",
            )
            for r in runs
        ]
        last = runs[-1]
        text = lines(
            [
                Markup("{} {}").format(
                    stretch(str(last.first), str(last.last)), verdict(last.verdict, last.worked_out)
                ),
                *([to.purposes(name, last.purposes[:3])] if told(last).rank else []),
            ]
        )
        label = to.to(tool_page(name), name) + " " + to.to(release_page(name, release), release)
        bars.append(Bar(label, parts, text, f"tool-{name}"))
    return chart("Tool", "Newest kernels", points, bars)
