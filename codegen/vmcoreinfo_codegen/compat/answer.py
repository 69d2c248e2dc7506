# SPDX-License-Identifier: MIT
"""The answer to whether a tool can do its work with a kernel's note."""

from __future__ import annotations

from ..model import Schema
from ..model.consumer import Consumer
from ..model.vocabulary import Verdict
from ..query.interface import Compat, JudgedPurpose, MissingEntry
from ..terms.release import Release
from ..terms.tool import ToolRelease
from .explain import missing, why
from .exports import Exports
from .judge import Outcome, fixed_in, later_releases, outcomes, worst
from .parser import PURPOSE, stumbles


def answer(
    schema: Schema,
    consumer: Consumer,
    release: ToolRelease,
    kernel: str,
    input_: str | None,
    exports: Exports,
    text: bytes | None = None,
) -> Compat:
    """`kernel` is what the kernel is called; `input_` and `text` the note that was judged, None for a prediction."""
    seen = _seen(consumer, release, exports, text)
    found = outcomes(consumer, release, seen)
    verdict = _verdict(consumer, release, exports, text)
    read = [] if text is None or not consumer.traits else [_read(consumer, release, text)]
    overall = Verdict.OK if verdict is Verdict.FALLBACK else verdict
    return Compat.model_validate(
        {
            "consumer": consumer.name,
            "release": str(release),
            "kernel": kernel,
            "arch": exports.arch.name,
            "input": input_,
            "verdict": overall.value,
            "declared": declares(consumer, release, exports.release),
            "fixed_in": _fixed_in(consumer, release, exports, text) if verdict.is_bad else None,
            "purposes": sorted(
                [*read, *(_purpose(schema, consumer, release, o, seen) for o in found)],
                key=lambda purpose: -Verdict(purpose.verdict).rank,
            ),
        }
    )


def changed(before: Compat, after: Compat) -> Compat:
    """The later answer with the purposes alone that come to something else than before."""
    was = {purpose.purpose: purpose.verdict for purpose in before.purposes}
    kept = [p for p in after.purposes if was.get(p.purpose, "ok") != p.verdict]
    return after.model_copy(update={"purposes": kept})


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


def _verdict(
    consumer: Consumer, release: ToolRelease, exports: Exports, text: bytes | None
) -> Verdict:
    read = [s.trait.verdict for s in stumbles(consumer, release, text)] if text else []
    seen = _seen(consumer, release, exports, text)
    found = [worst(outcomes(consumer, release, seen)), *read]
    return max(found, key=lambda verdict: verdict.rank)


def _seen(
    consumer: Consumer, release: ToolRelease, exports: Exports, text: bytes | None
) -> Exports:
    """What there is for a release whose parser loses a line."""
    found = stumbles(consumer, release, text) if text else []
    return exports.changed(removed=[stumble.lost for stumble in found if stumble.lost])


def _fixed_in(
    consumer: Consumer, release: ToolRelease, exports: Exports, text: bytes | None
) -> str | None:
    for later in later_releases(consumer, release):
        if not _verdict(consumer, later, exports, text).is_bad:
            return str(later)
    return None


def _read(consumer: Consumer, release: ToolRelease, text: bytes) -> JudgedPurpose:
    """Whether the parser of a release takes the text as it is meant."""
    found = stumbles(consumer, release, text)
    later = (
        next(
            (o for o in later_releases(consumer, release) if not stumbles(consumer, o, text)), None
        )
        if found
        else None
    )
    return JudgedPurpose.model_validate(
        {
            "purpose": PURPOSE,
            "verdict": found[0].trait.verdict.value if found else "ok",
            "missing": [],
            "why": "; ".join(stumble.where for stumble in found),
            "seen": found[0].trait.text if found else "",
            "assumed": [],
            "fixed_in": str(later) if later else None,
        }
    )


def _purpose(
    schema: Schema,
    consumer: Consumer,
    release: ToolRelease,
    outcome: Outcome,
    exports: Exports,
) -> JudgedPurpose:
    is_ok = outcome.verdict is Verdict.OK
    gone = [missing(schema, key, exports) for key in outcome.missing]
    later = None if is_ok else fixed_in(outcome.need, consumer, release, exports)
    return JudgedPurpose.model_validate(
        {
            "purpose": outcome.need.purpose,
            "verdict": outcome.verdict.value,
            "missing": [
                MissingEntry(
                    key=one.key,
                    gone_since=one.gone_since,
                    commit=one.commit,
                    since=one.since,
                    replaced_by=list(one.replaced_by),
                )
                for one in gone
            ],
            "why": "" if is_ok else why(schema, outcome, exports),
            "seen": "" if is_ok else outcome.need.text,
            "assumed": list(outcome.assumed),
            "fixed_in": str(later) if later else None,
        }
    )
