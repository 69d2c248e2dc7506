# SPDX-License-Identifier: MIT
"""Verdicts of releases of a tool on the kernels of a vendor's line: the same as `answer`, computed
for all at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby

from ..core.tool import ToolRelease
from ..model import Schema
from ..model.consumer import Consumer, Need
from ..model.kernel import Kernel, kernel_named, kernels_of
from ..model.line import Line
from ..model.line_steps import architectures_of, keys_of
from ..model.observed import Seen
from ..model.vocabulary import Verdict
from ..query.interface.consumers import RestsOn
from ..record import Value, replace
from .exports import Exports, predicted
from .judge import WHOLE, Scope, judge
from .knowledge import Horizon, counted_runs, horizon_of, worst_seen
from .matrix import Known, known_to


class LineExports(Value):
    """The kernels of a line and their exports, by architecture."""

    line: Line
    kernels: tuple[Kernel, ...]
    by_arch: Mapping[str, tuple[Exports, ...]]


class LineVerdict(Value):
    """The verdict on a release for a kernel of a line; `purposes` are those with that verdict.

    If it is unknown, `worked_out` is the one from the schema, and `unsure` are purposes whose
    verdict would change if the vendor backported mainline changes that show in no entry.
    """

    verdict: Verdict
    rests_on: RestsOn
    purposes: tuple[str, ...] = ()
    worked_out: Verdict | None = None
    unsure: tuple[str, ...] = ()


class LineRun(Value):
    """Consecutive kernels with the same verdict: the places of the first and the last in the
    line."""

    first: int
    last: int
    on: LineVerdict


def line_exports(schema: Schema, line: Line, default: Collection[str] | None = None) -> LineExports:
    """The exports of the first build of each release, on the architectures that the vendor builds;
    if these are not known, on the default ones, None for all."""
    kernels = tuple(kernels_of(schema, line))
    keys = keys_of(line)
    by_arch = {}
    for arch in architectures_of(schema, line) if line.base is not None and kernels else ():
        if line.archs is not None or default is None or arch.name in default:
            base = predicted(schema, kernels[0].release, arch)
            by_arch[arch.name] = tuple(_changed(base, one, keys) for one in kernels)
    return LineExports(line, kernels, by_arch)


def _changed(base: Exports, kernel: Kernel, keys: frozenset[str]) -> Exports:
    """The exports of a kernel: those of its base, with the changes of its line."""
    schema, arch = kernel.schema, base.arch
    certain = base.certain - keys
    conditional = {key: one for key, one in base.conditional.items() if key not in keys}
    formats = {key: one for key, one in base.formats.items() if key not in keys}
    for key in keys:
        there = schema.predict_entry(schema.by_key[key], kernel.release, arch)
        if there is not None:
            formats[key] = there.format
            if there.is_unconditional:
                certain |= {key}
            else:
                conditional[key] = there.condition
    return replace(
        base,
        release=kernel.release,
        certain=certain,
        conditional=conditional,
        formats=formats,
        likes=dict(schema.likes),
        commits=dict(schema.commits),
        until=schema.backported_until,
    )


def line_runs(
    schema: Schema,
    consumer: Consumer,
    releases: Sequence[ToolRelease],
    lines: Sequence[LineExports],
    scope: Scope = WHOLE,
) -> list[list[dict[str, list[LineRun]]]]:
    """For each line, the verdicts on each release on its kernels, in order, by architecture."""
    tool = _Tool(schema, consumer, releases, scope)
    return [tool.runs(there) if there.kernels else [{} for _ in releases] for there in lines]


_RunsOf = dict[tuple[int, bool, Verdict | None], list[LineRun]]


class _Tool:
    """Releases of one consumer, and what is known about them."""

    def __init__(
        self, schema: Schema, consumer: Consumer, releases: Sequence[ToolRelease], scope: Scope
    ) -> None:
        self._schema = schema
        self._consumer = consumer
        self._releases = releases
        self._scope = scope
        self._judged = _Judged({}, {}, {})
        self._known = self._numbered(known_to(consumer, releases))
        self._line_of = _lines_of(schema, consumer)
        self._alike: dict[object, tuple[dict[int, list[_WorkedOut]], _RunsOf]] = {}
        self._by_arch: dict[str, list[tuple[Horizon, list[Seen]]]] = {}

    def _numbered(self, known: Sequence[Sequence[Known]]) -> list[list[int]]:
        """What each release knows as numbers; releases that are the same for all needs share one
        list."""
        numbers: dict[Known, int] = {}
        found: dict[int, list[int]] = {}
        for of_release in known:
            if id(of_release) not in found:
                of_needs = [numbers.setdefault(one, len(numbers)) for one in of_release]
                found[id(of_release)] = of_needs
        return [found[id(of_release)] for of_release in known]

    def runs(self, there: LineExports) -> list[dict[str, list[LineRun]]]:
        """The runs of each release on a line, by architecture."""
        base = there.kernels[0].release
        found: list[dict[str, list[LineRun]]] = [{} for _ in self._releases]
        for name, exports in there.by_arch.items():
            judging = _Judging(self._consumer, exports, self._scope, self._judged)
            # Kernels that no need distinguishes from those of another line have the same verdicts.
            worked_out, runs = self._alike.setdefault(judging.rows, ({}, {}))
            for place, (horizon, seen) in enumerate(self._horizons(name)):
                known = self._known[place]
                alike = id(known)
                if alike not in worked_out:
                    worked_out[alike] = judging.kernels(self._releases[place], known)
                came = self._came(seen, there) if seen else None
                asked = alike, horizon.has(base), came
                if asked not in runs:
                    on = [_verdict(one, *asked[1:]) for one in worked_out[alike]]
                    runs[asked] = list(_joined(on))
                found[place][name] = runs[asked]
        return found

    def _horizons(self, arch: str) -> list[tuple[Horizon, list[Seen]]]:
        """How far each release is known, and its runs."""
        if arch not in self._by_arch:
            self._by_arch[arch] = [
                (
                    horizon_of(self._schema, self._consumer, release, arch),
                    counted_runs(self._consumer, release, arch, self._scope),
                )
                for release in self._releases
            ]
        return self._by_arch[arch]

    def _came(self, seen: Sequence[Seen], there: LineExports) -> Verdict | None:
        """The worst run on a line; runs on other kernels with the same base say nothing about a
        vendor's own."""
        base, line = there.kernels[0].release, there.line
        return worst_seen(
            [
                one
                for one in seen
                if one.branch.mainline == base.mainline
                if line.follows_stable or self._line_of[one.kernel] == line.name
            ]
        )


