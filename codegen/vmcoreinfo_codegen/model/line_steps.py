# SPDX-License-Identifier: MIT
"""Changes between the builds of a line, by entry and architecture."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ..core.condition import Condition, equivalent
from ..core.release import Release
from ..record import Value, replace
from .architecture import Architecture
from .entry import Entry
from .kernel import schema_of
from .line import InLine, Line, LineBuild, LineChange
from .of_line import of_line
from .schema import Schema
from .timeline import in_force
from .vocabulary import Format


class LineState(Value):
    """How a build exports an entry on one architecture."""

    condition: Condition
    format: Format
    form: str
    meanings: tuple[str, ...]
    quirks: tuple[str, ...]
    behind: tuple[str, ...]

    def is_as(self, other: LineState | None) -> bool:
        """Whether both export the entry in the same way, even if their conditions are written
        differently."""
        return (
            other is not None
            and self.told == other.told
            and equivalent(self.condition, other.condition)
        )

    @property
    def told(self) -> tuple[object, ...]:
        """Everything but the condition."""
        return self.format, self.form, self.meanings, self.quirks, self.behind


class LineStep(Value):
    """The effect of one change of a build on an entry, on architectures with the same effect.

    A state of None means that the entry is not exported. `archs` None means all that the line has.
    `is_newer` says that the line now has the entry as another mainline release does, which tools
    may depend on.
    """

    line: Line
    build: LineBuild
    change: LineChange
    key: str
    archs: tuple[str, ...] | None
    before: LineState | None
    after: LineState | None
    is_newer: bool

    @property
    def is_change(self) -> bool:
        """Whether anything differs from the builds before."""
        if self.after is None:
            return self.before is not None
        return not self.after.is_as(self.before)


def keys_of(line: Line) -> frozenset[str]:
    """The entries that any build of a line changes."""
    return frozenset(
        key for build in line.builds for change in build.changes for key in change.keys
    )


def architectures_of(schema: Schema, line: Line) -> list[Architecture]:
    """The architectures that the vendor builds and that exist in the base."""
    return [
        arch
        for arch in schema.architectures
        if (line.archs is None or arch.name in line.archs)
        and (line.base is None or arch.existed_in(line.base))
    ]


def line_steps(schema: Schema, line: Line, keys: Collection[str] | None = None) -> list[LineStep]:
    """The effects of a line's changes, build by build, including changes without an effect.

    `keys` limits them to some entries, None means all.
    """
    wanted = keys_of(line) if keys is None else keys_of(line).intersection(keys)
    if line.base is None or not wanted:
        return []
    entries = [entry for entry in schema.entries if entry.key in wanted]
    # Without `keys`, the whole schema for each build may be cached already.
    part = replace(schema, entries=tuple(entries)) if keys is not None else None
    archs = architectures_of(schema, line)
    states: _States = {
        (entry.key, arch.name): _state(schema, entry, line.base, arch)
        for entry in entries
        for arch in archs
    }
    likes: Mapping[str, Release] = {}
    found: list[LineStep] = []
    for build in line.builds:
        changed = {key for change in build.changes for key in change.keys}
        if not wanted & changed:
            continue
        kernel = InLine(line, line.base, False, build.first, "")
        there = of_line(part, kernel) if part is not None else schema_of(schema, kernel)
        after = states | {
            (entry.key, arch.name): _state(schema, entry, line.base, arch)
            for entry in there.entries
            if entry.key in changed
            for arch in archs
        }
        newer = {key for key, like in there.likes if likes.get(key) != like}
        found += _steps(line, build, [arch.name for arch in archs], (states, after), newer)
        states, likes = after, dict(there.likes)
    return found


_States = dict[tuple[str, str], LineState | None]


def _steps(
    line: Line,
    build: LineBuild,
    archs: Sequence[str],
    states: tuple[_States, _States],
    newer: Collection[str],
) -> Iterator[LineStep]:
    """If several changes of a build concern an architecture, the last one counts."""
    before, after = states
    told = [(change, key) for change in build.changes for key in change.keys]
    last = {(key, arch): change for change, key in told for arch in archs if change.concerns(arch)}
    for change, key in told:
        grouped: dict[tuple[LineState | None, LineState | None], list[str]] = {}
        for arch in archs:
            if last.get((key, arch)) is change and (key, arch) in after:
                grouped.setdefault((before[key, arch], after[key, arch]), []).append(arch)
        for (was, becomes), here in grouped.items():
            where = None if len(here) == len(archs) else tuple(here)
            yield LineStep(line, build, change, key, where, was, becomes, key in newer)


def _state(schema: Schema, entry: Entry, release: Release, arch: Architecture) -> LineState | None:
    found = schema.predict_entry(entry, release, arch)
    if found is None:
        return None
    export, moment = found.export, release.moment
    return LineState(
        condition=found.condition,
        format=found.format,
        form=schema.form(export, release),
        meanings=tuple(change.text for change in export.changed_by(moment)),
        quirks=tuple(quirk.text for quirk in export.quirks if quirk.applies(release, arch.name)),
        behind=tuple(name for one in in_force(export.behind, moment) for name in one.names),
    )
