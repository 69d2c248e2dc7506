# SPDX-License-Identifier: MIT
"""A page for each vendor's line: its releases, their changes, and the tools that support it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from markupsafe import Markup, escape

from ...compat.on_line import LineRun
from ...model.line import Line
from ...model.vocabulary import Verdict
from ...query.interface.kernels import LineChanged
from ...query.line_changes import line_changes
from ..product import Product
from ..tables.vendors import OnLine
from .facts import Facts, line_run_at
from .folds import stretch
from .kernels import export_tables
from .links import Links, kernel_page, release_page, tool_page
from .page import lines, links_of, page, quiet, row, table, verdict
from .tool_releases import line_id


def products(facts: Facts) -> list[Product]:
    return [_page(facts, line) for line in facts.schema.lines]


def build_id(line: Line, place: int) -> str:
    """The anchor of a release on the page of its line."""
    build = line.builds[place]
    return f"r{build.release or build.first}"


def _page(facts: Facts, line: Line) -> Product:
    place = kernel_page(line.name)
    to = links_of(facts.schema, place)
    changes = line_changes(facts.schema, line)
    judged = facts.line_runs.get(line.name, {})
    newest = _newest_column(facts, line)
    there = [
        n
        for n in range(len(facts.archs))
        if newest is not None and facts.exported.built(n, facts.exported.columns[newest])
    ]
    context = {
        "name": line.name,
        "doc": to.text(line.doc),
        "base": to.kernel(str(line.base)) if line.base else "",
        "follows_stable": line.follows_stable,
        "archs": Markup(", ").join(map(to.arch, line.archs or ())),
        "aliases": ", ".join(line.known_as[1:]),
        "names": [name.pattern for name in line.names],
        "read_of": Markup(", ").join(to.kernel(str(release)) for release in line.read_of),
        "builds": _builds(to, line, changes) if line.builds else None,
        "tools": [_tool(to, one) for one in judged.values()],
        "newest": line.name_of(line.builds[-1]) if newest is not None else "",
        "sections": list(export_tables(facts, to, there, newest)) if newest is not None else [],
        "distributions": list(_distributions(facts, to, line)),
    }
    return page(facts.schema, "line", place, f"{line.name} kernels: keys, changes, tools", context)


def _newest_column(facts: Facts, line: Line) -> int | None:
    columns = [n for n, column in enumerate(facts.exported.columns) if column.line is line]
    return columns[-1] if columns else None


def _builds(to: Links, line: Line, changes: Sequence[LineChanged]) -> dict[str, Any]:
    """The builds, newest first, each with its differences from the one before, or from the base."""
    rows = []
    for number, build in reversed(list(enumerate(line.builds))):
        own = [change for change in changes if change.build == str(build.first)]
        rows.append(
            row(
                [
                    build.release or f"build {build.first}",
                    build.date or "",
                    stretch(str(build.first), str(build.last)),
                    Markup("<br>").join(_changes(to, own)) or quiet("none"),
                ],
                build_id(line, number),
            )
        )
    heads = ["Release", "Date", "Builds checked", "Changes"]
    return table(f"Releases of {line.name}", heads, rows)


def _changes(to: Links, changes: Sequence[LineChanged]) -> Iterator[Markup]:
    """The changes, with entries that change alike in one line."""
    alike: dict[tuple[str, str, str, str], list[str]] = {}
    for one in changes:
        where = f" on {', '.join(one.archs)}" if one.archs is not None else ""
        asked = one.change, where, one.like or "", one.condition or ""
        alike.setdefault(asked, []).append(one.key)
    for (what, where, like, condition), keys in alike.items():
        text = Markup("<b>{}</b>{}").format(what, where)
        if like:
            text += Markup(", as in {}").format(to.kernel(like))
        if condition:
            text += Markup(", if ") + to.condition(condition)
        yield text + ": " + to.many(keys)


def _tool(to: Links, one: OnLine) -> dict[str, Any]:
    line, archs = one.there.line, list(one.there.by_arch)
    heads = ["Releases", *(_head(line, place) for place in range(len(line.builds)))]
    rows = []
    for by_arch, group in groupby(reversed(one.runs), key=lambda found: found[1]):
        names = [release for release, _ in group][::-1]
        newest = to.to(release_page(one.consumer.name, names[-1]), names[-1])
        name = newest if len(names) == 1 else escape(names[0]) + " to " + newest
        cells = [_cell(to, one, names[-1], by_arch, archs, n) for n in range(len(line.builds))]
        rows.append(row([name, *cells], f"{one.consumer.name}-{names[-1]}"))
    return {
        "id": f"tool-{one.consumer.name}",
        "name": to.to(tool_page(one.consumer.name), one.consumer.name),
        "table": table(f"{one.consumer.name} on {line.name}", heads, rows, "plain dense"),
    }


def _head(line: Line, place: int) -> str:
    return line.builds[place].release or str(line.builds[place].first)


def _cell(
    to: Links,
    one: OnLine,
    release: str,
    by_arch: Mapping[str, Sequence[LineRun]],
    archs: Sequence[str],
    place: int,
) -> Markup:
    """Each verdict on a release of the line, with its architectures."""
    runs = {arch: line_run_at(by_arch[arch], place) for arch in archs}
    alike: dict[tuple[Verdict, Verdict | None], list[tuple[str, LineRun]]] = {}
    for arch, run in runs.items():
        if run is not None:
            alike.setdefault((run.on.verdict, run.on.worked_out), []).append((arch, run))
    parts = []
    for (came, _), several in alike.items():
        _, run = several[0]
        same = [name for name, other in runs.items() if other == run]
        where = "" if len(alike) == 1 else quiet(f" {', '.join(name for name, _ in several)}")
        id_ = line_id(one.there.line.name, run, same)
        address = f"{release_page(one.consumer.name, release)}#{id_}"
        parts.append(to.to(address, escape(verdict(came))) + where)
    return lines(parts)


def _distributions(facts: Facts, to: Links, line: Line) -> Iterator[Markup]:
    for one in facts.schema.distributions:
        names = [name for name in one.kernels if _is_of(line, name)]
        if names:
            ships = ", ".join(f"{tool.consumer} {tool.release}" for tool in one.ships)
            yield Markup("{}: {}, with {}").format(one.name, ", ".join(names), ships)


def _is_of(line: Line, name: str) -> bool:
    return line.read(name) is not None or any(name.startswith(one) for one in line.known_as)
