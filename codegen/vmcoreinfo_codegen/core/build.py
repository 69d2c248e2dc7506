# SPDX-License-Identifier: MIT
"""Builds of a vendor's kernels: their own numbering, and how `uname -r` names them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from ..record import NOTHING, Ordered, Value
from .release import Release

_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,9})*"
_BUILD = re.compile(_NUMBER)
# 2.6 has three numbers, see `release.counts_three`.
PLACES = {
    "RELEASE": r"(?P<release>2\.6\.[0-9]{1,9}|(?!2\.6\.)[0-9]{1,9}\.[0-9]{1,9})",
    "STABLE": r"(?P<stable>[0-9]{1,9})",
    "BUILD": rf"(?P<build>{_NUMBER})",
    "NUMBER": r"[0-9]{1,9}",
}
"""What stands for a number in a name: the mainline release, its stable update, the vendor's build, any other."""

_PLACE = re.compile("|".join(PLACES))
# `el8` is not the beginning of `el8uek`.
_END = r"(?![A-Za-z0-9])"


class BuildNumber(Ordered):
    """A vendor's build: 372.9.1 comes before 425."""

    numbers: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> BuildNumber:
        """Parse exactly one. Raises ValueError."""
        if not _BUILD.fullmatch(text):
            raise ValueError(f"{text!r} is not a build like 372.9.1")
        return cls(tuple(map(int, text.split("."))))

    def __str__(self) -> str:
        return ".".join(map(str, self.numbers))


class Named(Value):
    """What a name tells: the release in it, the number of its stable update, the build; None if it has none."""

    release: Release | None
    stable: int | None
    build: BuildNumber | None
    rest: str


class KernelName(Value):
    """How kernels of a line are called, as `4.18.0-BUILD.el8`: the beginning of what `uname -r` says."""

    pattern: str

    def read(self, text: str) -> Named | None:
        """What a release string tells, None if it is another line's."""
        # To compile a pattern takes longer than to see that most have nothing to do with the text.
        if not all(part in text for part in _PLACE.split(self.pattern)):
            return None
        match = _compiled(self.pattern).match(text)
        if match is None:
            return None
        found: Mapping[str, str | None] = match.groupdict() or NOTHING
        release, stable, build = (found.get(name) for name in ("release", "stable", "build"))
        return Named(
            Release.parse(release) if release else None,
            int(stable) if stable else None,
            BuildNumber.parse(build) if build else None,
            text[match.end() :],
        )

    @property
    def expression(self) -> str:
        """The regular expression that it is read by."""
        return _compiled(self.pattern).pattern

    @property
    def places(self) -> frozenset[str]:
        """The numbers that it leaves open."""
        return frozenset(_PLACE.findall(self.pattern))

    @property
    def fixed(self) -> str:
        """What is before the first number that it leaves open."""
        match = _PLACE.search(self.pattern)
        return self.pattern[: match.start()] if match else self.pattern

    def name(self, build: BuildNumber) -> str:
        """What a build is called, the first update of a stable release; any other number does."""
        name = self.pattern.replace("BUILD", str(build))
        return name.replace("STABLE", "0").replace("NUMBER", "1")

    def __str__(self) -> str:
        return self.pattern


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    parts: list[str] = []
    at = 0
    for place in _PLACE.finditer(pattern):
        parts += [re.escape(pattern[at : place.start()]), PLACES[place[0]]]
        at = place.end()
    return re.compile("".join([*parts, re.escape(pattern[at:])]) + _END)
