# SPDX-License-Identifier: MIT
"""The lifetime of each entry according to a repository's tags, compared with the schema.

Entries have one life for mainline tags, and one for the tags of each vendor's line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..kernel.extract import Export, Extraction, exports_of
from ..model import Schema
from ..model.kernel import Kernel
from .interface.kernels import History, HistoryEntry, OtherFormat
from .tree_difference import prints_as

_Group = tuple[str, str, tuple[str, ...], tuple[str, ...], tuple[tuple[str, str, str], ...]]


@dataclass
class _Life:
    """The tags that print a key on one architecture, and those for which the schema has it.

    `otherwise` are the tags that print it in another format than the schema says, with both
    formats.
    """

    seen: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    otherwise: list[tuple[str, str, str]] = field(default_factory=list)


def history(
    schema: Schema, walked: Iterable[tuple[str, Kernel, Extraction]], repository: str
) -> History:
    """Lives over ordered tags; architectures with the same life are grouped."""
    tags: dict[str, list[str]] = {}
    lives: dict[tuple[str, str, str], _Life] = {}
    not_understood = 0
    for tag, kernel, extraction in walked:
        line = kernel.line.line.name if kernel.line is not None else ""
        tags.setdefault(line, []).append(tag)
        not_understood += len(extraction.not_understood)
        for arch in schema.architectures:
            is_there = arch.source in extraction.architectures and kernel.builds(arch)
            if not is_there or not arch.existed_in(kernel.release):
                continue
            printed: dict[str, Export] = {}
            for export, _ in exports_of(extraction, schema, arch):
                printed.setdefault(export.key, export)
            for key in printed:
                lives.setdefault((line, key, arch.name), _Life()).seen.append(tag)
            for prediction in kernel.schema.predict(kernel.release, arch):
                life = lives.setdefault((line, prediction.key, arch.name), _Life())
                life.expected.append(tag)
                seen = printed.get(prediction.key)
                if seen is not None and not prints_as(seen, prediction.format):
                    life.otherwise.append((tag, seen.format, prediction.format.value))
    return History(
        repository=repository,
        tags=[tag for some in tags.values() for tag in some],
        entries=_entries(schema, tags, lives),
        not_understood=not_understood,
    )


def _entries(
    schema: Schema, tags: dict[str, list[str]], lives: dict[tuple[str, str, str], _Life]
) -> list[HistoryEntry]:
    groups: dict[_Group, list[str]] = {}
    for (line, key, arch), life in lives.items():
        group = (line, key, tuple(life.seen), tuple(life.expected), tuple(life.otherwise))
        groups.setdefault(group, []).append(arch)
    order = {entry.key: place for place, entry in enumerate(schema.entries)}
    lines = list(tags)
    places = {tag: place for some in tags.values() for place, tag in enumerate(some)}
    found = [
        HistoryEntry(
            key=key,
            line=line or None,
            archs=archs,
            seen=tag_spans(tags[line], seen),
            in_schema=tag_spans(tags[line], expected),
            differs=sorted(
                set(seen) ^ set(expected) | {tag for tag, _, _ in otherwise},
                key=places.__getitem__,
            ),
            formats=[
                OtherFormat(tag=tag, seen=printed, in_schema=said)
                for tag, printed, said in otherwise
            ],
        )
        for (line, key, seen, expected, otherwise), archs in groups.items()
    ]
    return sorted(
        found,
        key=lambda e: (lines.index(e.line or ""), order.get(e.key, len(order)), e.key, e.archs),
    )


def tag_spans(tags: list[str], present: Iterable[str]) -> list[str]:
    """Runs of tags as `v6.1..v6.8`, both inclusive; a single tag as itself."""
    held = set(present)
    spans: list[list[str]] = []
    for before, tag in zip([None, *tags], tags, strict=False):
        if tag not in held:
            continue
        if before in held:
            spans[-1][1] = tag
        else:
            spans.append([tag, tag])
    return [first if first == last else f"{first}..{last}" for first, last in spans]
