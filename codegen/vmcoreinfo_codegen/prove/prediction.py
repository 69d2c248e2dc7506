# SPDX-License-Identifier: MIT
"""The schema's prediction for a run of a tool on a dump."""

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
    """The worst verdict for a run, and the purposes that get it."""

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
    """The prediction for a run: unknown if the release does not support the architecture.

    `text` is the note that the tool gets, `exports` its entries, `has` the kinds of pages in the
    dump.
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
    """Whether the verdict of a run agrees with the prediction; ok and fallback count as equal.

    If the prediction is unknown, only a run that works disagrees.
    """
    if predicted is Verdict.UNKNOWN:
        return not is_ok(came)
    return predicted is came or (is_ok(predicted) and is_ok(came))
