# SPDX-License-Identifier: MIT
"""Where a key is in the sources of the kernel: the files that print it, and its identifier."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from markupsafe import Markup

from ...core.key import Kind, argument_of
from ...core.release import Release, contains
from ...model import Entry, Export, Schema
from ...query.interface.kernels import ExplainedExport
from .links import FILES, NAMES, commit
from .page import bounds


def printed_in(schema: Schema, export: Export, told: ExplainedExport) -> Iterator[Markup]:
    """Links to the files that print the key, the newest first, each in its last release that does."""
    for file in reversed(told.files):
        since = Release.parse(file.since)
        until = Release.parse(file.until) if file.until else None
        there = [
            release
            for release in _exporting(schema, export)
            if contains(since, until, release.moment)
        ]
        shown = Markup("<code>{}</code>").format(file.path)
        if there:
            address = FILES.format(release=there[-1], path=quote(file.path))
            shown = Markup('<a href="{}">{}</a>').format(address, shown)
        archs = f" on {', '.join(file.archs)}" if file.archs is not None else ""
        moved = Markup(", commit ") + commit(file.commit, file.evidence) if file.commit else ""
        yield shown + archs + bounds(file.since, file.until) + moved


def _exporting(schema: Schema, export: Export) -> list[Release]:
    """The mainline releases that export the key, in order."""
    return [one.release for one in schema.releases if export.contains(one.release)]


def identifier(
    schema: Schema, entry: Entry, export: Export, told: ExplainedExport
) -> Iterator[Markup]:
    """Link to the source of the key's name, in the newest mainline release that exports it."""
    releases = _exporting(schema, export)
    if not releases or export.is_out_of_tree:
        return
    # A bare key is not a name in the kernel source.
    name = told.printed[-1].macro if entry.kind is Kind.BARE else argument_of(entry.key)
    yield Markup('<a href="{}"><code>{}</code> in {}</a>').format(
        NAMES.format(release=max(releases), name=name.partition(".")[0]),
        name.partition(".")[0],
        max(releases),
    )
