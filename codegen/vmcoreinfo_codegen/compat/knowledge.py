# SPDX-License-Identifier: MIT
"""What is known about a release of a tool: where a verdict would be a guess, and what was
observed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ..core.release import Release
from ..core.tool import ToolRelease
from ..model import Schema
from ..model.consumer import Consumer
from ..model.kernel import Kernel
from ..model.observed import Seen, read_digest
from ..model.vocabulary import Verdict
from ..record import Value
from .exports import Exports
from .judge import WHOLE, Scope


class Doubts(Value):
    """Why a verdict is not known, in words; nothing if it is.

    Of a release that the schema does not have even what is bad is not known: it may be mended.
    """

    reasons: tuple[str, ...]
    is_of_release: bool = False

    def __bool__(self) -> bool:
        return bool(self.reasons)

    def overall(self, verdict: Verdict) -> Verdict:
        """What is left of the verdict on all purposes: if it is not worse than degraded, none
        is."""
        return self._limited(verdict, Verdict.UNKNOWN)

    def of_purpose(self, verdict: Verdict) -> Verdict:
        """The same of one purpose: that it is degraded promises nothing."""
        return self._limited(verdict, Verdict.DEGRADED)

    def _limited(self, verdict: Verdict, least: Verdict) -> Verdict:
        if self.reasons and (self.is_of_release or verdict.rank < least.rank):
            return Verdict.UNKNOWN
        return verdict


def doubts(
    schema: Schema, consumer: Consumer, release: ToolRelease, arch: str, kernel: Release
) -> Doubts:
    """Of one release on one kernel."""
    of_release = _of_release(consumer, release)
    reasons = [of_release] if of_release else []
    if not consumer.supports(arch, release):
        reasons.append(unsupported(consumer, release, arch))
    if kernel.mainline > schema.latest.mainline:
        reasons.append(f"{kernel} is newer than {schema.latest}, the newest kernel in the schema")
    elif not of_release:
        last = horizon_of(schema, consumer, release, arch).passed(kernel)
        if last is not None:
            reasons.append(_past(consumer, release, arch, last))
    return Doubts(tuple(reasons), bool(of_release))


class Horizon(Value):
    """How far kernels of an architecture are known to a release of a tool; `newest` is that of the
    schema.

    `last` is None if nothing tells; `seen` are series past it on which the release was run.
    """

    is_supported: bool
    last: Release | None
    seen: Collection[tuple[int, ...]]
    newest: Release

    def passed(self, kernel: Release) -> Release | None:
        """The newest kernel that can be answered for, if one is past it, and was not seen."""
        if self.last is None or kernel.mainline in self.seen:
            return None
        return self.last if kernel.mainline > self.last.mainline else None

    def has(self, kernel: Release) -> bool:
        """Whether there is no doubt of a kernel."""
        is_new = kernel.mainline > self.newest.mainline
        return self.is_supported and not is_new and self.passed(kernel) is None


def horizon_of(schema: Schema, consumer: Consumer, release: ToolRelease, arch: str) -> Horizon:
    """Of a release that the schema has."""
    seen = seen_kernels(consumer, release, arch)
    last = horizon(schema, consumer, release, seen)
    return Horizon(consumer.supports(arch, release), last, seen, schema.latest)


def of_distribution(doubt: Doubts, kernel: Kernel, runs: Sequence[Seen]) -> Doubts:
    """With the doubt of a prediction for a distribution's kernel, which may have been patched.

    Runs on dumps of that very kernel leave none, and neither do its sources, where they were read.
    """
    if any(one.kernel == kernel.name for one in runs):
        return doubt
    if kernel.line is None:
        added = f"the distribution's changes ('{kernel.added}')" if kernel.added else ""
    else:
        line = kernel.line.line
        of_build = f"build {kernel.line.build} of {line.name}" if line.builds else line.name
        added = "" if kernel.line.is_known else f"the vendor's changes in {of_build}"
    if not added:
        return doubt
    reason = f"the schema does not cover {added}; judge a note or dump to learn more"
    return Doubts((*doubt.reasons, reason), doubt.is_of_release)


def _of_release(consumer: Consumer, release: ToolRelease) -> str:
    if release.is_next or consumer.release(release) is not None:
        return ""
    known = sorted(one.release for one in consumer.releases)
    if release > known[-1]:
        return f"the newest {consumer.name} in the schema is {known[-1]}"
    before = max((one for one in known if one < release), default=known[0])
    return f"the schema has no {consumer.name} {release}; judged as {before}"


def unsupported(consumer: Consumer, release: ToolRelease, arch: str) -> str:
    """That a release does not read dumps of an architecture, and which does."""
    later = sorted(one.release for one in consumer.releases if one.release > release)
    first = next((one for one in later if consumer.supports(arch, one)), None)
    more = f"; {consumer.name} {first} does" if first else ""
    return f"{consumer.name} {release} does not read dumps of {arch}{more}"


def _past(consumer: Consumer, release: ToolRelease, arch: str, last: Release) -> str:
    own = consumer.release(release)
    says = own is not None and own.kernels is not None and own.kernels.until is not None
    known = "that it declares or was tested on" if says else "of its time or that it was tested on"
    return f"{last} is the newest {arch} kernel {known}; verdicts for newer ones are worked out"


def horizon(
    schema: Schema,
    consumer: Consumer,
    release: ToolRelease,
    seen: Mapping[tuple[int, ...], Verdict],
) -> Release | None:
    """The newest kernel for which a release can be answered for; None if nothing tells.

    That is the newest that it declares, or for a tool that declares none the newest of the day of
    its release; or the newest on which it was seen to do well, of the `seen` of an architecture.
    """
    own = own_horizon(schema, consumer, release)
    if own is None:
        return None
    well = [Release(mainline) for mainline, came in seen.items() if not came.is_bad]
    return max([own, *well], key=lambda one: one.mainline)


def own_horizon(schema: Schema, consumer: Consumer, release: ToolRelease) -> Release | None:
    """The newest kernel that a release declares, or of its day; None if neither is known.

    A release without a date is of no earlier day than those before it.
    """
    own = consumer.release(release)
    if own is None:
        return None
    if own.kernels is not None and own.kernels.until is not None:
        return own.kernels.until
    before = [one.date for one in consumer.releases if one.date and one.release <= release]
    day = own.date or max(before, default=None)
    if day is None:
        return None
    there = [one.release for one in schema.releases if one.date <= day]
    return there[-1] if there else None


def seen_runs(
    consumer: Consumer, release: ToolRelease, exports: Exports, scope: Scope = WHOLE
) -> Iterator[Seen]:
    """Runs of a release on dumps of a kernel like this one: of its series and architecture.

    Of a note it counts what is there as well: of what the release reads, exactly that.
    """
    read = read_digest(consumer, release, exports.certain) if exports.is_note else None
    for one in _runs(consumer, release, exports.arch.name):
        if one.branch.mainline != exports.release.mainline or read not in (None, one.read):
            continue
        if scope.asks(one.command, one.level):
            yield one


def seen_kernels(
    consumer: Consumer, release: ToolRelease, arch: str, scope: Scope = WHOLE
) -> dict[tuple[int, ...], Verdict]:
    """Mainline series on which a release was run, and the worst that came of it.

    Commands that are extra tell nothing of the whole.
    """
    found: dict[tuple[int, ...], Verdict] = {}
    for one in counted_runs(consumer, release, arch, scope):
        before = found.get(one.branch.mainline, Verdict.OK)
        found[one.branch.mainline] = max(before, one.came, key=lambda verdict: verdict.rank)
    return found


def counted_runs(
    consumer: Consumer, release: ToolRelease, arch: str, scope: Scope = WHOLE
) -> list[Seen]:
    """Runs that count for what is said of the whole."""
    return [
        one
        for one in _runs(consumer, release, arch)
        if scope.asks(one.command, one.level) and not scope.leaves_out(consumer, one.command)
    ]


def _runs(consumer: Consumer, release: ToolRelease, arch: str) -> Iterator[Seen]:
    """Of the release as it is, or as a distribution builds it, on dumps of an architecture."""
    return (one for one in consumer.seen_by_release.get(release, ()) if one.arch == arch)


def worst_seen(runs: Sequence[Seen]) -> Verdict | None:
    return max((one.came for one in runs), key=lambda verdict: verdict.rank, default=None)
