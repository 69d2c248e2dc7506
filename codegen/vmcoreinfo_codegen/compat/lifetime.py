# SPDX-License-Identifier: MIT
"""The kernels that each release of a tool really handles."""

from __future__ import annotations

from ..model import Architecture, Schema
from ..model.consumer import Consumer
from ..query.interface import Lifetime, Lifetimes
from .exports import Exports, predicted
from .judge import outcomes, worst


def lifetimes(schema: Schema, consumer: Consumer, arch: Architecture) -> Lifetimes:
    """For every release the newest unbroken run of kernels without a fatal or wrong purpose."""
    exports = [predicted(schema, kernel, arch) for kernel in schema.releases_of(arch)]
    found = [_lifetime(consumer, index, arch, exports) for index in range(len(consumer.releases))]
    return Lifetimes(consumer=consumer.name, arch=arch.name, releases=found)


def _lifetime(
    consumer: Consumer, index: int, arch: Architecture, exports: list[Exports]
) -> Lifetime:
    release = consumer.releases[index]
    works = [not worst(outcomes(consumer, release.release, e)).is_bad for e in exports]
    last = max((i for i, ok in enumerate(works) if ok), default=None)
    first = last
    while first is not None and first > 0 and works[first - 1]:
        first -= 1
    ends_by = None
    if last is not None and last + 1 < len(exports):
        bad = outcomes(consumer, release.release, exports[last + 1])[0]
        ends_by = f"{bad.need.purpose}: {bad.verdict.value} on {exports[last + 1].release}"
    declared = release.kernels
    return Lifetime(
        release=str(release.release),
        date=release.date,
        arch=arch.name,
        first=str(exports[first].release) if first is not None else None,
        last=str(exports[last].release) if last is not None else None,
        declared_first=str(declared.since) if declared and declared.since else None,
        declared_last=str(declared.until) if declared and declared.until else None,
        ends_by=ends_by,
    )
