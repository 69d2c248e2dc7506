# SPDX-License-Identifier: MIT
"""The keys that each release of a tool reads, according to its tags, compared with the needs in the
schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..core.tool import ToolRelease
from ..model import Schema
from ..model.consumer import Consumer
from ..tool.reading import ToolReading
from .history import tag_spans
from .interface.tools import ToolHistory, ToolLife, ToolTag
from .tool_reads import Where, needed_by, read_where


@dataclass(frozen=True)
class TaggedReads:
    """The keys that a tag reads, with architectures."""

    tag: str
    release: ToolRelease
    reads: Mapping[str, Where]
    not_understood: int = 0

    @classmethod
    def of(cls, tag: str, release: ToolRelease, reading: ToolReading) -> TaggedReads:
        return cls(tag, release, read_where(reading.reads), len(reading.not_understood))


def tool_history(
    schema: Schema, consumer: Consumer, tagged: Iterable[TaggedReads], repository: str
) -> ToolHistory:
    """The keys that each tag added and removed, and the life of each key; tags are in order."""
    walked = list(tagged)
    tags = []
    before: Mapping[str, Where] = {}
    for one in walked:
        tags.append(
            ToolTag(
                tag=one.tag,
                release=str(one.release),
                came=_over(one.reads, before),
                went=_over(before, one.reads),
                not_understood=one.not_understood,
            )
        )
        before = one.reads
    return ToolHistory(
        tool=consumer.name,
        repository=repository,
        tags=tags,
        entries=tool_lives(schema, consumer, walked),
    )


def _over(one: Mapping[str, Where], other: Mapping[str, Where]) -> list[str]:
    """Keys in the first and not in the second, with architectures if only those differ."""
    found = []
    for key, archs in one.items():
        if key not in other:
            found.append(key if archs is None else f"{key} on {' '.join(sorted(archs))}")
            continue
        known = other[key]
        more = archs - known if archs is not None and known is not None else None
        if more:
            found.append(f"{key} on {' '.join(sorted(more))}")
    return found


def tool_lives(schema: Schema, consumer: Consumer, walked: Sequence[TaggedReads]) -> list[ToolLife]:
    """For each key, the tags that read it, and those for which the schema has it in a need."""
    needed = [
        {key: one.archs for key, one in needed_by(consumer, tagged.release).items()}
        for tagged in walked
    ]
    reads = [tagged.reads for tagged in walked]
    passed = set(consumer.passed_keys)
    keys = dict.fromkeys(key for held in (*reads, *needed) for key in held if key not in passed)
    names = [tagged.tag for tagged in walked]
    found = []
    for key in keys:
        groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
        for arch in _architectures(key, needed, reads):
            seen = tuple(tag for tag, held in zip(names, reads) if _has(held, key, arch))
            said = tuple(tag for tag, held in zip(names, needed) if _has(held, key, arch))
            groups.setdefault((seen, said), []).append(arch or "")
        for (seen, said), archs in groups.items():
            found.append(
                ToolLife(
                    key=key,
                    archs=archs if archs != [""] else None,
                    seen=tag_spans(names, seen),
                    in_schema=tag_spans(names, said),
                    differs=[tag for tag in names if (tag in seen) != (tag in said)],
                )
            )
    order = {entry.key: place for place, entry in enumerate(schema.entries)}
    return sorted(found, key=lambda e: (order.get(e.key, len(order)), e.key, e.archs or []))


def _architectures(
    key: str, needed: Sequence[Mapping[str, Where]], reads: Sequence[Mapping[str, Where]]
) -> Sequence[str | None]:
    """The architectures on which a key has a life of its own; None for all together."""
    found = [where for one in (*needed, *reads) if (where := one.get(key))]
    is_needed_on_all = any(one[key] is None for one in needed if key in one)
    is_needed = any(key in one for one in needed)
    is_read_on_all = any(one[key] is None for one in reads if key in one)
    if is_needed_on_all or (not is_needed and is_read_on_all):
        return [None]
    return sorted(frozenset[str]().union(*found))


def _has(held: Mapping[str, Where], key: str, arch: str | None) -> bool:
    if key not in held:
        return False
    where = held[key]
    return arch is None or where is None or arch in where
