# SPDX-License-Identifier: MIT
"""What the schema says of a run of a tool on a dump."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from ..compat.exports import Exports
from ..compat.judge import Scope, outcomes
from ..compat.parser_quirks import PURPOSE, parser_quirks
from ..core.tool import ToolRelease
from ..model.consumer import Consumer
from ..model.vocabulary import Verdict
from .outcome import Run


@dataclass(frozen=True)
class Prediction:
    """The worst of what counts for a run, and the purposes that come to it."""

    verdict: Verdict
    purposes: tuple[str, ...]


def predict(
    consumer: Consumer,
    release: ToolRelease,
    exports: Exports,
    text: bytes,
    format_: str,
    run: Run,
    has: Collection[str],
) -> Prediction:
    """`text` is the note that the tool gets, `exports` what it says, `has` what pages the dump has.

    Of an architecture that the release does not read nothing is known.
    """
    arch = exports.arch.name
    if not consumer.supports(arch, release):
        return Prediction(Verdict.UNKNOWN, (f"read dumps of {arch}",))
    quirks = parser_quirks(consumer, release, text, format_)
    seen = replace(exports, unread=frozenset(met.lost for met in quirks if met.lost))
    found = [(PURPOSE, met.quirk.verdict) for met in quirks]
    found += [
        (outcome.need.purpose, outcome.verdict)
        for outcome in outcomes(consumer, release, seen, Scope(run.name, run.level))
        if set(outcome.need.shows_with) <= set(has)
    ]
    verdict = max((v for _, v in found), key=lambda v: v.rank, default=Verdict.OK)
    purposes = dict.fromkeys(purpose for purpose, one in found if one is verdict)
    return Prediction(verdict, tuple(purposes) if not is_ok(verdict) else ())


def is_ok(verdict: Verdict) -> bool:
    return verdict in (Verdict.OK, Verdict.FALLBACK)


def agrees(predicted: Verdict, came: Verdict) -> bool:
    """Whether a run came to what was predicted; a fallback is as good as what needs none.

    Where nothing is promised, nothing but that it works says otherwise.
    """
    if predicted is Verdict.UNKNOWN:
        return not is_ok(came)
    return predicted is came or (is_ok(predicted) and is_ok(came))
