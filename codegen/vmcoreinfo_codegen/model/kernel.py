# SPDX-License-Identifier: MIT
"""Kernels as users and notes name them: a mainline release, or a build of a vendor's line."""

from __future__ import annotations

from collections.abc import Iterator

from ..core.build import BuildNumber
from ..core.release import Release, parse_release_string
from ..record import Value, replace
from .architecture import Architecture
from .line import InLine, Line
from .schema import Schema


class Kernel(Value):
    """A named kernel; `schema` is the schema as it applies to the kernel, and `release` the one to
    query it with.

    `line` is None for a mainline release, and if no line of the schema knows the name; `added` is
    then what a distribution appended to the release.
    """

    name: str
    schema: Schema
    release: Release
    line: InLine | None = None
    added: str = ""

    @property
    def is_of_distribution(self) -> bool:
        return self.line is not None or bool(self.added)

    @property
    def is_patched(self) -> bool:
        """Whether it may have exports that the schema doesn't know, because its vendor or build is
        unknown."""
        if self.line is None:
            return bool(self.added)
        line = self.line.line
        return not self.line.is_known and (bool(line.builds) or not line.follows_stable)

    @property
    def may_be_stable(self) -> bool:
        """Whether its name does not say which stable update of its release it is."""
        if self.release != self.release.branch:
            return False
        if self.line is None:
            return bool(self.added)
        return self.line.line.follows_stable and not self.line.is_stable

    @property
    def told(self) -> str:
        """Its name in answers: a mainline release as such, a vendor's kernel by its name."""
        return self.name if self.line is not None else str(self.release)

    def builds(self, arch: Architecture) -> bool:
        """Whether its vendor builds it for an architecture."""
        archs = self.line.line.archs if self.line is not None else None
        return archs is None or arch.name in archs

    @property
    def canonical(self) -> str:
        """The normalized name: kernels to which the same build clause applies share it."""
        if self.line is None:
            return str(self.release)
        line, build = self.line.line, self.line.build
        own = line.at(build)
        if own is not None:
            return line.name_of(own)
        return line.name if build is None else line.names[0].name(build)

    @property
    def called(self) -> str:
        """Its name for people: `4.18`, or `rhel8 8.10, build 553.22.1, based on 4.18`."""
        if self.line is None:
            return str(self.release)
        line, build = self.line.line, self.line.build
        own = line.at(build)
        release = f" {own.release}" if own is not None and own.release else ""
        number = f", build {build}" if build is not None else ""
        return f"{line.name}{release}{number}, based on {self.release}"


def mainline(schema: Schema, release: Release) -> Kernel:
    """The kernel of a mainline release."""
    return Kernel(str(release), schema, release)


def kernels_of(schema: Schema, line: Line) -> Iterator[Kernel]:
    """The first build of each known release of a line that has a base."""
    if line.base is None:
        return
    for build in line.builds:
        found = _in_line(line, line.base, build.first)
        yield Kernel(line.name_of(build), schema_of(schema, found), found.release, found)


def kernel_named(schema: Schema, text: str) -> Kernel:
    """The kernel with that `uname -r` string or vendor's release, such as rhel8.6. Raises
    ValueError."""
    for found in _in_lines(schema, text):
        return Kernel(text, schema_of(schema, found), found.release, found)
    release, added = parse_release_string(text)
    if added and release == release.branch and schema.is_declared(release):
        # Vendors name kernels with arbitrary backports from later releases like this, such as
        # 5.14.0-427.el9.
        schema = _with_any(schema)
    return Kernel(text, schema, release, None, added)


def _with_any(schema: Schema) -> Schema:
    """The schema for a kernel that may have anything of later releases."""
    if None not in schema.of_lines:
        schema.of_lines[None] = replace(schema, backported_until=schema.latest)
    return schema.of_lines[None]


def _in_lines(schema: Schema, text: str) -> Iterator[InLine]:
    """The lines that know the name, those with a base of their own first."""
    if not text[:1].isdigit():
        yield from _of_vendors(schema, text)
        return
    for line in sorted(schema.lines, key=lambda line: line.base is None):
        found = line.read(text)
        if found is not None:
            yield found


def _of_vendors(schema: Schema, text: str) -> Iterator[InLine]:
    """`rhel8.6`, `centos8.6`, `rhel8`: the first build of a release, or the newest of a line."""
    wanted = text.lower()
    for line in schema.lines:
        if line.base is None:
            continue
        for build in line.builds:
            if build.release and wanted in {f"{name}{build.release}" for name in line.vendors}:
                yield _in_line(line, line.base, build.first)
        if wanted in line.known_as:
            yield _in_line(line, line.base, line.builds[-1].last if line.builds else None)


def _in_line(line: Line, base: Release, build: BuildNumber | None) -> InLine:
    return InLine(line, base, False, build, "")


def schema_of(schema: Schema, found: InLine) -> Schema:
    """The schema as it applies to a kernel of a line. It is cached, because most of many dumps are
    from the same few kernels."""
    own = found.line.at(found.build)
    asked = found.line.name, own.first if own is not None else None, found.release.branch
    kept = schema.of_lines
    if asked not in kept:
        # Loaded here, because questions about mainline don't need it.
        from .of_line import of_line

        kept[asked] = of_line(schema, found)
    return kept[asked]
