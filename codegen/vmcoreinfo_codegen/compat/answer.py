# SPDX-License-Identifier: MIT
"""The answer to whether a tool works with a kernel's note."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from ..core.release import Release
from ..core.tool import ToolRelease
from ..model import Schema
from ..model.consumer import Consumer
from ..model.kernel import Kernel, kernel_named
from ..model.observed import Seen
from ..model.vocabulary import Verdict
from ..query.interface.consumers import (
    Compat,
    Judged,
    JudgedPurpose,
    MissingEntry,
    Otherwise,
    Overall,
    RestsOn,
    SeenRun,
)
from ..query.kernel_line import kernel_line
from ..record import NOTHING, Value, replace
from .explain import missing, why
from .exports import Exports
from .judge import WHOLE, Outcome, Scope, later_releases, outcomes, worst
from .knowledge import Doubts, doubts, of_distribution, seen_runs, worst_seen
from .parser_quirks import PURPOSE, MetQuirk, parser_quirks

_MOST_PURPOSES = 4


class Note(Value):
    """The text of a note, and the format of its input: a dump's, `note` or `text`.

    `flaws` are the faults of the dump, in words, each with the tool that it concerns, or "" for
    all: the result for the rest of the dump is not known.
    """

    text: bytes
    format: str
    flaws: tuple[tuple[str, str], ...] = ()

    def flaws_for(self, tool: str) -> tuple[str, ...]:
        return tuple(text for text, one in self.flaws if one in ("", tool))


def answer(
    kernel: Kernel,
    consumer: Consumer,
    release: ToolRelease,
    input_: str | None,
    exports: Exports,
    note: Note | None = None,
    scope: Scope = WHOLE,
) -> Compat:
    """Judge a release; `input_` and `note` are the input, None for a prediction.

    If an observation is worse than the verdict from the schema, the observation counts.
    """
    schema = kernel.schema
    judged = _judged(consumer, release, exports, note, scope)
    later = [
        (other, _judged(consumer, other, exports, note, scope))
        for other in later_releases(consumer, release)
    ]
    doubt = doubts(schema, consumer, release, exports.arch.name, exports.release)
    unsure = _unsure(consumer, release, exports, note, scope, judged)
    runs = [
        one for one in seen_runs(consumer, release, judged.exports, scope) if _is_like(kernel, one)
    ]
    if not exports.is_note:
        doubt = of_distribution(doubt, kernel, runs)
    if note is not None:
        doubt = replace(doubt, reasons=(*doubt.reasons, *note.flaws_for(consumer.name)))
    counted = [one for one in runs if not scope.leaves_out(consumer, one.command)]
    basis = _Basis(doubt, runs, counted, unsure)
    read = [] if note is None or not consumer.traits else [_read(judged, later, doubt)]
    worked_out = judged.verdict
    verdict = doubt.overall(max(worked_out, basis.worst, key=lambda one: one.rank))
    reasons = list(doubt.reasons)
    if unsure and not verdict.is_bad and not basis.is_shown(verdict):
        verdict = Verdict.UNKNOWN
        reasons.append(_of_backports(kernel, exports, unsure))
    mends = _first(later, lambda other: not other.verdict.is_bad)
    return Compat(
        consumer=consumer.name,
        release=str(release),
        kernel=kernel.name,
        line=kernel_line(kernel),
        arch=exports.arch.name,
        input=input_,
        format=note.format if note is not None else None,
        command=scope.command,
        level=scope.level,
        verdict=_overall(verdict),
        worked_out=_overall(worked_out) if verdict is Verdict.UNKNOWN else None,
        not_known=reasons,
        rests_on=basis.of(verdict),
        otherwise=_otherwise(judged, verdict, basis),
        seen=[_seen_run(one) for one in runs],
        declared=declares(consumer, release, exports.release),
        fixed_in=mends if verdict.is_bad else None,
        purposes=sorted(
            [*read, *(_purpose(schema, o, judged, later, basis) for o in judged.outcomes)],
            key=lambda purpose: (
                purpose.extra,
                -Verdict(purpose.worked_out or purpose.verdict).rank,
            ),
        ),
    )


def _is_like(kernel: Kernel, run: Seen) -> bool:
    """Whether a run applies to a kernel: runs on other kernels with the same base say nothing about
    a vendor's own."""
    if kernel.line is None or kernel.line.line.follows_stable:
        return True
    other = kernel_named(kernel.schema, run.kernel).line
    return other is not None and other.line.name == kernel.line.line.name