def _lines_of(schema: Schema, consumer: Consumer) -> dict[str, str | None]:
    """The line of each kernel on whose dumps the tool was run."""
    found: dict[str, str | None] = {}
    for run in consumer.seen:
        if run.kernel not in found:
            line = kernel_named(schema, run.kernel).line
            found[run.kernel] = line.line.name if line is not None else None
    return found


class _WorkedOut(Value):
    """The verdict from the schema for a release on one kernel; a fallback counts as ok."""

    verdict: Verdict
    purposes: tuple[str, ...]
    unsure: tuple[str, ...]


def _verdict(worked_out: _WorkedOut, is_sure: bool, seen: Verdict | None) -> LineVerdict:
    seen = _overall(seen) if seen is not None else None
    worst = max(worked_out.verdict, seen or Verdict.OK, key=lambda verdict: verdict.rank)
    doubtful = bool(worked_out.unsure) and seen is not worst
    if not worst.is_bad and (doubtful or not is_sure):
        unsure = worked_out.unsure if doubtful else ()
        return LineVerdict(
            Verdict.UNKNOWN, "not known", worked_out.purposes, worked_out.verdict, unsure
        )
    # An observation that is worse than the verdict from the schema has no purposes.
    purposes = worked_out.purposes if worst is worked_out.verdict else ()
    return LineVerdict(worst, "seen" if seen is worst else "worked out", purposes)


def _overall(verdict: Verdict) -> Verdict:
    return Verdict.OK if verdict is Verdict.FALLBACK else verdict


def _joined(on: Sequence[LineVerdict]) -> Iterator[LineRun]:
    for verdict, group in groupby(range(len(on)), on.__getitem__):
        here = list(group)
        yield LineRun(here[0], here[-1], verdict)


_WORST_FIRST = sorted(Verdict, key=lambda verdict: -verdict.rank)


class _Bad(Value):
    """A purpose that is bad on some kernel: its verdict on each kernel, and whether later changes
    alter it."""

    verdicts: tuple[Verdict, ...]
    unsure: tuple[bool, ...]


