# SPDX-License-Identifier: MIT
"""Verdicts of releases of a tool over kernels, as runs of the same verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..core.release import Release
from ..core.tool import ToolRelease
from ..model.consumer import Consumer, Need
from ..model.vocabulary import Verdict
from .exports_by_release import ExportsByRelease
from .judge import judge


@dataclass(frozen=True)
class Run:
    """Kernels in a row with the same verdict for the same purposes."""

    first: Release
    last: Release
    verdict: Verdict
    purposes: tuple[str, ...]


_Known = tuple[bool, ...]
_Segments = tuple[tuple[int, Verdict | None], ...]
"""What a purpose comes to from places in the releases on; None where it is none."""


def runs(
    consumer: Consumer, releases: Sequence[ToolRelease], over: Mapping[str, ExportsByRelease]
) -> list[dict[str, list[Run]]]:
    """What each release comes to on the kernels of each architecture, in order, by architecture.

    A purpose is judged once for all that makes a difference to it: the alternatives that a release
    knows, which of their entries are there, and in which of its ranges of kernels.
    """
    found: list[dict[str, list[Run]]] = [{} for _ in releases]
    known = [_known(consumer, release) for release in releases]
    judging = _Judging(consumer)
    for name, of_arch in over.items():
        here = [i for i, need in enumerate(consumer.needs) if need.concerns(name)]
        places = {i: _places(consumer.needs[i], of_arch) for i in here}
        judged: dict[tuple[_Known, ...], list[Run]] = {}
        for place, release in enumerate(releases):
            asked = tuple(known[place][i] for i in here)
            if asked not in judged:
                judged[asked] = judging.runs(release, of_arch, dict(zip(here, asked)), places)
            found[place][name] = judged[asked]
    return found


def _known(consumer: Consumer, release: ToolRelease) -> list[_Known]:
    """All that makes a difference between releases, by need."""
    forms = tuple(reading.is_of(release) for reading in consumer.readings)
    return [need.known_to(release) + forms for need in consumer.needs]


class _Judging:
    """The verdicts on one consumer that were found already."""

    def __init__(self, consumer: Consumer) -> None:
        self._needs = consumer.needs
        self._consumer = consumer
        self._verdicts: dict[object, Verdict | None] = {}
        self._joined: dict[object, list[Run]] = {}

    def runs(
        self,
        release: ToolRelease,
        over: ExportsByRelease,
        known: Mapping[int, _Known],
        places: Mapping[int, Sequence[_Place]],
    ) -> list[Run]:
        """Of one release on one architecture; `known` and `places` by the numbers of the needs."""
        found = {
            number: tuple(
                (place, self._verdict((number, of_need, seen), release, over, place))
                for place, seen in places[number]
            )
            for number, of_need in known.items()
        }
        # Many architectures have the same kernels, which come to the same.
        asked = (over.releases[0], over.releases[-1], *found.items())
        if asked not in self._joined:
            self._joined[asked] = _joined(self._needs, over.releases, found)
        return self._joined[asked]

    def _verdict(
        self,
        asked: tuple[int, _Known, object],
        release: ToolRelease,
        over: ExportsByRelease,
        place: int,
    ) -> Verdict | None:
        if asked not in self._verdicts:
            outcome = judge(self._consumer, self._needs[asked[0]], release, over.at(place))
            self._verdicts[asked] = outcome.verdict if outcome is not None else None
        return self._verdicts[asked]


_Place = tuple[int, object]
"""A place in the releases, and all that a need can tell of the kernels from there on."""


def _places(need: Need, over: ExportsByRelease) -> list[_Place]:
    """Where kernels change as far as a need tells them apart."""
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


def _joined(
    needs: Sequence[Need], releases: Sequence[Release], found: Mapping[int, _Segments]
) -> list[Run]:
    """Runs of the worst verdict, out of what each need comes to."""
    by_place: dict[int, dict[int, Verdict | None]] = {0: {}}
    for number, segments in found.items():
        for place, verdict in segments:
            by_place.setdefault(place, {})[number] = verdict
    now: dict[int, Verdict | None] = dict.fromkeys(found)
    starts: list[tuple[int, Verdict, tuple[str, ...]]] = []
    for place in sorted(by_place):
        now.update(by_place[place])
        judged = {verdict for verdict in now.values() if verdict is not None}
        verdict = max(judged, key=lambda v: v.rank, default=Verdict.OK)
        if verdict is Verdict.FALLBACK:
            verdict = Verdict.OK
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
    """The same for kernels from a release on."""
    return [
        replace(run, first=max(run.first, since, key=lambda release: release.opening))
        for run in found
        if run.last.opening >= since.opening
    ]


def describe_runs(found: Sequence[Run], latest: Release) -> list[str]:
    """One line a run: `ok 5.0 to 6.9`, `wrong from 6.10 on: tell slab pages`."""
    lines = []
    for run in found:
        if run.last == latest:
            span = f"from {run.first} on"
        else:
            span = str(run.first) if run.first == run.last else f"{run.first} to {run.last}"
        why = f": {', '.join(run.purposes)}" if run.purposes else ""
        lines.append(f"{run.verdict.value} {span}{why}")
    return lines
