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
    """The reasons why a verdict is not known, none if it is.

    For a release that is not in the schema, even a bad verdict is not known: it may be fixed.
    """

    reasons: tuple[str, ...]
    is_of_release: bool = False

    def __bool__(self) -> bool:
        return bool(self.reasons)

    def overall(self, verdict: Verdict) -> Verdict:
        """The verdict on all purposes; with doubts, one that is not worse than degraded becomes
        unknown."""
        return self._limited(verdict, Verdict.UNKNOWN)

    def of_purpose(self, verdict: Verdict) -> Verdict:
        """The verdict on a purpose; with doubts, ok and fallback become unknown, but degraded
        stays, as it promises nothing."""
        return self._limited(verdict, Verdict.DEGRADED)

    def _limited(self, verdict: Verdict, least: Verdict) -> Verdict:
        if self.reasons and (self.is_of_release or verdict.rank < least.rank):
            return Verdict.UNKNOWN
        return verdict


def doubts(
    schema: Schema, consumer: Consumer, release: ToolRelease, arch: str, kernel: Release
) -> Doubts:
    """The doubts about one release on one kernel."""
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
    """The newest kernels of an architecture for which a release is known; `newest` is that of the
    schema.

    `last` is None if nothing limits it; `seen` are later series on which the release was run.
    """

    is_supported: bool
    last: Release | None
    seen: Collection[tuple[int, ...]]
    newest: Release

    def passed(self, kernel: Release) -> Release | None:
        """The newest known kernel, if this one is newer and was not seen."""
        if self.last is None or kernel.mainline in self.seen:
            return None
        return self.last if kernel.mainline > self.last.mainline else None

    def has(self, kernel: Release) -> bool:
        """Whether there is no doubt about a kernel."""
        is_new = kernel.mainline > self.newest.mainline
        return self.is_supported and not is_new and self.passed(kernel) is None


def horizon_of(schema: Schema, consumer: Consumer, release: ToolRelease, arch: str) -> Horizon:
    """The horizon of a release in the schema."""
    seen = seen_kernels(consumer, release, arch)
    last = horizon(schema, consumer, release, seen)
    return Horizon(consumer.supports(arch, release), last, seen, schema.latest)


def of_distribution(doubt: Doubts, kernel: Kernel, runs: Sequence[Seen]) -> Doubts:
    """Add the doubt about a prediction for a distribution's kernel, which may be patched.

    Runs on dumps of that very kernel remove the doubt, and so does the schema if the kernel's
    sources were read for it.
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
    """A text: a release does not read dumps of an architecture, and which one does."""
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
    """The newest kernel for which a release is known; None if nothing limits it.

    This is the newest kernel that it declares, or if the tool declares none, the newest at the date
    of its release; or a newer one on which it was `seen` to do well.
    """
    own = own_horizon(schema, consumer, release)
    if own is None:
        return None
    well = [Release(mainline) for mainline, came in seen.items() if not came.is_bad]
    return max([own, *well], key=lambda one: one.mainline)


def own_horizon(schema: Schema, consumer: Consumer, release: ToolRelease) -> Release | None:
    """The newest kernel that a release declares, or that existed at its date; None if neither is
    known.

    A release without a date is at least as recent as those before it.
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
    """Runs of a release on dumps of kernels like this one: of the same series and architecture.

    For a note, the entries that the release reads must be the same too.
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
    """Mainline series on which a release was run, with the worst result.

    Extra commands don't count.
    """
    found: dict[tuple[int, ...], Verdict] = {}
    for one in counted_runs(consumer, release, arch, scope):
        before = found.get(one.branch.mainline, Verdict.OK)
        found[one.branch.mainline] = max(before, one.came, key=lambda verdict: verdict.rank)
    return found


def counted_runs(
    consumer: Consumer, release: ToolRelease, arch: str, scope: Scope = WHOLE
) -> list[Seen]:
    """Runs that count for the verdict on the whole."""
    return [
        one
        for one in _runs(consumer, release, arch)
        if scope.asks(one.command, one.level) and not scope.leaves_out(consumer, one.command)
    ]


def _runs(consumer: Consumer, release: ToolRelease, arch: str) -> Iterator[Seen]:
    """Runs of the release, upstream's or built by a distribution, on dumps of an architecture."""
    return (one for one in consumer.seen_by_release.get(release, ()) if one.arch == arch)


def worst_seen(runs: Sequence[Seen]) -> Verdict | None:
    return max((one.came for one in runs), key=lambda verdict: verdict.rank, default=None)