class _Judged(Value):
    """The judgements on one consumer.

    A purpose is judged once for everything that makes a difference to it, as in `matrix`: `numbers`
    are those of kernels that a need distinguishes, and of rows of them.
    """

    numbers: dict[object, int]
    verdicts: dict[tuple[int, int, int], Verdict]
    rows: dict[tuple[int, int, int], _Bad | None]


class _Judging:
    """Verdicts on one consumer for the kernels of one architecture."""

    def __init__(
        self,
        consumer: Consumer,
        exports: Sequence[Exports],
        scope: Scope,
        judged: _Judged,
    ) -> None:
        self._consumer = consumer
        self._count = len(exports)
        later = [
            one if one.until is None else replace(one, release=one.until, until=None)
            for one in exports
        ]
        self._exports = [*exports, *later]
        arch = exports[0].arch.name
        self._needs = {
            number: need
            for number, need in enumerate(consumer.needs)
            if need.concerns(arch) and scope.has(need) and scope.counts(consumer, need)
        }
        self._judged = judged
        self._told = {number: self._row(number) for number in self._needs}

    @property
    def rows(self) -> tuple[int, ...]:
        """Everything about the kernels that matters to the needs."""
        return (self._count, *(row for row, _ in self._told.values()))

    def kernels(self, release: ToolRelease, known: Sequence[int]) -> list[_WorkedOut]:
        """The verdicts from the schema for a release on each kernel."""
        rows = self._judged.rows
        bad = []
        for number, (row, told) in self._told.items():
            asked = number, known[number], row
            if asked not in rows:
                rows[asked] = self._bad(number, known[number], told, release)
            found = rows[asked]
            # Most purposes are not bad on any kernel.
            if found is not None:
                bad.append((number, found))
        return [self._worked_out(bad, place) for place in range(self._count)]

    def _worked_out(self, bad: Sequence[tuple[int, _Bad]], place: int) -> _WorkedOut:
        verdicts = {one.verdicts[place] for _, one in bad}
        worst = next((one for one in _WORST_FIRST if one in verdicts), Verdict.OK)
        is_fine = worst is Verdict.OK
        purposes = [n for n, one in bad if one.verdicts[place] is worst] if not is_fine else []
        unsure = [number for number, one in bad if one.unsure[place]]
        return _WorkedOut(worst, self._purposes(purposes), self._purposes(unsure))

    def _purposes(self, numbers: Sequence[int]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._needs[number].purpose for number in numbers))

    def _bad(
        self, number: int, known: int, told: Sequence[int], release: ToolRelease
    ) -> _Bad | None:
        verdicts = self._judged.verdicts
        for place, one in enumerate(told):
            if (number, known, one) not in verdicts:
                need, exports = self._needs[number], self._exports[place]
                outcome = judge(self._consumer, need, release, exports)
                verdict = outcome.verdict if outcome is not None else Verdict.OK
                verdicts[number, known, one] = _overall(verdict)
        found = tuple(verdicts[number, known, one] for one in told)
        if not any(one is not Verdict.OK for one in found):
            return None
        now, later = found[: self._count], found[self._count :]
        return _Bad(now, tuple(one is not other for one, other in zip(now, later, strict=True)))

    def _row(self, number: int) -> tuple[int, tuple[int, ...]]:
        """A number for each kernel, without and with later changes, which is the same if the need
        can't distinguish them; and a number for the whole row."""
        need, numbers = self._needs[number], self._judged.numbers
        there = [_there(need, one) for one in self._exports[: self._count]] * 2
        ranges = (
            [_ranges(need, one) for one in self._exports]
            if need.kernel_ranges
            else [()] * len(there)
        )
        told = tuple(
            numbers.setdefault((number, *one), len(numbers))
            for one in zip(there, ranges, strict=True)
        )
        return numbers.setdefault(told, len(numbers)), told


def _there(need: Need, exports: Exports) -> object:
    """The entries and the configuration of a kernel, as far as they matter to a need."""
    keys = tuple((exports.has(key), exports.formats.get(key)) for key in need.keys)
    return keys, exports.decides(need.condition)


def _ranges(need: Need, exports: Exports) -> tuple[bool, ...]:
    """The ranges of a need that a kernel is in."""
    release = exports.release_of(need.keys)
    return tuple(one.holds(release, exports.commits) for one in need.kernel_ranges)
