# SPDX-License-Identifier: MIT
"""A page for each tool: verdicts on its releases, what they read, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from ...core.expression import render
from ...model.consumer import Alternative, Consumer, Need
from ..product import Product
from .facts import Facts
from .helps import rescue_table
from .keys import releases_of
from .links import Links, release_page, slug, tool_page
from .matrix import matrices
from .page import few_lines, links_of, page, quiet, row, table, verdict
from .tool_releases import ToolReleases

_MOST_WAYS, _MOST_KEYS = 3, 4


def products(facts: Facts, of_tools: Mapping[str, ToolReleases]) -> list[Product]:
    found = [_index(facts)]
    for consumer in facts.schema.consumers:
        of_tool = of_tools[consumer.name]
        found += [_page(facts, consumer, of_tool), *of_tool.products()]
    return found


def _index(facts: Facts) -> Product:
    place = "tools/index.html"
    to = links_of(facts.schema, place)
    archs = facts.shown_archs
    latest = facts.schema.latest
    rows = []
    for consumer in facts.schema.consumers:
        newest = facts.tool_runs[consumer.name][-1]
        found = [facts.run_at(newest, arch, latest) for arch in archs]
        rows.append(
            row(
                [
                    to.to(tool_page(consumer.name), consumer.name)
                    + Markup("<br>")
                    + to.text(consumer.doc),
                    f"{newest.release.release}"
                    + (f" ({newest.release.date})" if newest.release.date else ""),
                    *(verdict(run.verdict, run.worked_out) if run else "" for run in found),
                ],
                consumer.name,
            )
        )
    heads = ["Tool", "Newest release", *archs]
    context = {
        "table": table(f"Newest tool releases on Linux {latest}", heads, rows),
        "latest": str(latest),
    }
    return page(facts.schema, "tools", place, "Tools", context)


def _page(facts: Facts, consumer: Consumer, of_tool: ToolReleases) -> Product:
    place = tool_page(consumer.name)
    to = links_of(facts.schema, place)
    rows = facts.tool_runs[consumer.name]
    context = {
        "name": consumer.name,
        "doc": to.text(consumer.doc),
        "url": consumer.url,
        "newest": str(rows[-1].release.release),
        "matrices": matrices(facts, rows, of_tool.address),
        "lines": [
            to.to(f"kernels/{line.name}.html#tool-{consumer.name}", line.name)
            for line in facts.judged_lines
        ],
        "releases": _releases(to, consumer),
        "purposes": _purposes(to, consumer),
        "commands": [(command.name, command.run) for command in consumer.commands],
        "level": any(command.has_level for command in consumer.commands),
        "rescue": rescue_table(to, of_tool.rescued) if of_tool.rescued else None,
        "shipped": _shipped(facts, consumer),
        "adapts": any(need.adaptations or need.removals for need in consumer.needs),
    }
    return page(facts.schema, "tool", place, f"{consumer.name}: supported kernels", context)


def _releases(to: Links, consumer: Consumer) -> list[dict[str, Any]]:
    """The releases, the newest first."""
    return [
        {
            "name": to.to(release_page(consumer.name, str(one.release)), str(one.release)),
            "id": f"r{one.release}",
            "date": one.date or "",
        }
        for one in reversed(consumer.releases)
    ]


def _purposes(to: Links, consumer: Consumer) -> dict[str, Any]:
    rows, seen = [], set()
    for need in consumer.needs:
        id_ = f"does-{slug(need.purpose)}"
        rows.append(_purpose_row(to, need, "" if id_ in seen else id_))
        seen.add(id_)
    heads = ["Purpose", "Keys", "If missing"]
    return table(f"Keys {consumer.name} reads, by purpose", heads, rows)


def _purpose_row(to: Links, need: Need, id_: str) -> dict[str, Any]:
    limits = []
    if need.archs:
        limits.append(f"on {', '.join(need.archs)}")
    if need.commands:
        limits.append(f"commands: {', '.join(need.commands)}")
    if need.kernels is not None:
        limits.append(f"kernels {releases_of(need.kernels.since, need.kernels.until)}")
    name = escape(need.purpose)
    for limit in limits:
        name += Markup("<br>") + quiet(limit)
    without = escape(verdict(need.verdict)) + " " + to.text(need.text)
    mended = [
        Markup("<br>")
        + quiet("adapt writes ")
        + to.key(one.key)
        + Markup(" = <code>{}</code>").format(render(one.expression))
        for one in need.adaptations
    ]
    for one in mended:
        without += one
    return row(
        [name, few_lines((_way(to, one) for one in need.alternatives), _MOST_WAYS), without], id_
    )


def _way(to: Links, way: Alternative) -> Markup:
    beside = [*(source.doc for source in way.of_dump), *way.others]
    if len(way.keys) > _MOST_KEYS:
        found = to.many(way.keys, _MOST_KEYS) + Markup("").join(
            Markup(" + {}").format(one) for one in beside
        )
    else:
        found = Markup(" + ").join([*map(to.key, way.keys), *beside])
    words = []
    if way.since or way.until:
        words.append(releases_of(way.since, way.until))
    if way.kernels is not None:
        words.append(f"correct for kernels {releases_of(way.kernels.since, way.kernels.until)}")
    return found + (quiet(f" ({'; '.join(words)})") if words else Markup())


def _shipped(facts: Facts, consumer: Consumer) -> list[str]:
    return [
        f"{distribution.name}: {one.release}"
        for distribution in facts.schema.distributions
        for one in distribution.ships
        if one.consumer == consumer.name
    ]
