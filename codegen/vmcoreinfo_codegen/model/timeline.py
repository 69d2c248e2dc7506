# SPDX-License-Identifier: MIT
"""What holds when: which of several bounded things counts at a moment, and where that changes.

A bound is a release and means the opening of its merge window: 6.9-rc1 has the changes of 6.9. A
backport to a stable branch holds from that stable release to the end of the branch, and takes
precedence over what holds by its bounds. Exports, their attributes, macros, architectures and
quirks all use this module.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar

from ..core.release import Bounds, Moment, Release, contains, overlap
from ..record import Value
from .base import Boundary, Span


class Lasting(Protocol):
    """Something that holds from one release to another, and in stable branches with a backport.

    `branches` are the stable releases that got it, each for the rest of its branch.
    """

    @property
    def bounds(self) -> Bounds: ...

    @property
    def branches(self) -> tuple[Release, ...]: ...


class Period(Value):
    """Bounds on their own."""

    bounds: Bounds
    branches: tuple[Release, ...] = ()


Held = TypeVar("Held")
One = TypeVar("One", bound=Lasting)


class Segment(Value, Generic[Held]):
    """A value that holds in mainline from one release to another; `until` None means no end."""

    value: Held
    since: Release
    until: Release | None

    @property
    def bounds(self) -> Bounds:
        return self.since, self.until


# At a moment.


def holds(one: Lasting, moment: Moment) -> bool:
    since, until = one.bounds
    return contains(since, until, moment) or _is_backported(one, moment)


def in_force(several: Sequence[One], moment: Moment) -> list[One]:
    """All that hold, with backports to the branch first."""
    if not several:
        return []
    backported = [one for one in several if _is_backported(one, moment)]
    return backported + [one for one in several if contains(*one.bounds, moment)]


def first_in_force(several: Sequence[One], moment: Moment) -> One | None:
    """The one that counts if there can be only one."""
    if not several:
        return None
    backported = next(
        (one for one in several if one.branches and _is_backported(one, moment)), None
    )
    return backported if backported is not None else in_mainline(several, moment)


def in_mainline(several: Sequence[One], moment: Moment) -> One | None:
    """The one that counts by its bounds, regardless of backports."""
    for one in several:
        since, until = one.bounds
        if contains(since, until, moment):
            return one
    return None


def newest(several: Iterable[One]) -> One | None:
    """The one that holds last: without an end, or with the latest one."""

    def end(one: One) -> tuple[bool, Moment | None]:
        _, until = one.bounds
        return until is None, until.opening if until is not None else None

    return max(several, key=end, default=None)


def _is_backported(one: Lasting, moment: Moment) -> bool:
    branches = one.branches
    return bool(branches) and any(_in_branch(backport, moment) for backport in branches)


def _in_branch(backport: Release, moment: Moment) -> bool:
    """Whether a moment is that of the backport or of a later stable update of its branch."""
    return moment[0] == backport.mainline and moment >= backport.moment


# Over releases.


def meets(one: Lasting, bounds: Bounds) -> bool:
    """Whether it holds in some kernel of a range, including stable kernels with a backport."""
    if overlap(one.bounds, bounds):
        return True
    since, until = bounds
    return any(
        (since is None or since.mainline <= backport.mainline)
        and (until is None or backport.moment < until.opening)
        for backport in one.branches
    )


def ends(several: Iterable[Lasting]) -> set[Release]:
    """Every release at which something begins or ends, including backports."""
    return {
        release
        for one in several
        for release in (*one.bounds, *one.branches)
        if release is not None
    }


def place_of(bound: Release, releases: Sequence[Release]) -> int:
    """The index of the first of some ordered releases that is not before a bound."""
    return bisect_left(releases, bound.opening, key=lambda release: release.moment)


def turns(several: Iterable[Lasting], releases: Sequence[Release]) -> list[int]:
    """The indices in ordered releases at which a value may change; 0 is always one."""
    places = {0}
    for one in several:
        places |= {place_of(bound, releases) for bound in one.bounds if bound is not None}
        for backport in one.branches:
            after = bisect_right(releases, backport.mainline, key=lambda release: release.mainline)
            places |= {place_of(backport, releases), after}
    return sorted(place for place in places if place < len(releases))


def segments(
    rests_on: Iterable[Lasting],
    value_at: Callable[[Moment], Held],
    since: Release,
    until: Release | None,
) -> list[Segment[Held]]:
    """The values in mainline between two releases; equal neighbours are merged.

    `rests_on` is all that `value_at` depends on; backports are not part of mainline.
    """
    end = until.opening if until is not None else None
    bounds = {bound for one in rests_on for bound in one.bounds if bound is not None}
    inner = [b for b in bounds if since.opening < b.opening and (end is None or b.opening < end)]
    starts = [since, *sorted(inner, key=lambda release: release.opening)]
    found: list[Segment[Held]] = []
    for start, stop in zip(starts, [*starts[1:], until], strict=True):
        value = value_at(start.opening)
        if found and found[-1].value == value:
            found[-1] = Segment(value, found[-1].since, stop)
        else:
            found.append(Segment(value, start, stop))
    return found


# Boundaries and their reasons.


def beginning(spans: Sequence[Span], moment: Moment) -> Boundary | None:
    """The boundary that made it present at a moment: the backport to its branch, or the beginning
    of its span.

    If the commit of a backport is not known, the beginning of its span is used.
    """
    for span in spans:
        for backport in span.backports:
            if _in_branch(backport.release, moment):
                return backport if backport.commit else span.since
    found = in_mainline(spans, moment)
    return found.since if found is not None else None


def ending(spans: Iterable[Span], moment: Moment, after: Moment | None = None) -> Boundary | None:
    """The latest end up to a moment, and after another one if that is given."""
    return latest(end for end in _ends_of(spans) if is_reached(end, moment, after))


def is_reached(boundary: Boundary, moment: Moment, after: Moment | None = None) -> bool:
    """Whether a boundary is at or before a moment, and after another one if that is given."""
    opening = boundary.release.opening
    return opening <= moment and (after is None or after < opening)


def next_beginning(spans: Iterable[Span], moment: Moment) -> Boundary | None:
    """The earliest beginning after a moment."""
    later = [span.since for span in spans if span.since.release.opening > moment]
    return earliest(later) if later else None


def earliest(boundaries: Iterable[Boundary]) -> Boundary:
    """The earliest boundary. Raises ValueError if there are none."""
    return min(boundaries, key=lambda boundary: boundary.release.opening)


def latest(boundaries: Iterable[Boundary]) -> Boundary | None:
    return max(boundaries, key=lambda boundary: boundary.release.opening, default=None)


def last_end(spans: Sequence[Span]) -> Boundary | None:
    """The final end, None while some span is open."""
    if any(span.until is None for span in spans):
        return None
    return latest(_ends_of(spans))


def _ends_of(spans: Iterable[Span]) -> Iterator[Boundary]:
    return (span.until for span in spans if span.until is not None)
