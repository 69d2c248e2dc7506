# SPDX-License-Identifier: MIT
"""Tools that break when entries are removed, added or changed: every release of every consumer,
before and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..core.condition import ALWAYS, Condition, literals
from ..core.release import Release
from ..core.tool import NEXT, ToolRelease
from ..model import Architecture, Schema
from ..model.consumer import Consumer, Need
from ..model.vocabulary import Format, Verdict
from ..record import NOTHING, Value, replace
from .exports import Exports, predicted
from .judge import fixed_in, judge
from .parser_quirks import PURPOSE, parser_quirks


class Change(Value):
    """A change of entries on one architecture: those removed, with the condition, those added, the
    formats of added and changed ones, and entries whose values change their meaning.

    Something behind the `stirred` entries, and behind needs by their id(), changes: for these, the
    verdict on the next release is checked too.
    """

    arch: Architecture
    lost: Mapping[str, Condition]
    added: frozenset[str]
    formats: Mapping[str, Format] = NOTHING
    revalued: frozenset[str] = frozenset()
    stirred: frozenset[str] = frozenset()
    stirred_needs: frozenset[int] = frozenset()

    @property
    def touched(self) -> frozenset[str]:
        return frozenset(self.lost) | self.added | frozenset(self.formats) | self.revalued

    @property
    def removed(self) -> frozenset[str]:
        return frozenset(key for key, condition in self.lost.items() if condition == ALWAYS)


class Break(Value):
    """A purpose with a worse verdict, for some releases of a consumer on some architectures.

    `seen` is what its user sees. `fixed_in` is the first release that works after the change, None
    if none does; `releases` are those with the worse verdict, in order. `where` is the condition of
    the affected kernels, empty for all; `because` are the keys and names that cause it, `removed`
    those of the keys that are removed everywhere.
    """

    consumer: str
    purpose: str
    seen: str
    verdict: Verdict
    archs: tuple[str, ...]
    releases: tuple[ToolRelease, ...]
    fixed_in: ToolRelease | None
    where: str = ""
    because: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class Impact(Value):
    """The effect of a change."""

    base: Release
    removed: tuple[str, ...]
    added: tuple[str, ...]
    breaks: tuple[Break, ...]
    unused_after: tuple[str, ...]


def impact(
    schema: Schema, base: Release, changes: Iterable[Change], to: Release | None = None
) -> Impact:
    """The effect of changes to a kernel that is otherwise like the release `base`, and is called
    `to`."""
    all_changes = list(changes)
    found: dict[tuple[str, int, ToolRelease | None, str], Break] = {}
    kernels = [
        (change, case, case.touched(change), exports, case.kernels(exports, change, base))
        for change in all_changes
        if change.touched or change.stirred or change.stirred_needs
        for exports in (predicted(schema, base, change.arch),)
        for case in _cases(change)
    ]
    touched_at_all = frozenset[str]().union(*(touched for _, _, touched, _, _ in kernels))
    stirred_needs = frozenset[int]().union(*(change.stirred_needs for change in all_changes))
    # Evaluated again only for needs that the next release may change; most are the same in both.
    later: dict[int, _Kernels] = {}
    for consumer in schema.consumers:
        for need in consumer.needs:
            if touched_at_all.isdisjoint(need.keys) and id(need) not in stirred_needs:
                continue
            alike: list[tuple[ToolRelease, ...]] = []
            for change, case, touched_here, exports, changed in kernels:
                # Other keys don't affect the purpose.
                touched = touched_here.intersection(need.keys)
                is_stirred = id(need) in change.stirred_needs
                if not touched and not is_stirred:
                    continue
                # Added entries make nothing worse, and other changes of the next release are not
                # the patch's.
                if to is not None and (is_stirred or not touched <= change.added):
                    if id(case) not in later:
                        later[id(case)] = case.kernels(exports, change, to)
                    changed = later[id(case)]
                alike = alike or _alike(consumer, need)
                broken = _break(consumer, need, alike, change, case, changed, is_stirred)
                if broken is not None:
                    at = (consumer.name, id(need), broken.fixed_in, broken.where)
                    found[at] = _joined(found[at], broken) if at in found else broken
    read_otherwise = _read_otherwise(schema, all_changes)
    breaks = sorted([*found.values(), *read_otherwise], key=by_weight)
    return Impact(
        base,
        tuple(sorted({key for change in all_changes for key in change.removed})),
        tuple(sorted({key for change in all_changes for key in change.added})),
        tuple(breaks),
        # Added entries make no entry unused.
        _unused_after(schema, [changed[0] for change, _, _, _, changed in kernels if change.lost]),
    )


def by_weight(broken: Break) -> tuple[int, str, str, str]:
    """A sort key: the worst first."""
    return (-broken.verdict.rank, broken.consumer, broken.purpose, broken.where)


_BeforeAfter = tuple[Exports, Exports]
_Kernels = tuple[_BeforeAfter, _BeforeAfter]


class _Case(Value):
    """Kernels of one configuration: the entries they lose, and their known configuration."""

    lost: frozenset[str]
    config: Mapping[str, bool | int]
    where: str

    def touched(self, change: Change) -> frozenset[str]:
        # A case with a condition leaves out what holds everywhere, which the general case reports.
        return self.lost - change.removed if self.where else change.touched | change.stirred

    def kernels(self, exports: Exports, change: Change, to: Release) -> _Kernels:
        """Two kernels before and after: one with everything that a configuration may enable, and
        one with only the changed entries, so that alternatives are not assumed to be present."""
        exports = replace(exports, config={**(exports.config or {}), **self.config})

        def after(before: Exports) -> Exports:
            changed = before.changed(self.lost, change.added, change.formats)
            return replace(changed, revalued=change.revalued, release=to)

        narrow = exports.narrowed(self.lost | change.revalued | frozenset(change.formats))
        return (exports, after(exports)), (narrow, after(narrow))


def _cases(change: Change) -> list[_Case]:
    """All kernels, and those for each condition under which an entry is lost."""
    found = [_Case(change.removed, {}, "")]
    for condition in dict.fromkeys(change.lost.values()):
        if condition != ALWAYS:
            lost = {key for key, where in change.lost.items() if where == condition}
            found.append(_Case(change.removed | lost, literals(condition), str(condition)))
    return found


def _alike(consumer: Consumer, need: Need) -> list[tuple[ToolRelease, ...]]:
    """The releases of a tool, grouped by the alternatives that they know and the formats that they
    read."""
    found: dict[tuple[tuple[bool, ...], ...], list[ToolRelease]] = {}
    for release in sorted({r.release for r in consumer.releases} | {ToolRelease.parse(NEXT)}):
        reads = tuple(reading.is_of(release) for reading in consumer.readings)
        found.setdefault((need.known_to(release), reads), []).append(release)
    return [tuple(releases) for releases in found.values()]


def _break(
    consumer: Consumer,
    need: Need,
    alike: Iterable[tuple[ToolRelease, ...]],
    change: Change,
    case: _Case,
    kernels: Iterable[_BeforeAfter],
    is_stirred: bool,
) -> Break | None:
    """The worst of the kernels counts for each release.

    A change behind a need may create it: no kernel had it before.
    """
    worse: dict[ToolRelease, None] = {}
    verdict, worst_after = Verdict.OK, None
    arch = change.arch.name
    for known in alike:
        releases_alike = [release for release in known if consumer.supports(arch, release)]
        for before, after in kernels if releases_alike else ():
            was = judge(consumer, need, releases_alike[0], before)
            becomes = judge(consumer, need, releases_alike[0], after)
            if becomes is None or (was is None and not is_stirred):
                continue
            if becomes.verdict.rank <= (was.verdict if was else Verdict.OK).rank:
                continue
            worse.update(dict.fromkeys(releases_alike))
            if worst_after is None or becomes.verdict.rank > verdict.rank:
                verdict, worst_after = becomes.verdict, after
    if worst_after is None:
        return None
    releases = tuple(sorted(worse))
    return Break(
        consumer.name,
        need.purpose,
        need.seen(verdict),
        verdict,
        (change.arch.name,),
        releases,
        fixed_in(need, consumer, releases[-1], worst_after, verdict),
        case.where,
        tuple(key for key in need.keys if key in case.touched(change)),
        tuple(key for key in need.keys if key in change.removed),
    )


def _read_otherwise(schema: Schema, changes: list[Change]) -> list[Break]:
    """Parsers that misread a line with a new key: as another key, or not at all."""
    found = []
    for key in sorted({key for change in changes for key in change.added} - schema.by_key.keys()):
        archs = tuple(change.arch.name for change in changes if key in change.added)
        text = f"OSRELEASE=0\n{key}=0\n".encode()
        for consumer in schema.consumers:
            judged = [
                (release.release, met)
                for release in consumer.releases
                if (met := parser_quirks(consumer, release.release, text))
            ]
            if judged:
                worst = judged[-1][1][0]
                releases = tuple(sorted(release for release, _ in judged))
                seen = f"{key}: {worst.quirk.text}"
                verdict = worst.quirk.verdict
                found.append(
                    Break(
                        consumer.name, PURPOSE, seen, verdict, archs, releases, None, because=(key,)
                    )
                )
    return found


def _joined(first: Break, second: Break) -> Break:
    worst = max(first, second, key=lambda broken: broken.verdict.rank)
    return Break(
        first.consumer,
        first.purpose,
        worst.seen,
        worst.verdict,
        tuple(dict.fromkeys((*first.archs, *second.archs))),
        tuple(sorted({*first.releases, *second.releases})),
        first.fixed_in,
        first.where,
        tuple(dict.fromkeys((*first.because, *second.because))),
        tuple(dict.fromkeys((*first.removed, *second.removed))),
    )


def _unused_after(schema: Schema, before_after: list[_BeforeAfter]) -> tuple[str, ...]:
    """Entries that some release could use before, and none can use after.

    A release can use an entry if an alternative has all that it needs.
    """
    kernels = [(one.arch.name, one.possible, other.possible) for one, other in before_after]
    gone = frozenset[str]().union(*(had - has for _, had, has in kernels))
    ways = _ways(schema)
    # Removed entries affect only alternatives that need them.
    concerned = frozenset[str]().union(*(keys for _, keys in ways if keys & gone))
    asked = [(need, keys) for need, keys in ways if keys & concerned]
    before = {key for arch, had, _ in kernels for key in _used(asked, arch, had)}
    after = {key for arch, _, has in kernels for key in _used(asked, arch, has)}
    there = {key for _, exports in before_after for key in exports.keys}
    return tuple(sorted((before - after) & there))


def used(schema: Schema, exports: Exports) -> set[str]:
    """Entries that some release of some consumer can use on that kernel."""
    return set(_used(_ways(schema), exports.arch.name, exports.possible))


_Ways = Iterable[tuple[Need, frozenset[str]]]
"""The entries of each alternative, with its need."""


def _ways(schema: Schema) -> _Ways:
    return [
        (need, frozenset(alternative.keys))
        for consumer in schema.consumers
        for need in consumer.needs
        for alternative in need.alternatives
    ]


def _used(ways: _Ways, arch: str, there: frozenset[str]) -> Iterator[str]:
    """The entries of alternatives that are complete."""
    for need, keys in ways:
        if keys <= there and need.concerns(arch):
            yield from keys
