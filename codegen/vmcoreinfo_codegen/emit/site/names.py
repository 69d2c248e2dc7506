# SPDX-License-Identifier: MIT
"""Kconfig symbols, names in the kernel source and commits, each with its keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from ...core.release import Release
from ...model import Entry, Evidence
from ...model.behind import NameIndex, Standing
from ...query.changes import Event
from ..description import history
from ..product import Product
from . import links
from .events import TITLES
from .facts import Facts
from .page import few_lines, lines, links_of, page, quiet, row, table


@dataclass
class Commit:
    """A commit, the events that it caused, and the source files to which it moved keys."""

    name: str
    release: Release
    evidence: str | None
    events: list[Event] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


def products(facts: Facts) -> list[Product]:
    return [_config(facts), _names(facts), _commits(facts)]


def commits(facts: Facts) -> list[Commit]:
    """All commits in the order of their releases, the newest first."""
    found: dict[str, Commit] = {}

    def known(name: str, release: Release, evidence: Evidence | None) -> Commit:
        return found.setdefault(name, Commit(name, release, evidence.value if evidence else None))

    for events in facts.events.values():
        for event in events:
            boundary = event.boundary
            if boundary is not None and boundary.commit is not None:
                known(boundary.commit, event.release, boundary.evidence).events.append(event)
    for files in facts.schema.kernel_files:
        for file in files.files:
            since = file.since
            if since is not None and since.commit is not None:
                known(since.commit, since.release, since.evidence).paths.append(file.path)
    return sorted(found.values(), key=lambda one: one.release.opening, reverse=True)


def standing(facts: Facts) -> dict[str, Sequence[Standing]]:
    """Names behind entries, and names that tools have built in."""
    index = NameIndex(facts.schema)
    return {name: index.entries(name) for name in sorted(index.names)}


def _config(facts: Facts) -> Product:
    place = "config.html"
    to = links_of(facts.schema, place)
    decided: dict[str, list[str]] = {}
    for arch in facts.schema.architectures:
        for name in arch.config:
            decided.setdefault(name, []).append(arch.name)
    rows = []
    for name, entries in facts.by_condition.items():
        always = decided.get(name, [])
        note = quiet(f"always enabled on {facts.fold(always)}") if always else ""
        under: dict[str, list[str]] = {}
        for entry in entries:
            under.setdefault(_under(entry, name), []).append(entry.key)
        keys = few_lines((to.many(several) + quiet(said) for said, several in under.items()), 2)
        rows.append(row([Markup("<code>{}</code>").format(name), keys, note], name))
    heads = ["Symbol", "Keys that depend on it", "Set by the architecture"]
    context = {
        "title": "Kconfig symbols",
        "text": "Kernel configuration symbols that determine whether a key is exported.",
        "table": table("Kconfig symbols", heads, rows),
    }
    return page(facts.schema, "listing", place, "Kconfig symbols", context)


def _under(entry: Entry, name: str) -> str:
    """The conditions with a symbol, if an entry depends on more than that symbol."""
    said = dict.fromkeys(
        str(condition) + bounds
        for export in entry.exports
        for condition, bounds in history(export)
        if name in condition.names() and str(condition) + bounds != name
    )
    shown = [*list(said)[:2], *([f"and {len(said) - 2} more"] if len(said) > 2 else [])]
    return f" ({'; '.join(shown)})" if said else ""


def _names(facts: Facts) -> Product:
    place = "names.html"
    to = links_of(facts.schema, place)
    index = NameIndex(facts.schema)
    rows = []
    for name in sorted(index.names):
        keys = dict.fromkeys(one.entry.key for one in index.entries(name))
        tools = dict.fromkeys(
            (copier.consumer.name, copier.need.purpose) for copier in index.copiers(name)
        )
        built = [
            to.to(links.tool_page(tool), tool) + " for " + to.purpose(tool, purpose)
            for tool, purpose in tools
        ]
        cells = [Markup("<code>{}</code>").format(name), to.many(keys), few_lines(built, 3)]
        rows.append(row(cells, name))
    context = {
        "title": "Kernel names",
        "text": "Structs, members, variables, enumerators and macros in the kernel's source that "
        "determine the meaning of a key, and the tools that have copied them.",
        "table": table("Kernel names", ["Name", "Keys", "Copied by"], rows),
    }
    return page(facts.schema, "listing", place, "Kernel names", context)


def _commits(facts: Facts) -> Product:
    place = "commits.html"
    to = links_of(facts.schema, place)
    rows = []
    for commit in commits(facts):
        told: dict[str, list[str]] = {}
        for event in commit.events:
            told.setdefault(TITLES[event.kind].lower(), []).append(event.key)
        what = [
            Markup("<b>{}</b>: ").format(kind) + to.many(dict.fromkeys(keys))
            for kind, keys in told.items()
        ]
        if commit.paths:
            paths = Markup(", ").join(map(Markup("<code>{}</code>").format, commit.paths))
            what.append(Markup("<b>moved keys to</b>: ") + paths)
        cells = [
            links.commit(commit.name, commit.evidence),
            to.kernel(str(commit.release)),
            lines(what),
        ]
        rows.append(row(cells, commit.name))
    context = {
        "title": "Commits",
        "text": "Kernel commits that added, removed or changed keys, or moved them to other source "
        "files, newest first. Commits marked (unverified) were not checked.",
        "table": table("Commits", ["Commit", "Release", "Changes"], rows),
    }
    return page(facts.schema, "listing", place, "Commits", context)
