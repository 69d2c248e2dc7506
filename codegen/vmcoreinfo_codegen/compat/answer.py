# SPDX-License-Identifier: MIT
"""The answer to whether a tool can do its work with a kernel's note."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

from ..core.release import Release
from ..core.tool import ToolRelease
from ..model import Schema
from ..model.consumer import Consumer
from ..model.vocabulary import Verdict
from ..query.interface.consumers import Compat, Judged, JudgedPurpose, MissingEntry, Overall
from .explain import missing, why
from .exports import Exports
from .judge import Outcome, later_releases, outcomes, worst
from .parser_quirks import PURPOSE, MetQuirk, parser_quirks


@dataclass(frozen=True)
class Note:
    """The text of a note, and the format of what it is from: a dump's, `note` or `text`."""

    text: bytes
    format: str


def answer(
    schema: Schema,
    consumer: Consumer,
    release: ToolRelease,
    kernel: str,
    input_: str | None,
    exports: Exports,
    note: Note | None = None,
) -> Compat:
    """`kernel` is what the kernel is called; `input_` and `note` what was judged, None for a prediction."""
    judged = _judged(consumer, release, exports, note)
    later = [
        (other, _judged(consumer, other, exports, note))
        for other in later_releases(consumer, release)
    ]
    read = [] if note is None or not consumer.traits else [_read(judged, later)]
    verdict = judged.verdict
    overall = Verdict.OK if verdict is Verdict.FALLBACK else verdict
    mends = _first(later, lambda other: not other.verdict.is_bad)
    return Compat(
        consumer=consumer.name,
        release=str(release),
        kernel=kernel,
        arch=exports.arch.name,
        input=input_,
        verdict=cast("Overall", overall.value),
        declared=declares(consumer, release, exports.release),
        fixed_in=mends if verdict.is_bad else None,
        purposes=sorted(
            [*read, *(_purpose(schema, o, judged.exports, later) for o in judged.outcomes)],
            key=lambda purpose: -Verdict(purpose.verdict).rank,
        ),
    )


def changed(before: Compat, after: Compat) -> Compat:
    """The later answer with the purposes alone that come to something else than before."""
    was = {purpose.purpose: purpose.verdict for purpose in before.purposes}
    kept = [p for p in after.purposes if was.get(p.purpose, "ok") != p.verdict]
    return replace(after, purposes=kept)


def declares(consumer: Consumer, release: ToolRelease, kernel: Release) -> bool | None:
    """Whether a release says that it knows a kernel; None where it says nothing.

    A tool names its newest kernel as a stable release (6.6.0), and warns of 6.6.1.
    """
    own = consumer.release(release)
    if own is None or own.kernels is None:
        return None
    first, last = own.kernels.since, own.kernels.until
    if first is not None and kernel.moment < first.opening:
        return False
    return last is None or kernel.moment <= last.moment


@dataclass(frozen=True)
class _Judged:
    """What a release comes to: what quirks of its parser count, what is there for it, and its purposes."""

    quirks: list[MetQuirk]
    exports: Exports
    outcomes: list[Outcome]

    @property
    def verdict(self) -> Verdict:
        read = [met.quirk.verdict for met in self.quirks]
        return max([worst(self.outcomes), *read], key=lambda verdict: verdict.rank)


_Later = list[tuple[ToolRelease, _Judged]]


def _judged(
    consumer: Consumer, release: ToolRelease, exports: Exports, note: Note | None
) -> _Judged:
    found = [] if note is None else parser_quirks(consumer, release, note.text, note.format)
    seen = replace(exports, unread=frozenset(s.lost for s in found if s.lost))
    return _Judged(found, seen, outcomes(consumer, release, seen))


def _first(later: _Later, is_good: Callable[[_Judged], bool]) -> str | None:
    return next((str(release) for release, judged in later if is_good(judged)), None)


def _word(verdict: Verdict) -> Judged:
    return cast("Judged", verdict.value)


def _read(judged: _Judged, later: _Later) -> JudgedPurpose:
    """Whether the parser of a release takes the text as it is meant."""
    found = judged.quirks
    return JudgedPurpose(
        purpose=PURPOSE,
        verdict=_word(found[0].quirk.verdict) if found else "ok",
        missing=[],
        why="; ".join(met.where for met in found),
        seen=found[0].quirk.text if found else "",
        assumed=[],
        fixed_in=_first(later, lambda other: not other.quirks) if found else None,
    )


def _purpose(schema: Schema, outcome: Outcome, exports: Exports, later: _Later) -> JudgedPurpose:
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
        verdict=_word(outcome.verdict),
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
