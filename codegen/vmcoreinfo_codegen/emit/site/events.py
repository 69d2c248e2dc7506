# SPDX-License-Identifier: MIT
"""The changes of a release, in words."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from ...core.release import Release
from ...query.changes import Event
from ..description import (
    describe_branch,
    describe_quirk,
    describe_range,
    describe_seen,
    listed,
    summary_of,
)
from .facts import Facts
from .links import Links

TITLES = {
    "added": "Added",
    "removed": "Removed",
    "moved": "Moved to other code",
    "meaning": "Changed meaning",
    "condition": "Changed condition",
    "format": "Changed format",
    "printed": "Changed printed form",
    "backport": "Added by a stable release",
    "quirk": "Quirks",
}


def event_text(facts: Facts, to: Links, event: Event) -> Markup:
    """The change of an entry, its reason, and its commit."""
    parts = [_what(facts, to, event)]
    boundary = event.boundary
    if boundary is not None:
        if boundary.commit is not None:
            parts.append(Markup("commit ") + to.commit(boundary))
        parts.append(Markup("{}").format(describe_seen(boundary)))
        if boundary.maybe_earlier and not boundary.release.is_stable:
            parts.append(Markup("possibly earlier"))
    return Markup("; ").join(part for part in parts if part)


def _what(facts: Facts, to: Links, event: Event) -> Markup:
    match event.kind:
        case "added":
            had = f"already exported on {listed(event.had)}" if event.had else ""
            return Markup("; ").join(filter(None, [_summary(facts, to, event), Markup(had)]))
        case "removed":
            instead = Markup("use ") + to.keys(event.replaced_by) if event.replaced_by else ""
            return Markup("; ").join(filter(None, [to.text(event.text), instead]))
        case "moved":
            return to.text(event.boundary.reason) if event.boundary else Markup()
        case "meaning":
            return to.text(event.text)
        case "condition":
            return _if(to, event.new) + ", was " + _if(to, event.old)
        case "format" | "printed":
            form = Markup("now <code>{}</code>, was <code>{}</code>")
            return form.format(event.new, event.old)
        case "backport":
            return Markup("in {} since {}").format(describe_branch(event.release), event.release)
        case "quirk":
            assert event.quirk is not None
            return Markup("{} {}: {}").format(
                describe_quirk(event.quirk),
                describe_range(event.release, event.until),
                to.text(event.quirk.text),
            )
    raise AssertionError(event.kind)


def _summary(facts: Facts, to: Links, event: Event) -> Markup:
    for export in facts.schema.by_key[event.key].exports:
        if any(span.since is event.boundary for span in export.spans):
            return to.text(summary_of(export).removesuffix("."))
    return Markup()


def _if(to: Links, condition: str) -> Markup:
    return Markup("if ") + to.condition(condition) if condition else Markup("always")


def repairs(facts: Facts, to: Links, release: Release) -> Iterator[Markup]:
    """The quirks that a mainline release ended."""
    for entry in facts.schema.entries:
        for quirk in (quirk for export in entry.exports for quirk in export.quirks):
            for since, until in quirk.ranges:
                if until is not None and until.branch == release and not since.is_stable:
                    yield (
                        to.key(entry.key)
                        + f": no longer {describe_quirk(quirk)} (it was since {since})"
                    )
