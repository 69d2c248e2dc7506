# SPDX-License-Identifier: MIT
"""The kernels that each release of a tool really handles."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.release import Release
from ..model import Architecture, Schema
from ..model.consumer import Consumer, ConsumerRelease
from ..model.vocabulary import Verdict
from ..query.interface.consumers import Lifetime, Lifetimes
from .exports_by_release import exports_by_release
from .knowledge import own_horizon
from .matrix import Run, known_runs


def lifetimes(schema: Schema, consumer: Consumer, arch: Architecture) -> Lifetimes:
    """For every release, the newest unbroken run of kernels without a fatal or wrong purpose.

    A run with a kernel whose verdict is known is preferred to one whose verdicts are only worked
    out.
    """
    releases = [release.release for release in consumer.releases]
    # An architecture without declared releases exports nothing.
    over = {arch.name: exports_by_release(schema, arch)} if schema.releases_of(arch) else {}
    found = [
        _lifetime(
            release,
            arch,
            by_arch.get(arch.name, []),
            own_horizon(schema, consumer, release.release),
        )
        for release, by_arch in zip(
            consumer.releases, known_runs(schema, consumer, releases, over), strict=True
        )
    ]
    return Lifetimes(consumer=consumer.name, arch=arch.name, releases=found)


def _lifetime(
    release: ConsumerRelease, arch: Architecture, found: Sequence[Run], anchor: Release | None
) -> Lifetime:
    last = _own(found, anchor)
    first = last
    while first is not None and first > 0 and not found[first - 1].verdict.is_bad:
        first -= 1
    ends_by = None
    if last is not None and last + 1 < len(found):
        bad = found[last + 1]
        what = bad.purposes[0] if bad.purposes else "as observed"
        ends_by = f"{what}: {bad.verdict.value} on {bad.first}"
    known = last
    while known is not None and found[known].verdict is Verdict.UNKNOWN:
        known = known - 1 if first is not None and known > first else None
    declared = release.kernels
    return Lifetime(
        release=str(release.release),
        date=release.date,
        arch=arch.name,
        first=str(found[first].first) if first is not None and known is not None else None,
        last=str(found[known].last) if known is not None else None,
        worked_out_last=str(found[last].last) if last is not None else None,
        declared_first=str(declared.since) if declared and declared.since else None,
        declared_last=str(declared.until) if declared and declared.until else None,
        ends_by=ends_by,
    )


def _own(found: Sequence[Run], anchor: Release | None) -> int | None:
    """The end of the run without bad kernels that contains the newest kernel up to `anchor`, or
    precedes it.

    Without an anchor, it is the end of the newest run; if no good kernel is that old, of the first
    run after it. None if every kernel is bad.
    """
    good = [i for i, run in enumerate(found) if not run.verdict.is_bad]
    before = [i for i in good if anchor is None or found[i].first.mainline <= anchor.mainline]
    last = max(before, default=min(good, default=None))
    while last is not None and last + 1 in good:
        last += 1
    return last
