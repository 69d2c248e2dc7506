# SPDX-License-Identifier: MIT
"""The kernels that each release of a tool really handles."""

from __future__ import annotations

from collections.abc import Sequence

from ..model import Architecture, Schema
from ..model.consumer import Consumer, ConsumerRelease
from ..query.interface.consumers import Lifetime, Lifetimes
from .exports_by_release import exports_by_release
from .matrix import Run, runs


def lifetimes(schema: Schema, consumer: Consumer, arch: Architecture) -> Lifetimes:
    """For every release the newest unbroken run of kernels without a fatal or wrong purpose."""
    releases = [release.release for release in consumer.releases]
    # An architecture that no declared release has exports nothing.
    over = {arch.name: exports_by_release(schema, arch)} if schema.releases_of(arch) else {}
    found = [
        _lifetime(release, arch, by_arch.get(arch.name, []))
        for release, by_arch in zip(consumer.releases, runs(consumer, releases, over), strict=True)
    ]
    return Lifetimes(consumer=consumer.name, arch=arch.name, releases=found)


def _lifetime(release: ConsumerRelease, arch: Architecture, found: Sequence[Run]) -> Lifetime:
    last = max((i for i, run in enumerate(found) if not run.verdict.is_bad), default=None)
    first = last
    while first is not None and first > 0 and not found[first - 1].verdict.is_bad:
        first -= 1
    ends_by = None
    if last is not None and last + 1 < len(found):
        bad = found[last + 1]
        ends_by = f"{bad.purposes[0]}: {bad.verdict.value} on {bad.first}"
    declared = release.kernels
    return Lifetime(
        release=str(release.release),
        date=release.date,
        arch=arch.name,
        first=str(found[first].first) if first is not None else None,
        last=str(found[last].last) if last is not None else None,
        declared_first=str(declared.since) if declared and declared.since else None,
        declared_last=str(declared.until) if declared and declared.until else None,
        ends_by=ends_by,
    )
