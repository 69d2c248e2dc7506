# SPDX-License-Identifier: MIT
"""Lines: a vendor's series of kernels, with its own builds, based on a mainline release."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from ..core.build import BuildNumber, KernelName
from ..core.condition import ALWAYS
from ..core.release import Release
from ..problem import Location
from ..record import Form, Record, Value, unwritten
from .base import ConditionField, ReleaseField
from .vocabulary import Format

BuildField = Annotated[BuildNumber, Form(str, {"type": "string", "pattern": r"^\d+(\.\d+)*$"})]
NameField = Annotated[KernelName, Form(str, {"type": "string"})]


class LineChange(Record):
    """A change of exports in a build, on some architectures (None: all).

    The build exports the keys as the mainline release `like` does. If that is None, it exports them
    under `condition`, or not at all if they are `gone`. `format` is how values are printed, None
    for the format of the entry.
    """

    keys: tuple[str, ...]
    archs: tuple[str, ...] | None = None
    like: ReleaseField | None = None
    gone: bool = False
    condition: ConditionField = ALWAYS
    format: Format | None = None
    location: Location = unwritten()

    def concerns(self, arch: str) -> bool:
        return self.archs is None or arch in self.archs


class LineBuild(Record):
    """The builds from `first` on; `last` is the last one that was read.

    `release` is the vendor's own, such as 8.6, and `date` its date; `has` and `lacks` are mainline
    commits.
    """

    first: BuildField
    last: BuildField
    release: str = ""
    date: str | None = None
    doc: str = ""
    changes: tuple[LineChange, ...] = ()
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    location: Location = unwritten()

    def is_like(self, build: BuildNumber) -> bool:
        """Whether a build is in the range that was read, or shares its first number with one end of
        it.

        If the vendor has releases of its own, the first number is that of the release.
        """
        firsts = {one.numbers[0] for one in (self.first, self.last)}
        return self.first <= build <= self.last or (
            bool(self.release) and build.numbers[0] in firsts
        )


class Line(Record):
    """A vendor's series; `base` is None if the names of its kernels include the mainline release.

    A line that `follows_stable` has the stable updates of its release in addition to its own
    changes. `names` are the patterns of its names; `archs` are the architectures that the vendor
    builds, None for all. For a line without builds, `read_of` are the mainline releases for which
    its kernels were read and found to equal mainline.
    """

    name: str
    vendor: str
    doc: str
    base: ReleaseField | None
    follows_stable: bool = False
    names: tuple[NameField, ...]
    aliases: tuple[str, ...] = ()
    archs: tuple[str, ...] | None = None
    read_of: tuple[ReleaseField, ...] = ()
    builds: tuple[LineBuild, ...] = ()
    location: Location = unwritten()

    @property
    def vendors(self) -> tuple[str, ...]:
        """Its vendor, and those that rebuild its sources."""
        return (self.vendor, *self.aliases)

    @property
    def known_as(self) -> tuple[str, ...]:
        """Its name with the vendor and with each of those that rebuild its sources: rhel8,
        centos8."""
        return tuple(dict.fromkeys(self.name.replace(self.vendor, one, 1) for one in self.vendors))

    def name_of(self, build: LineBuild) -> str:
        """The name of a build's first kernel: the vendor's release, or the beginning of `uname
        -r`."""
        if build.release and self.of_release(build.release) is build:
            return f"{self.vendor}{build.release}"
        return self.names[0].name(build.first)

    def read(self, text: str) -> InLine | None:
        """What a kernel's name says, None if it is not a name of this line."""
        for name in self.names:
            found = name.read(text)
            if found is None:
                continue
            base = self.base or found.release
            if base is None:
                return None
            release = Release(base.mainline, stable=found.stable or 0)
            return InLine(self, release, "STABLE" in name.places, found.build, found.rest)
        return None

    def at(self, build: BuildNumber | None) -> LineBuild | None:
        """The build clause that applies to a build; None if the build is unknown or older than all
        clauses."""
        if build is None:
            return None
        return next((one for one in reversed(self.builds) if one.first <= build), None)

    def until(self, build: BuildNumber | None) -> Iterator[LineBuild]:
        """All build clauses up to a build, the oldest first."""
        return (one for one in self.builds if build is not None and one.first <= build)

    def knows(self, build: BuildNumber | None) -> bool:
        """Whether the exports of a build, or of one like it, were read."""
        own = self.at(build)
        return own is not None and build is not None and own.is_like(build)

    def of_release(self, release: str) -> LineBuild | None:
        """The first builds of a vendor's release, such as 8.6."""
        return next((one for one in self.builds if one.release == release), None)


class InLine(Value):
    """A kernel of a line: the mainline or stable release that it is based on, and its build.

    `is_stable` says whether the number of the stable release is known; `rest` is the remainder of
    the name.
    """

    line: Line
    release: Release
    is_stable: bool
    build: BuildNumber | None
    rest: str

    @property
    def is_known(self) -> bool:
        if not self.line.builds:
            return self.release.branch in self.line.read_of
        return self.line.knows(self.build)
