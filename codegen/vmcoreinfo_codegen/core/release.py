# SPDX-License-Identifier: MIT
"""Kernel releases, in chronological order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, cached_property

from ..record import Ordered

# No number of a release has more than nine digits.
_RELEASE = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})((?:\.[0-9]{1,9})*)(?:-rc([0-9]{1,5}))?")
# A full release string: distributions append their own part (`6.12.117+deb13-cloud-amd64`,
# `5.10.0-30-amd64`, `4.18.0-553.el8_10.x86_64`), after the `-rcN` of a release candidate.
_RELEASE_STRING = re.compile(r"([0-9]+(?:\.[0-9]+)+(?:-rc[0-9]+)?)(.*)", re.DOTALL)
_FINAL = 10**6
Moment = tuple[tuple[int, ...], int, int]
"""A position in the order of releases, see `opening`, `moment` and `eve`."""


class Release(Ordered):
    """A kernel release: `6.9`, `6.6.9`, `7.3-rc1`, `2.6.24`, `2.6.35.6`.

    Releases are ordered in time within a line of development: 6.9-rc1 < 6.9 < 6.9.1 < 6.10-rc1. As
    a boundary of a half-open span, `6.9` is the opening of its merge window: see `contains`.
    """

    mainline: tuple[int, ...]
    candidate: int = _FINAL
    stable: int = 0

    @classmethod
    def parse(cls, text: str) -> Release:
        """Parse one whole release. Raises ValueError."""
        return _parse(text)

    def __str__(self) -> str:
        text = ".".join(map(str, self.mainline))
        if self.candidate != _FINAL:
            return f"{text}-rc{self.candidate}"
        return f"{text}.{self.stable}" if self.stable else text

    @property
    def branch(self) -> Release:
        """The mainline release of a candidate or a stable update."""
        return Release(self.mainline)

    @property
    def is_stable(self) -> bool:
        return self.stable > 0

    @cached_property
    def opening(self) -> Moment:
        """The start or end of a span that is bounded by this release.

        Changes of a mainline release are merged in its merge window, so its release candidates have
        them too.
        """
        if self.candidate == _FINAL and not self.stable:
            return (self.mainline, 0, 0)
        return (self.mainline, self.candidate, self.stable)

    @cached_property
    def moment(self) -> Moment:
        """The position of this release's own kernel."""
        return (self.mainline, self.candidate, self.stable)

    @property
    def eve(self) -> Moment:
        """The position just before `opening`: after all changes of earlier releases."""
        mainline, candidate, stable = self.opening
        return (mainline, candidate, stable - 1)


def counts_three(version: int, level: int) -> bool:
    """Whether a mainline release has three numbers and a stable one four, as 2.6 does."""
    return (version, level) == (2, 6)


@cache
def _parse(text: str) -> Release:
    match = _RELEASE.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a kernel release like 6.9, 6.6.9 or 7.3-rc1")
    numbers = [int(match[1]), int(match[2]), *(int(part) for part in match[3].split(".")[1:])]
    width = 3 if counts_three(*numbers[:2]) else 2
    if len(numbers) > width + 1 or (width == 3 and len(numbers) < 3):
        raise ValueError(f"{text!r} is not a kernel release like 6.9, 6.6.9 or 7.3-rc1")
    stable = numbers[width] if len(numbers) > width else 0
    candidate = int(match[4]) if match[4] else _FINAL
    if stable and candidate != _FINAL:
        raise ValueError(f"{text!r}: a stable release can't have a release candidate")
    return Release(tuple(numbers[:width]), candidate, stable)


def contains(since: Release | None, until: Release | None, moment: Moment) -> bool:
    """Whether a moment lies in the half-open span `[since, until)`; None means no bound."""
    if since is not None and moment < since.opening:
        return False
    return until is None or moment < until.opening


Bounds = tuple[Release | None, Release | None]
"""The bounds of a half-open span; None means no bound."""


def overlap(first: Bounds, second: Bounds) -> bool:
    """Whether two half-open spans share a release."""
    for (since, _), (_, until) in ((first, second), (second, first)):
        if since is not None and until is not None and since.opening >= until.opening:
            return False
    return True


def common(first: Bounds, second: Bounds) -> Bounds | None:
    """The releases that two half-open spans share; None if they share none."""
    if not overlap(first, second):
        return None
    since = [bound for bound in (first[0], second[0]) if bound is not None]
    until = [bound for bound in (first[1], second[1]) if bound is not None]
    return (
        max(since, key=lambda release: release.opening, default=None),
        min(until, key=lambda release: release.opening, default=None),
    )


def _start(since: Release | None) -> tuple[object, ...]:
    return (False,) if since is None else (True, since.opening)


def first_overlap(spans: Sequence[Bounds]) -> tuple[int, int] | None:
    """The places of two spans that share a release, the lower place first; None if there are none.

    Takes one pass in order of time, so it is fast for ten thousand spans. Empty spans share
    nothing.
    """
    order = sorted(
        range(len(spans)),
        key=lambda place: _start(spans[place][0]),
    )
    longest: int | None = None
    for place in order:
        since, until = spans[place]
        if since is not None and until is not None and since.opening >= until.opening:
            continue
        if longest is None:
            longest = place
            continue
        if overlap(spans[longest], spans[place]):
            return min(longest, place), max(longest, place)
        longest = place
    return None


def parse_release_string(text: str) -> tuple[Release, str]:
    """Split `uname -r` output into the kernel's release and the distribution's part.

    Debian's ABI releases (`6.1.0-56-amd64`) have the ABI number in place of the stable one, so they
    only identify the branch. Raises ValueError.
    """
    match = _RELEASE_STRING.match(text)
    if not match:
        raise ValueError(f"{text!r} does not start with a kernel release")
    return _parse(match[1]), match[2]