def _unsure(
    consumer: Consumer,
    release: ToolRelease,
    exports: Exports,
    note: Note | None,
    scope: Scope,
    judged: _Judged,
) -> dict[int, Outcome]:
    """Purposes whose verdict would change if the vendor backported later mainline changes; by their
    needs.

    Changes that show in entries are known. Others are known neither to a tool nor here.
    """
    if exports.until is None:
        return {}
    later = replace(exports, release=exports.until, until=None)
    became = {id(one.need): one for one in _judged(consumer, release, later, note, scope).counted}
    was = {id(one.need): one for one in judged.counted}
    return {
        number: one
        for number, one in {**was, **became}.items()
        if _verdict_of(was.get(number)) is not _verdict_of(became.get(number))
    }


def _verdict_of(outcome: Outcome | None) -> Verdict:
    if outcome is None or outcome.verdict is Verdict.FALLBACK:
        return Verdict.OK
    return outcome.verdict


def _of_backports(kernel: Kernel, exports: Exports, unsure: Mapping[int, Outcome]) -> str:
    purposes = sorted({one.need.purpose for one in unsure.values()})
    shown = ", ".join(purposes[:_MOST_PURPOSES])
    more = f" and {len(purposes) - _MOST_PURPOSES} more" if len(purposes) > _MOST_PURPOSES else ""
    return (
        f"{kernel.called} may have mainline changes up to {exports.until}, which would change the "
        f"verdict on: {shown}{more}"
    )


def changed(before: Compat, after: Compat) -> Compat:
    """The later answer, with only the purposes whose verdict changed."""
    was = {one.purpose: one.worked_out or one.verdict for one in before.purposes}
    kept = [p for p in after.purposes if was.get(p.purpose, "ok") != (p.worked_out or p.verdict)]
    return replace(after, purposes=kept)


def declares(consumer: Consumer, release: ToolRelease, kernel: Release) -> bool | None:
    """Whether a release declares support for a kernel; None if it declares nothing.

    A tool names its newest kernel as a stable release (6.6.0), and warns of 6.6.1.
    """
    own = consumer.release(release)
    if own is None or own.kernels is None:
        return None
    first, last = own.kernels.since, own.kernels.until
    if first is not None and kernel.moment < first.opening:
        return False
    return last is None or kernel.moment <= last.moment


class _Judged(Value):
    """The judgement of a release: the parser quirks that apply, the entries that it sees, its
    purposes, and those of them that count for the whole."""

    quirks: list[MetQuirk]
    exports: Exports
    outcomes: list[Outcome]
    counted: list[Outcome]

    @property
    def verdict(self) -> Verdict:
        return self._worst(self.counted)

    @property
    def of_every_dump(self) -> Verdict:
        """The verdict for dumps that only have the pages that every dump has."""
        return self._worst([one for one in self.counted if not one.need.shows_with])

    def _worst(self, counted: list[Outcome]) -> Verdict:
        read = [met.quirk.verdict for met in self.quirks]
        return max([worst(counted), *read], key=lambda verdict: verdict.rank)


_Later = list[tuple[ToolRelease, _Judged]]


class _Basis(Value):
    """The evidence for verdicts: doubts, and observed runs."""

    doubts: Doubts
    runs: list[Seen]
    counted: list[Seen]
    unsure: Mapping[int, Outcome] = NOTHING
    """By need: the outcome of purposes for a kernel with later mainline changes."""

    @property
    def worst(self) -> Verdict:
        return worst_seen(self.counted) or Verdict.OK

    def is_shown(self, verdict: Verdict) -> bool:
        """Whether runs on kernels with the same entries had that verdict."""
        wanted = Verdict.OK if verdict is Verdict.FALLBACK else verdict
        return bool(self.counted) and self.worst is wanted

    def of(self, verdict: Verdict) -> RestsOn:
        """The evidence for the whole: a run with the same verdict shows it."""
        if verdict is Verdict.UNKNOWN:
            return "not known"
        wanted = Verdict.OK if verdict is Verdict.FALLBACK else verdict
        return "seen" if self.counted and self.worst is wanted else "worked out"

    def of_purpose(self, outcome: Outcome, verdict: Verdict) -> RestsOn:
        """The evidence for a purpose: a good run shows all its purposes, a bad one those with the
        same verdict."""
        if verdict is Verdict.UNKNOWN:
            return "not known"
        need = outcome.need
        for run in self.runs:
            shows = set(need.shows_with) <= set(run.has)
            if not shows or not need.counts_for(run.command, run.level):
                continue
            if run.came is (Verdict.OK if verdict is Verdict.FALLBACK else verdict):
                return "seen"
        return "worked out"


