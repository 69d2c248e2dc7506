# SPDX-License-Identifier: MIT
"""Lines: a vendor's series of kernels, with builds of its own, based on a mainline release."""

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
    """What a build exports otherwise than builds before it, on some architectures (None: all).

    As mainline of `like` does; or, if that is None, under `condition`, unless they are `gone`.
    `format` is how values are printed, None for what the entry says.
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
    """Builds from `first` on; `last` is the last one that was read.

    `release` is the vendor's own, as 8.6, `date` the day of that; `has` and `lacks` are commits of
    mainline.
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
        """Whether a build is one of those that were read, or has the same first number as one.

        Of a vendor with releases of its own the first number is that of the release.
        """
        firsts = {one.numbers[0] for one in (self.first, self.last)}
        return self.first <= build <= self.last or (
            bool(self.release) and build.numbers[0] in firsts
        )


class Line(Record):
    """A series; `base` is None if its kernels name their mainline release themselves.

    One that `follows_stable` has what the stable updates of its release have, beside its own. `names` is how they are called; `archs` are the architectures that the vendor builds, None for all.
    Of a line without builds `read_of` are the releases of mainline of which its kernels were read, and are as those.
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
        """Its vendor, and those who rebuild its sources."""
        return (self.vendor, *self.aliases)

    @property
    def known_as(self) -> tuple[str, ...]:
        """Its name, and that with each of those who rebuild its sources: rhel8, centos8."""
        return tuple(dict.fromkeys(self.name.replace(self.vendor, one, 1) for one in self.vendors))

    def name_of(self, build: LineBuild) -> str:
        """What its first kernel is called: the vendor's release, or as `uname -r` has it."""
        if build.release and self.of_release(build.release) is build:
            return f"{self.vendor}{build.release}"
        return self.names[0].name(build.first)

    def read(self, text: str) -> InLine | None:
        """What the name of a kernel tells, None if it is of another line."""
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
        """What counts for a build; None for one before all that are known, and where none is told."""
        if build is None:
            return None
        return next((one for one in reversed(self.builds) if one.first <= build), None)

    def until(self, build: BuildNumber | None) -> Iterator[LineBuild]:
        """All that a build has by it: the first of them first."""
        return (one for one in self.builds if build is not None and one.first <= build)

    def knows(self, build: BuildNumber | None) -> bool:
        """Whether what a build exports was read of it, or of one like it."""
        own = self.at(build)
        return own is not None and build is not None and own.is_like(build)

    def of_release(self, release: str) -> LineBuild | None:
        """The first builds of a release of the vendor's, as 8.6."""
        return next((one for one in self.builds if one.release == release), None)


class InLine(Value):
    """A kernel of a line: the mainline or stable release that it is based on, and its build.

    `is_stable` is whether the number of the stable release is known; `rest` what its name says
    beside.
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
