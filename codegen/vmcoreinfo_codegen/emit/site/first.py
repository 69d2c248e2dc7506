# SPDX-License-Identifier: MIT
"""The first page: a kernel and a tool lead to the answer, through two lists or, without scripts,
links.
"""

from __future__ import annotations

from typing import Any

from markupsafe import escape

from ...core.release import Release
from ..product import Product
from .facts import Facts
from .links import Links, release_page, tool_page
from .page import SECTIONS, links_of, page, row, table, verdict
from .tool_releases import ToolReleases

PLACE = "index.html"
_KERNELS = 7


def product(facts: Facts, of_tools: dict[str, ToolReleases]) -> Product:
    schema = facts.schema
    to = links_of(schema, PLACE)
    context = {
        "kernels": kernel_groups(facts),
        "tools": tool_groups(facts),
        "archs": facts.shown_archs + [n for n in facts.archs if n not in facts.shown_archs],
        "glances": [_glance(facts, to, of_tools, arch) for arch in facts.shown_archs[:2]],
        "entries": len(schema.entries),
        "first": facts.names[0],
        "latest": str(schema.latest),
        "counts": {
            "kernels": len(schema.releases),
            "lines": len(schema.lines),
            "tools": len(schema.consumers),
            "releases": sum(len(one.releases) for one in schema.consumers),
            "archs": len(schema.architectures),
            "derivations": len(schema.derivations),
        },
        "places": dict(SECTIONS),
    }
    scripts = ("assets/answer.js", "assets/first.js")
    return page(schema, "first", PLACE, "Which dump tools support your kernel", context, scripts)


def kernel_groups(facts: Facts) -> list[dict[str, Any]]:
    """The kernels with verdicts, the newest first."""
    newest_first = reversed(facts.schema.releases)
    groups = [
        {
            "label": "Mainline",
            "names": [(str(one.release), f"{one.release} ({one.date})") for one in newest_first],
        }
    ]
    for line in facts.judged_lines:
        names = [line.name_of(build) for build in reversed(line.builds)]
        groups.append({"label": f"{line.name} ({line.base})", "names": [(n, n) for n in names]})
    return groups


def tool_groups(facts: Facts) -> list[dict[str, Any]]:
    return [
        {
            "label": consumer.name,
            "names": [f"{consumer.name} {one.release}" for one in reversed(consumer.releases)],
        }
        for consumer in facts.schema.consumers
    ]


def _glance(
    facts: Facts, to: Links, of_tools: dict[str, ToolReleases], arch: str
) -> dict[str, Any]:
    """The newest release of each tool on commonly used kernels."""
    kernels = _kernels(facts)
    rows = []
    for name, found in facts.tool_runs.items():
        newest = found[-1]
        release = str(newest.release.release)
        if not newest.consumer.supports(arch, newest.release.release):
            continue
        cells: list[object] = [
            to.to(tool_page(name), name) + " " + to.to(release_page(name, release), release)
        ]
        for kernel in kernels:
            run = facts.run_at(newest, arch, kernel)
            if run is None:
                cells.append("")
                continue
            id_ = of_tools[name].id(release, arch, run)
            badge = escape(verdict(run.verdict))
            cells.append(to.to(f"{release_page(name, release)}#{id_}", badge))
        rows.append(row(cells, f"{arch}-{name}"))
    heads = ["Tool", *map(str, kernels)]
    return {
        "arch": to.arch(arch),
        "table": table(f"Newest tool releases on {arch}", heads, rows, "plain dense"),
    }


def _kernels(facts: Facts) -> list[Release]:
    longterm = [one.release for one in facts.schema.releases if one.longterm]
    chosen = dict.fromkeys([facts.schema.latest, *reversed(longterm)])
    return list(chosen)[:_KERNELS]
