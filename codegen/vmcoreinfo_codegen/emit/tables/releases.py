# SPDX-License-Identifier: MIT
"""The changes of each release, as items of a page; the newest release first."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

from ...core.release import Release
from ...model import Boundary, Schema
from ...query.changes import Event, events
from ..description import (
    describe_branch,
    describe_quirk,
    describe_range,
    describe_seen,
    listed,
    summary_of,
)
from .markdown import code, codes, commit, prose

Item = dict[str, str]
Dated = tuple[str, Release, Item]

_TITLES = {
    "added": "Added",
    "removed": "Removed",
    "moved": "Exported by other code",
    "meaning": "Changed meaning",
    "condition": "Changed condition",
    "format": "Changed format",
    "printed": "Changed printed form",
    "backport": "Added by a stable release",
    "quirk": "Quirks",
    "architecture": "Architectures",
}


def releases_page(schema: Schema) -> dict[str, Any]:
    by_branch: dict[Release, dict[str, list[Item]]] = {}
    for kind, release, item in [*_changes(schema), *_repairs(schema), *_architectures(schema)]:
        by_branch.setdefault(release.branch, {}).setdefault(kind, []).append(item)
    changed = [declared for declared in schema.releases if declared.release in by_branch]
    quiet = [declared.release not in by_branch for declared in schema.releases]
    return {
        "first_release": str(schema.releases[0].release),
        "latest_release": str(schema.latest),
        "unchanged": _runs([str(d.release) for d in schema.releases], quiet),
        "unchanged_count": sum(quiet),
        "releases": [
            {
                "name": str(declared.release),
                "date": declared.date,
                "sections": [
                    {"title": title, "items": by_branch[declared.release][kind]}
                    for kind, title in _TITLES.items()
                    if kind in by_branch[declared.release]
                ],
            }
            for declared in reversed(changed)
        ],
    }


def _runs(names: Sequence[str], chosen: Sequence[bool]) -> str:
    """The chosen names; three or more successive ones as `3.0 to 3.2`."""
    runs: list[list[str]] = [[]]
    for name, is_chosen in zip(names, chosen):
        if is_chosen:
            runs[-1].append(name)
        elif runs[-1]:
            runs.append([])
    parts = [part for run in runs for part in ([f"{run[0]} to {run[-1]}"] if len(run) > 2 else run)]
    return listed(parts)


def _changes(schema: Schema) -> Iterator[Dated]:
    """The events as items; those with the same text are joined."""
    grouped: dict[Hashable, list[Event]] = {}
    for event in events(schema):
        grouped.setdefault(_told_as_one(event), []).append(event)
    for group in grouped.values():
        yield group[0].kind, group[0].release, _item(schema, group)


def _repairs(schema: Schema) -> Iterator[Dated]:
    """The quirks that a later mainline release ended."""
    for entry in schema.entries:
        for quirk in (quirk for export in entry.exports for quirk in export.quirks):
            for since, until in quirk.ranges:
                if until is not None and not since.is_stable:
                    text = f"no longer {describe_quirk(quirk)} as it was since {since}"
                    yield "quirk", until, _plain_item(code(entry.key), text)


def _plain_item(keys: str, text: str, basis: str = "") -> Item:
    return {"keys": keys, "where": "", "text": text, "basis": basis}


def _told_as_one(event: Event) -> Hashable:
    boundary = event.boundary
    common = (event.kind, event.release, event.text, boundary and boundary.commit)
    match event.kind:
        case "added":
            return (*common, event.key)
        case "moved":
            return (*common, event.key, boundary and boundary.reason)
        case "quirk":
            return (*common, event.key, event.until)
    seen = boundary.seen if boundary else None
    return (*common, event.archs, event.old, event.new, event.replaced_by, seen)


def _item(schema: Schema, group: Sequence[Event]) -> Item:
    event = group[0]
    boundary = event.boundary
    archs = [name for e in group if e.archs for name in e.archs]
    item = {
        "keys": codes(dict.fromkeys(e.key for e in group)),
        "where": f" on {listed(list(dict.fromkeys(archs)))}" if archs else "",
        "text": _text(schema, event),
        "basis": _basis(boundary) if boundary else "",
    }
    if event.had:
        item["where"] = f" on all architectures; {listed(event.had)} had it before"
    return item


def _text(schema: Schema, event: Event) -> str:
    match event.kind:
        case "added":
            return _summary(schema, event)
        case "removed":
            instead = [code(key) for key in event.replaced_by]
            return "; ".join(
                filter(None, [prose(event.text), f"use {listed(instead)}" if instead else ""])
            )
        case "moved":
            return prose(event.boundary.reason) if event.boundary else ""
        case "meaning":
            return prose(event.text)
        case "condition":
            return f"{_if(event.new)}, before {_if(event.old)}"
        case "format" | "printed":
            return f"as {code(event.new)}, before as {code(event.old)}"
        case "backport":
            late = ", maybe earlier" if event.boundary and event.boundary.maybe_earlier else ""
            return f"in {describe_branch(event.release)} from {event.release} on{late}"
        case "quirk":
            return _quirk_text(event)
    raise AssertionError(event.kind)


def _if(condition: str) -> str:
    return f"if {code(condition)}" if condition else "always"


def _summary(schema: Schema, event: Event) -> str:
    for export in schema.by_key[event.key].exports:
        if any(span.since is event.boundary for span in export.spans):
            return prose(summary_of(export))
    return ""


def _quirk_text(event: Event) -> str:
    quirk = event.quirk
    assert quirk is not None
    return (
        f"{describe_quirk(quirk)} {describe_range(event.release, event.until)}: {prose(quirk.text)}"
    )


def _basis(boundary: Boundary) -> str:
    release = boundary.release
    words = [commit(boundary), describe_seen(boundary)]
    # The text of a backport names the stable release.
    if not release.is_stable:
        words.append("" if release == release.branch else f"in {release}")
        words.append("maybe earlier" if boundary.maybe_earlier else "")
    return ", ".join(filter(None, words))


def _architectures(schema: Schema) -> Iterator[Dated]:
    for arch in schema.architectures:
        since, until = arch.span.since, arch.span.until
        if since.is_certain:
            item = _plain_item(arch.name, f"new: {prose(arch.doc)}", _basis(since))
            yield "architecture", since.release, item
        if until:
            text = "was removed from the kernel, and its entries with it"
            yield "architecture", until.release, _plain_item(arch.name, text, _basis(until))
