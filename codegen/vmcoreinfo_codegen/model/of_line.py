# SPDX-License-Identifier: MIT
"""The schema for a vendor's kernel: entries as its line has them, starting at the base.

It answers questions about the line's base in the way in which the schema answers those about a
mainline release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..core.release import Release
from ..record import replace
from .base import Boundary, Span
from .entry import Behind, Change, DebugInfo, Dependency, Entry, Export, Printed, Quirk, Via
from .line import InLine, LineBuild, LineChange
from .schema import Schema
from .timeline import holds, in_force

_FIRST = Release.parse("2.6.24")
_Told = Sequence[tuple[LineBuild, LineChange]]


def of_line(schema: Schema, kernel: InLine) -> Schema:
    """The schema with the changes of a kernel's line up to its build."""
    told: dict[str, list[tuple[LineBuild, LineChange]]] = {}
    commits: dict[str, bool] = {}
    for build in kernel.line.until(kernel.build):
        commits |= {**dict.fromkeys(build.lacks, False), **dict.fromkeys(build.has, True)}
        for change in build.changes:
            for key in change.keys:
                told.setdefault(key, []).append((build, change))
    for build in kernel.line.builds:
        # If a later build lacks a commit, earlier builds lacked it too.
        for commit in build.lacks:
            commits.setdefault(commit, False)
    until = _until(schema, kernel)
    if not told and until is None:
        return schema
    return replace(
        schema,
        entries=tuple(_entries(schema, kernel, told)) if told else schema.entries,
        likes=tuple(_likes(told)),
        commits=tuple(commits.items()),
        backported_until=until,
    )


def _likes(told: Mapping[str, _Told]) -> Iterator[tuple[str, Release]]:
    """For keys that are like those of a mainline release on some architectures: that release."""
    for key, changes in told.items():
        releases = [change.like for _, change in changes if change.like is not None]
        if releases:
            yield key, max(releases)


def _until(schema: Schema, kernel: InLine) -> Release | None:
    """The newest mainline release from which a kernel may have backports; None for a line that
    follows it.

    If the date of the vendor's release is known, that is the newest release of that day: later
    builds of the same release only get fixes.
    """
    if not kernel.line.builds:
        return None
    own = kernel.line.at(kernel.build)
    day = own.date if own is not None else None
    there = [one.release for one in schema.releases if day is None or one.date <= day]
    return there[-1] if there else None


def _entries(schema: Schema, kernel: InLine, told: Mapping[str, _Told]) -> Iterator[Entry]:
    names = [arch.name for arch in schema.architectures]
    for entry in schema.entries:
        changes = told.get(entry.key)
        if changes is None:
            yield entry
            continue
        # If several changes concern an architecture, the last one counts.
        by_change: dict[int, tuple[LineBuild, LineChange, list[str]]] = {}
        for name in names:
            here = [number for number, (_, one) in enumerate(changes) if one.concerns(name)]
            if here:
                by_change.setdefault(here[-1], (*changes[here[-1]], []))[2].append(name)
        changed = {name for _, _, archs in by_change.values() for name in archs}
        exports = list(_without(entry.exports, changed, names))
        for build, change, archs in by_change.values():
            exports += _exports(schema, entry, kernel, build, change, archs)
        # An entry that is not exported anywhere keeps its history, which `explain` needs.
        yield replace(entry, exports=tuple(exports or _ended(entry, kernel, changes)))


def _without(exports: Iterable[Export], archs: set[str], names: Sequence[str]) -> Iterator[Export]:
    """The exports on the other architectures."""
    for export in exports:
        left = tuple(n for n in export.archs or names if n not in archs)
        if left:
            yield export if left == export.archs else replace(export, archs=left)


def _exports(
    schema: Schema,
    entry: Entry,
    kernel: InLine,
    build: LineBuild,
    change: LineChange,
    archs: Sequence[str],
) -> Iterator[Export]:
    """The exports of an entry on some architectures after a change; none if the change removes
    it."""
    if change.gone:
        return
    if change.like is not None:
        for export in entry.exports:
            here = tuple(name for name in archs if export.concerns(name))
            if here and export.contains(change.like):
                yield _as_of(entry, export, here, change.like, _since(kernel, build, export))
        return
    # No release exports it like that, so the most similar export supplies the rest.
    base = next((e for e in entry.exports if any(map(e.concerns, archs))), entry.exports[0])
    known = [span.since.release for span in base.spans]
    made = _as_of(entry, base, tuple(archs), min(known), _since(kernel, build, None))
    format_ = change.format or entry.format
    yield replace(
        made,
        formats=(Printed(format=format_),),
        dependencies=(Dependency(condition=change.condition),),
    )


def _as_of(
    entry: Entry, export: Export, archs: tuple[str, ...], like: Release, since: Boundary
) -> Export:
    """An export that has, from a boundary on, the properties it has in one mainline release."""
    moment = like.moment
    via = export.via(like)
    return replace(
        export,
        archs=archs,
        spans=(Span(since=since),),
        formats=(Printed(format=entry.format_of(export, like)),),
        vias=(Via(macro=via.macro, printf=via.printf),) if via else (),
        dependencies=(Dependency(condition=export.condition(like)),),
        debug_infos=tuple(
            DebugInfo(expression=one.expression, archs=one.archs)
            for one in in_force(export.debug_infos, moment)
        ),
        behind=tuple(
            Behind(names=one.names, location=one.location)
            for one in export.behind
            if holds(one, moment)
        ),
        quirks=tuple(_lasting(export.quirks, like, since.release)),
        changes=tuple(_changed(export.changed_by(moment), since)),
    )


def _lasting(quirks: Iterable[Quirk], like: Release, since: Release) -> Iterator[Quirk]:
    for quirk in quirks:
        if quirk.applies(like, None):
            yield replace(quirk, ranges=((since, None),))


def _changed(changes: Iterable[Change], since: Boundary) -> Iterator[Change]:
    """Changes of meaning in a kernel that got all of them at once."""
    for change in changes:
        yield replace(
            change, boundary=replace(change.boundary, release=since.release, build=since.build)
        )


def _since(kernel: InLine, build: LineBuild, export: Export | None) -> Boundary:
    """The boundary at which a line got an entry: its base, with the commit of the mainline
    export."""
    return Boundary(
        release=Release(kernel.release.mainline),
        commit=export.first.commit if export is not None else None,
        evidence=export.first.evidence if export is not None else None,
        build=_called(kernel, build),
        location=build.location,
    )


def _called(kernel: InLine, build: LineBuild) -> str:
    line = kernel.line
    release = f" {build.release}" if build.release else ""
    return f"{line.name}{release} (build {build.first})"


def _ended(entry: Entry, kernel: InLine, told: _Told) -> Iterator[Export]:
    """Exports that ended at the base of a line, because of a mainline or vendor's change."""
    build, change = told[-1]
    by = entry.last if change.like is not None else None
    end = Boundary(
        release=Release(kernel.release.mainline),
        commit=by.commit if by is not None else None,
        evidence=by.evidence if by is not None else None,
        build=_called(kernel, build),
        location=change.location,
    )
    for export in entry.exports:
        yield replace(export, spans=(Span(since=replace(end, release=_FIRST), until=end),))
