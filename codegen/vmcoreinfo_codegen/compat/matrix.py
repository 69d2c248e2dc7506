# SPDX-License-Identifier: MIT
"""Verdicts of releases of a tool over kernels, as runs of the same verdict."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from ..core.release import Release
from ..core.tool import ToolRelease
from ..model import Schema
from ..model.consumer import Consumer, Need, OfReleases
from ..model.vocabulary import Verdict
from ..record import Value, replace
from .exports_by_release import ExportsByRelease
from .judge import WHOLE, Scope, judge
from .knowledge import horizon, seen_kernels


class Run(Value):
    """Consecutive kernels with the same verdict for the same purposes.

    If the verdict is unknown, `worked_out` is the one from the schema. `seen` are the kernels in
    the run on which the release was run.
    """

    first: Release
    last: Release
    verdict: Verdict
    purposes: tuple[str, ...]
    worked_out: Verdict | None = None
    seen: tuple[Release, ...] = ()


Known = tuple[bool, ...]
_Segments = tuple[tuple[int, Verdict | None], ...]
"""The verdict on a purpose from each place in the releases on; None if the purpose does not
exist."""


def known_runs(
    schema: Schema,
    consumer: Consumer,
    releases: Sequence[ToolRelease],
    over: Mapping[str, ExportsByRelease],
    scope: Scope = WHOLE,
) -> list[dict[str, list[Run]]]:
    """What is known about each release, in order, on the kernels of each architecture, by
    architecture."""
    worked_out = runs(consumer, releases, over, scope)
    return [
        {
            name: list(_known_runs(schema, consumer, release, over[name], found, scope))
            for name, found in by_arch.items()
        }
        for release, by_arch in zip(releases, worked_out, strict=True)
    ]


def _known_runs(
    schema: Schema,
    consumer: Consumer,
    release: ToolRelease,
    over: ExportsByRelease,
    found: Sequence[Run],
    scope: Scope,
) -> Iterator[Run]:
    """Runs that are split where knowledge ends, with the kernels that were seen; observed failures
    are runs of their own."""
    arch = over.arch.name
    known = seen_kernels(consumer, release, arch)
    seen = known if scope == WHOLE else seen_kernels(consumer, release, arch, scope)
    is_supported = consumer.supports(arch, release)
    last = horizon(schema, consumer, release, known) if is_supported else None
    # Kernels from this place on are newer than what is known.
    end = len(over.releases) if is_supported else 0
    if last is not None:
        end = bisect_right(over.releases, last.mainline, key=lambda release: release.mainline)
    for run in found:
        first, behind = over.places[run.first], over.places[run.last] + 1
        is_certain = run.verdict.rank > Verdict.UNKNOWN.rank
        cut = behind if is_certain else min(max(first, end), behind)
        for part, worked_out in (
            (over.releases[first:cut], None),
            (over.releases[cut:behind], run.verdict),
        ):
            if part:
                verdict = run.verdict if worked_out is None else Verdict.UNKNOWN
                whole = Run(part[0], part[-1], verdict, run.purposes, worked_out)
                yield from _with_seen(whole, part, seen) if seen else (whole,)


def _with_seen(
    run: Run, kernels: Sequence[Release], seen: Mapping[tuple[int, ...], Verdict]
) -> Iterator[Run]:
    """A run with the kernels that were seen; an observation that is worse than the verdict
    counts."""

    def worse(kernel: Release) -> Verdict | None:
        came = seen.get(kernel.mainline, Verdict.OK)
        return came if came.rank > run.verdict.rank else None

    known = tuple(kernel for kernel in kernels if kernel.mainline in seen)
    if not any(map(worse, known)):
        yield replace(run, seen=known) if known else run
        return
    for came, group in groupby(kernels, worse):
        part = list(group)
        here = tuple(kernel for kernel in part if kernel.mainline in seen)
        if came is None:
            yield Run(part[0], part[-1], run.verdict, run.purposes, run.worked_out, here)
        else:
            yield Run(part[0], part[-1], came, (), None, here)


def runs(
    consumer: Consumer,
    releases: Sequence[ToolRelease],
    over: Mapping[str, ExportsByRelease],
    scope: Scope = WHOLE,
) -> list[dict[str, list[Run]]]:
    """The verdicts from the schema for each release on the kernels of each architecture, by
    architecture.

    A purpose is judged once for everything that makes a difference to it: the alternatives that a
    release knows, the entries that are present, and its ranges of kernels.
    """
    found: list[dict[str, list[Run]]] = [{} for _ in releases]
    known = known_to(consumer, releases)
    judging = _Judging(consumer)
    for name, of_arch in over.items():
        here = [
            i
            for i, need in enumerate(consumer.needs)
            if need.concerns(name) and scope.has(need) and scope.counts(consumer, need)
        ]
        places = {i: _places(consumer.needs[i], of_arch) for i in here}
        judged: dict[tuple[Known, ...], list[Run]] = {}
        for place, release in enumerate(releases):
            asked = tuple(known[place][i] for i in here)
            if asked not in judged:
                judged[asked] = judging.runs(release, of_arch, dict(zip(here, asked)), places)
            found[place][name] = judged[asked]
    return found


def known_to(consumer: Consumer, releases: Iterable[ToolRelease]) -> list[list[Known]]:
    """Everything that differs between releases, by need."""
    lasting: list[OfReleases] = [*consumer.readings]
    for need in consumer.needs:
        lasting += need.alternatives
    bounds = {bound for one in lasting for bound in (one.since, one.until) if bound is not None}
    # Releases without a bound between them are the same.
    starts = sorted(bounds)
    found: dict[int, list[Known]] = {}
    for release in releases:
        place = bisect_right(starts, release)
        if place not in found:
            forms = tuple(reading.is_of(release) for reading in consumer.readings)
            found[place] = [need.known_to(release) + forms for need in consumer.needs]
    return [found[bisect_right(starts, release)] for release in releases]


class _Judging:
    """The verdicts on one consumer that are known already."""

    def __init__(self, consumer: Consumer) -> None:
        self._needs = consumer.needs
        self._consumer = consumer
        self._verdicts: dict[object, Verdict | None] = {}
        self._found: dict[tuple[str, int, Known], _Segments] = {}
        self._joined: dict[object, list[Run]] = {}

    def runs(
        self,
        release: ToolRelease,
        over: ExportsByRelease,
        known: Mapping[int, Known],
        places: Mapping[int, Sequence[_Place]],
    ) -> list[Run]:
        """The runs of one release on one architecture; `known` and `places` by the numbers of the
        needs."""
        found = {
            number: self._segments(number, of_need, release, over, places[number])
            for number, of_need in known.items()
        }
        # Many architectures have the same kernels and the same verdicts.
        asked = (over.releases[0], over.releases[-1], *found.items())
        if asked not in self._joined:
            self._joined[asked] = _joined(self._needs, over.releases, found)
        return self._joined[asked]

    def _segments(
        self,
        number: int,
        of_need: Known,
        release: ToolRelease,
        over: ExportsByRelease,
        places: Sequence[_Place],
    ) -> _Segments:
        asked = over.arch.name, number, of_need
        if asked not in self._found:
            verdicts = (
                self._verdict((number, of_need, seen), release, over, p) for p, seen in places
            )
            judged = zip((place for place, _ in places), verdicts)
            self._found[asked] = tuple(next(same) for _, same in groupby(judged, itemgetter(1)))
        return self._found[asked]

    def _verdict(
        self,
        asked: tuple[int, Known, object],
        release: ToolRelease,
        over: ExportsByRelease,
        place: int,
    ) -> Verdict | None:
        if asked not in self._verdicts:
            outcome = judge(self._consumer, self._needs[asked[0]], release, over.at(place))
            self._verdicts[asked] = outcome.verdict if outcome is not None else None
        return self._verdicts[asked]


_Place = tuple[int, object]
"""A place in the releases, and everything about the kernels from there on that matters to a
need."""


def _places(need: Need, over: ExportsByRelease) -> list[_Place]:
    """The places at which kernels change in a way that matters to a need."""
    ranges = need.kernel_ranges
    bounds = {bound for r in ranges for bound in (r.since, r.until) if bound is not None}
    changes = {place for key in need.keys for place in over.changes.get(key, ())}
    places = {0, *changes, *map(over.place_of, bounds)}
    found: list[_Place] = []
    for place in sorted(place for place in places if place < len(over.releases)):
        exports = over.at(place)
        seen = (
            tuple((exports.has(key), exports.formats.get(key)) for key in need.keys),
            tuple(r.holds(exports.release) for r in ranges),
            exports.decides(need.condition),
        )
        found.append((place, seen))
    return found


# Another way with the same result is not worse.
_WORSE = sorted(set(Verdict) - {Verdict.OK, Verdict.FALLBACK}, key=lambda v: -v.rank)


def _joined(
    needs: Sequence[Need], releases: Sequence[Release], found: Mapping[int, _Segments]
) -> list[Run]:
    """Runs of the worst verdict over all needs."""
    by_place: dict[int, dict[int, Verdict | None]] = {0: {}}
    for number, segments in found.items():
        for place, verdict in segments:
            by_place.setdefault(place, {})[number] = verdict
    now: dict[int, Verdict | None] = dict.fromkeys(found)
    starts: list[tuple[int, Verdict, tuple[str, ...]]] = []
    for place in sorted(by_place):
        now.update(by_place[place])
        judged = set(now.values())
        verdict = next((one for one in _WORSE if one in judged), Verdict.OK)
        is_ok = verdict is Verdict.OK
        purposes = () if is_ok else tuple(needs[i].purpose for i in now if now[i] is verdict)
        if not starts or starts[-1][1:] != (verdict, purposes):
            starts.append((place, verdict, purposes))
    ends = [*(place for place, _, _ in starts[1:]), len(releases)]
    return [
        Run(releases[place], releases[end - 1], verdict, purposes)
        for (place, verdict, purposes), end in zip(starts, ends, strict=True)
    ]


def clipped(found: Sequence[Run], since: Release) -> list[Run]:
    """The runs, limited to kernels from a release on."""
    return [
        replace(run, first=max(run.first, since, key=lambda release: release.opening))
        for run in found
        if run.last.opening >= since.opening
    ]


def describe_runs(found: Sequence[Run], latest: Release) -> list[str]:
    """One line per run: `ok 5.0 to 6.9`, `wrong since 6.10: recognise slab pages`."""
    lines = []
    for run in found:
        if run.last == latest:
            span = f"since {run.first}"
        else:
            span = str(run.first) if run.first == run.last else f"{run.first} to {run.last}"
        why = f": {', '.join(run.purposes)}" if run.purposes else ""
        told = f" ({run.worked_out.value} by the schema)" if run.worked_out else ""
        lines.append(f"{run.verdict.value}{told} {span}{why}")
    return lines
