# SPDX-License-Identifier: MIT
"""The changes of all releases add up to what the schema predicts for each of them."""

from __future__ import annotations

import itertools

from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.model import Architecture, Schema
from vmcoreinfo_codegen.query.changes import Event, all_at, events


def touched(schema: Schema, event: Event) -> set[str]:
    """The architectures on which an event changed what is exported."""
    if event.archs is not None:
        return set(event.archs)
    return set(all_at(schema, event.release.opening)) - set(event.had)


def changed(schema: Schema, kind: str, branch: Release, arch: Architecture) -> set[str]:
    return {
        event.key
        for event in events(schema)
        if event.kind == kind
        and event.release.branch == branch
        and arch.name in touched(schema, event)
    }


def test_additions_and_removals_lead_from_each_release_to_the_next(schema: Schema) -> None:
    by_branch: dict[tuple[str, Release], list[Event]] = {}
    for event in events(schema):
        by_branch.setdefault((event.kind, event.release.branch), []).append(event)
    steps = itertools.pairwise(declared.release for declared in schema.releases)
    predicted = {
        (release, arch.name): {p.key for p in schema.predict(release, arch)}
        for release in schema.declared
        for arch in schema.architectures
    }
    wrong = []
    for old, new in steps:
        for arch in schema.architectures:
            if not (arch.existed_in(old) and arch.existed_in(new)):
                continue
            before, after = predicted[old, arch.name], predicted[new, arch.name]
            for kind, expected in (("added", after - before), ("removed", before - after)):
                told = {
                    event.key
                    for event in by_branch.get((kind, new), [])
                    if arch.name in touched(schema, event)
                }
                if told != expected:
                    wrong.append((kind, str(new), arch.name, told ^ expected))
    assert wrong == []


def test_what_changes_hands_is_neither_added_nor_removed(schema: Schema) -> None:
    release, key = Release.parse("6.9"), "NUMBER(VMALLOC_START)"
    arm64, x86_64 = schema.architecture("arm64"), schema.architecture("x86_64")
    assert arm64 and x86_64
    assert key in changed(schema, "moved", release, arm64)
    assert key not in changed(schema, "added", release, arm64)
    assert key not in changed(schema, "removed", release, arm64)
    assert key in changed(schema, "added", release, x86_64)


def test_an_entry_that_moved_may_be_lost_elsewhere(schema: Schema) -> None:
    release, key = Release.parse("4.10"), "NUMBER(KERNEL_IMAGE_SIZE)"
    lost = [e for e in events(schema) if e.kind == "removed" and e.key == key]
    assert [(event.release, event.archs) for event in lost] == [(release, ("i386",))]


def test_conditions_that_say_the_same_are_no_change(schema: Schema) -> None:
    steps = [str(e.release) for e in events(schema) if e.key == "CONFIG_PGTABLE_4"]
    assert steps == ["2.6.24", "4.1", "6.7"]