def _otherwise(judged: _Judged, verdict: Verdict, basis: _Basis) -> Otherwise | None:
    """The verdict for dumps without some rare kinds of pages, if it is known and differs."""
    rare = [one for one in judged.counted if one.need.shows_with]
    unlike = [run for run in basis.counted if not _is_explained(run, rare)]
    basis = replace(basis, counted=unlike)
    other = max(judged.of_every_dump, basis.worst, key=lambda one: one.rank)
    if verdict is Verdict.UNKNOWN or _overall(other) == _overall(verdict):
        return None
    return Otherwise(
        verdict=_overall(other),
        rests_on=basis.of(other),
        shows_with=sorted(list(o.need.shows_with) for o in rare if o.verdict.rank > other.rank),
    )


def _is_explained(run: Seen, rare: list[Outcome]) -> bool:
    """Whether a bad run is due to rare pages in its dump."""
    return any(
        one.verdict.rank >= run.came.rank > Verdict.OK.rank
        and set(one.need.shows_with) <= set(run.has)
        and one.need.counts_for(run.command, run.level)
        for one in rare
    )


def _overall(verdict: Verdict) -> Overall:
    return cast("Overall", (Verdict.OK if verdict is Verdict.FALLBACK else verdict).value)


def _seen_run(one: Seen) -> SeenRun:
    return SeenRun(
        dump=one.dump,
        kernel=one.kernel,
        build=one.build,
        command=one.command,
        level=one.level,
        came=_overall(one.came),
        by=one.by,
    )


def _judged(
    consumer: Consumer, release: ToolRelease, exports: Exports, note: Note | None, scope: Scope
) -> _Judged:
    found = [] if note is None else parser_quirks(consumer, release, note.text, note.format)
    seen = replace(exports, unread=frozenset(s.lost for s in found if s.lost))
    purposes = outcomes(consumer, release, seen, scope)
    counted = [one for one in purposes if scope.counts(consumer, one.need)]
    return _Judged(found, seen, purposes, counted)


def _first(later: _Later, is_good: Callable[[_Judged], bool]) -> str | None:
    return next((str(release) for release, judged in later if is_good(judged)), None)


def _word(verdict: Verdict) -> Judged:
    return cast("Judged", verdict.value)


def _read(judged: _Judged, later: _Later, doubt: Doubts) -> JudgedPurpose:
    """Whether the parser of a release reads the text as intended."""
    found = judged.quirks
    worked_out = found[0].quirk.verdict if found else Verdict.OK
    verdict = doubt.of_purpose(worked_out)
    is_known = verdict is not Verdict.UNKNOWN
    return JudgedPurpose(
        purpose=PURPOSE,
        verdict=_word(verdict),
        worked_out=None if is_known else _word(worked_out),
        rests_on="worked out" if is_known else "not known",
        commands=[],
        extra=False,
        shows_with=[],
        missing=[],
        why="; ".join(met.where for met in found),
        seen=found[0].quirk.text if found else "",
        assumed=[],
        fixed_in=_first(later, lambda other: not other.quirks) if found else None,
    )


def _purpose(
    schema: Schema, outcome: Outcome, judged: _Judged, later: _Later, basis: _Basis
) -> JudgedPurpose:
    exports, counted = judged.exports, judged.counted
    verdict = basis.doubts.of_purpose(outcome.verdict)
    if id(outcome.need) in basis.unsure:
        verdict = Verdict.UNKNOWN
    is_ok = outcome.verdict is Verdict.OK
    gone = [missing(schema, key, exports) for key in outcome.missing]
    mends = _first(
        later,
        lambda other: any(
            o.need is outcome.need and o.mends(outcome.verdict) for o in other.outcomes
        ),
    )
    return JudgedPurpose(
        purpose=outcome.need.purpose,
        verdict=_word(verdict),
        worked_out=_word(outcome.verdict) if verdict is Verdict.UNKNOWN else None,
        rests_on=basis.of_purpose(outcome, verdict),
        commands=list(outcome.need.commands),
        extra=outcome not in counted,
        shows_with=list(outcome.need.shows_with),
        missing=[
            MissingEntry(
                key=one.key,
                gone_since=one.gone_since,
                commit=one.commit,
                since=one.since,
                replaced_by=list(one.replaced_by),
            )
            for one in gone
        ],
        why="" if is_ok else why(schema, outcome, exports),
        seen="" if is_ok else outcome.seen,
        assumed=[*outcome.assumed, *(source.doc for source in outcome.rests_on)],
        fixed_in=None if is_ok else mends,
    )
