# SPDX-License-Identifier: MIT
"""Builds of a vendor's kernels: the vendor's own numbering, and the build's name in `uname -r`."""

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
"""Placeholders in a name: the mainline release, its stable update, the vendor's build, any other
number."""

_PLACE = re.compile("|".join(PLACES))
# `el8` must not match the beginning of `el8uek`.
_END = r"(?![A-Za-z0-9])"


class BuildNumber(Ordered):
    """A vendor's build: 372.9.1 comes before 425."""

    numbers: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> BuildNumber:
        """Parse one whole build number. Raises ValueError."""
        if not _BUILD.fullmatch(text):
            raise ValueError(f"{text!r} is not a build like 372.9.1")
        return cls(tuple(map(int, text.split("."))))

    def __str__(self) -> str:
        return ".".join(map(str, self.numbers))


class Named(Value):
    """The release, stable update and build in a kernel's name; None for each that the name
    lacks."""

    release: Release | None
    stable: int | None
    build: BuildNumber | None
    rest: str


class KernelName(Value):
    """The names of a line's kernels, such as `4.18.0-BUILD.el8`: the beginning of `uname -r`."""

    pattern: str

    def read(self, text: str) -> Named | None:
        """What a release string says, None if the name does not match."""
        # Most names don't share a word with the text, and this test is faster than compiling the
        # pattern.
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
        """The regular expression that reads the name."""
        return _compiled(self.pattern).pattern

    @property
    def places(self) -> frozenset[str]:
        """The placeholders in the name."""
        return frozenset(_PLACE.findall(self.pattern))

    @property
    def fixed(self) -> str:
        """The text before the first placeholder."""
        match = _PLACE.search(self.pattern)
        return self.pattern[: match.start()] if match else self.pattern

    def name(self, build: BuildNumber) -> str:
        """The name of a build: STABLE becomes 0 and NUMBER becomes 1."""
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
