# SPDX-License-Identifier: MIT
"""Consumers: programs that read notes, their releases, and the needs of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from ..core.condition import ALWAYS
from ..core.key import kind_of
from ..core.release import Bounds, Release, contains
from ..core.tool import NEXT, ToolRelease
from ..problem import Location
from ..record import NOTHING, Record, replace, unwritten
from .base import ConditionField, ExpressionField, ReleaseField
from .forms import Conversion, PassedOver, ReadingForm
from .observed import NOTHING_SEEN, UPSTREAM, RunsField, Seen, ToolField
from .vocabulary import DumpFormat, DumpSource, Format, Trait, Verdict

MOST_LEVEL = 31
"""The dump level that excludes all page types that can be excluded."""


class KernelRange(Record):
    """A half-open range of kernels; a missing bound leaves that side open.

    `commit` made the change at its only bound, if that is known.
    """

    since: ReleaseField | None = None
    until: ReleaseField | None = None
    commit: str | None = None

    def holds(self, release: Release, commits: Mapping[str, bool] = NOTHING) -> bool:
        """Whether a kernel is in the range; `commits` says which commits it is known to have or
        lack."""
        has = commits.get(self.commit) if self.commit is not None else None
        if has is not None:
            return has == (self.since is not None)
        return contains(self.since, self.until, release.moment)

    @property
    def bounds(self) -> Bounds:
        return self.since, self.until


class ConsumerRelease(Record):
    """A release of the tool: its date, if known, and the kernels that it claims to support."""

    release: ToolField
    date: str | None = None
    kernels: KernelRange | None = None
    location: Location = unwritten()


class OfReleases(Record):
    """A half-open range of a tool's releases; a missing bound leaves that side open."""

    since: ToolField | None = None
    until: ToolField | None = None

    def is_of(self, release: ToolRelease) -> bool:
        # Compare numbers only: this is called for tens of thousands of releases.
        if self.since is not None and release.numbers < self.since.numbers:
            return False
        return self.until is None or release.numbers < self.until.numbers


class Alternative(OfReleases):
    """One way to fulfil a need: entries, facts from the rest of the dump, and other sources in
    words, all of them together.

    The releases in its range know it. Its result is right on `kernels`, and if `when` is not 0 for
    the values of a note.
    """

    keys: tuple[str, ...] = ()
    of_dump: tuple[DumpSource, ...] = ()
    others: tuple[str, ...] = ()
    kernels: KernelRange | None = None
    when: ExpressionField | None = None
    location: Location = unwritten()

    def without(self, since: ToolRelease, until: ToolRelease) -> Iterator[Alternative]:
        """The alternative in the releases before a range, and in those after it."""
        if self.since is None or self.since < since:
            ends = [end for end in (self.until, since) if end is not None]
            yield replace(self, until=min(ends))
        if self.until is None or until < self.until:
            yield replace(self, since=until if self.since is None else max(self.since, until))

    @property
    def is_beside_note(self) -> bool:
        """Whether it uses a source other than the note."""
        return bool(self.of_dump or self.others)

    def is_right_for(self, kernel: Release, commits: Mapping[str, bool] = NOTHING) -> bool:
        return self.kernels is None or self.kernels.holds(kernel, commits)


class Adaptation(Record):
    """The value to write under a key that a tool knows, if the kernel exports it under other keys
    or with another value."""

    key: str
    expression: ExpressionField
    text: str
    location: Location = unwritten()


class Removal(Record):
    """Keys that a tool is better off without, because it then uses another source."""

    keys: tuple[str, ...]
    text: str
    location: Location = unwritten()


class Copied(OfReleases):
    """Names of the kernel's source that some releases of a tool have copied, or assume.

    If a kernel differs from the copy, the need gets `verdict`, and `text` says what a user sees.
    This holds for some architectures of the need (`archs` None: all), and for `kernels`.
    """

    names: tuple[str, ...]
    archs: tuple[str, ...] | None = None
    kernels: KernelRange | None = None
    verdict: Verdict
    text: str
    location: Location = unwritten()


class Command(Record):
    """One of the tool's operations on a dump, and the command that runs it.

    An `is_extra` command does not count for the verdict of the tool as a whole.
    """

    name: str
    run: str
    is_extra: bool = False
    location: Location = unwritten()

    @property
    def has_level(self) -> bool:
        """Whether the command takes a dump level."""
        return "LEVEL" in self.run


class Supported(OfReleases):
    """Architectures whose dumps some releases of a tool read."""

    archs: tuple[str, ...]


class Build(Record):
    """A distribution's build of a release.

    Because of its patches it does the `purposes` as the release `like` does.
    """

    name: str
    release: ToolField
    like: ToolField | None = None
    purposes: tuple[str, ...] = ()
    location: Location = unwritten()


class Need(Record):
    """A purpose for which a tool reads the note, on some architectures (`archs` None: all).

    It counts for `commands` of the tool, or for all if none is named, and at dump levels that have
    a bit of `levels`, or at all if that is 0. If `shows_with` is not empty, only dumps that have
    those pages show the result.

    The tool tries `alternatives` in this order. If it uses a source other than the note, `fallback`
    says what a user sees; it is empty if that is nothing, or if the verdict is fallback anyway. If
    no alternative is available, `verdict` and `text` say what happens. The need only exists on
    `kernels` and under `condition`.
    """

    purpose: str
    doc: str = ""
    archs: tuple[str, ...] | None = None
    commands: tuple[str, ...] = ()
    levels: int = 0
    shows_with: tuple[str, ...] = ()
    condition: ConditionField = ALWAYS
    kernels: KernelRange | None = None
    alternatives: tuple[Alternative, ...]
    adaptations: tuple[Adaptation, ...] = ()
    removals: tuple[Removal, ...] = ()
    copied: tuple[Copied, ...] = ()
    fallback: str = ""
    verdict: Verdict
    text: str
    location: Location = unwritten()

    def concerns(self, arch: str) -> bool:
        return self.archs is None or arch in self.archs

    def counts_for(self, command: str | None, level: int | None) -> bool:
        """Whether it counts for a command and a dump level; None means any."""
        if command is not None and self.commands and command not in self.commands:
            return False
        return level is None or not self.levels or bool(self.levels & level)

    @property
    def falls_back(self) -> bool:
        """Whether using a source other than the note counts as a fallback, because that source is
        not as good."""
        return bool(self.fallback) or self.verdict is Verdict.FALLBACK

    def seen(self, verdict: Verdict) -> str:
        """What a user sees if the need gets that verdict."""
        return self.fallback if self.fallback and verdict is Verdict.FALLBACK else self.text

    @cached_property
    def kernel_ranges(self) -> tuple[KernelRange, ...]:
        """The kernel ranges of the need and its alternatives."""
        found = (self.kernels, *(alternative.kernels for alternative in self.alternatives))
        return tuple(kernels for kernels in found if kernels is not None)

    def known_to(self, release: ToolRelease) -> tuple[bool, ...]:
        """For each alternative, whether a release knows it."""
        return tuple([alternative.is_of(release) for alternative in self.alternatives])

    def known_by(self, release: ToolRelease) -> tuple[Alternative, ...]:
        """The alternatives that a release knows, in order; without any, it does not have the
        purpose."""
        found = self._known.get(release.numbers)
        if found is None:
            found = tuple([a for a in self.alternatives if a.is_of(release)])
            self._known[release.numbers] = found
        return found

    @cached_property
    def _known(self) -> dict[tuple[int, ...], tuple[Alternative, ...]]:
        """The results of `known_by`, by release."""
        return {}

    def exists_in(self, release: ToolRelease) -> bool:
        """Whether a release has the purpose at all: it knows an alternative."""
        return bool(self.known_by(release))

    def patched(
        self, release: ToolRelease, until: ToolRelease, like: ToolRelease
    ) -> tuple[Alternative, ...]:
        """The alternatives, except that one release, up to the next (`until`), has those of
        `like`."""
        of_like = [
            replace(a, since=release, until=until) for a in self.alternatives if a.is_of(like)
        ]
        others = [part for a in self.alternatives for part in a.without(release, until)]
        return (*of_like, *others)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        found = [key for alternative in self.alternatives for key in alternative.keys]
        return tuple(dict.fromkeys(found))


class Reading(OfReleases):
    """The value formats that releases accept for some kinds, or for one entry."""

    subjects: tuple[str, ...]
    formats: tuple[Format, ...]

    def is_about(self, key: str) -> bool:
        return key in self.subjects or str(kind_of(key)) in self.subjects


class ParserTrait(OfReleases):
    """An input that the parser of some releases treats differently, and the result.

    `limit` is in bytes. If `subjects` are named, only those entries are affected; if `dumps` are,
    only dumps in those formats.
    """

    trait: Trait
    limit: int | None = None
    subjects: tuple[str, ...] = ()
    dumps: tuple[DumpFormat, ...] = ()
    verdict: Verdict
    text: str
    location: Location = unwritten()

    def counts_in(self, format_: str) -> bool:
        """Whether it applies to a note in that format; it does for a bare note, whose dump is
        unknown."""
        return not self.dumps or format_ in self.dumps or format_ not in DumpFormat.values()


class Consumer(Record):
    """A program that reads notes; the last of the `readings` for an entry counts.

    `sources` are the files of its tree that read keys, `forms` the code that does it.

    `version_option` makes it print its release; it is empty if there is none.
    """

    name: str
    doc: str
    url: str
    version_option: str = ""
    commands: tuple[Command, ...] = ()
    supported: tuple[Supported, ...] = ()
    releases: tuple[ConsumerRelease, ...]
    builds: tuple[Build, ...] = ()
    # Which of them this is; empty for none.
    build: str = unwritten(default="")
    # Kept beside the schema, in files of their own; tables and answers show them.
    seen: RunsField = unwritten(default=NOTHING_SEEN)
    readings: tuple[Reading, ...] = ()
    traits: tuple[ParserTrait, ...] = ()
    sources: tuple[str, ...] = ()
    forms: tuple[ReadingForm, ...] = ()
    conversions: tuple[Conversion, ...] = ()
    passed: tuple[PassedOver, ...] = ()
    needs: tuple[Need, ...]
    location: Location = unwritten()

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """All keys that it reads for some purpose."""
        return tuple(dict.fromkeys(key for need in self.needs for key in need.keys))

    @cached_property
    def passed_keys(self) -> frozenset[str]:
        """All keys that it reads for no purpose."""
        return frozenset(key for one in self.passed for key in one.keys)

    def keys_of(self, release: ToolRelease) -> tuple[str, ...]:
        """The keys that a release reads."""
        if release not in self._read:
            alternatives = (a for need in self.needs for a in need.alternatives if a.is_of(release))
            keys = dict.fromkeys(key for one in alternatives for key in one.keys)
            self._read[release] = tuple(keys)
        return self._read[release]

    @cached_property
    def _read(self) -> dict[ToolRelease, tuple[str, ...]]:
        """The results of `keys_of`, by release."""
        return {}

    @property
    def latest(self) -> ToolRelease:
        return max(release.release for release in self.releases)

    def can_read(self, key: str, printed: Format | None, release: ToolRelease) -> bool:
        """Whether a release reads a value in that format correctly; True unless the schema says
        otherwise."""
        if printed is None:
            return True
        if key not in self._readings_of:
            about = [one for one in reversed(self.readings) if one.is_about(key)]
            self._readings_of[key] = tuple(about)
        for reading in self._readings_of[key]:
            if reading.is_of(release):
                return printed in reading.formats
        return True

    @cached_property
    def _readings_of(self) -> dict[str, tuple[Reading, ...]]:
        """Results of an earlier lookup: the readings of an entry, the last first."""
        return {}

    def built(self, build: Build) -> Consumer:
        """The same tool with one release as a distribution builds it."""
        if build.like is None:
            return self
        later = sorted(one.release for one in self.releases if one.release > build.release)
        until = later[0] if later else ToolRelease.parse(NEXT)
        needs = tuple(
            replace(need, alternatives=need.patched(build.release, until, build.like))
            if need.purpose in build.purposes
            else need
            for need in self.needs
        )
        return replace(self, needs=needs, build=build.name)

    @cached_property
    def extra_commands(self) -> frozenset[str]:
        return frozenset(command.name for command in self.commands if command.is_extra)

    @cached_property
    def seen_by_release(self) -> dict[ToolRelease, list[Seen]]:
        """The runs of each release, upstream's or built by a distribution."""
        found: dict[ToolRelease, list[Seen]] = {}
        for one in self.seen:
            if one.build in self.same_builds:
                found.setdefault(one.release, []).append(one)
        return found

    @cached_property
    def same_builds(self) -> frozenset[str]:
        """The builds that behave like this one: a distribution's own build, or upstream's and those
        without patches that matter."""
        if self.build:
            return frozenset({self.build})
        return frozenset({UPSTREAM, *(build.name for build in self.builds if build.like is None)})

    def supports(self, arch: str, release: ToolRelease) -> bool:
        """Whether a release reads dumps of an architecture; True if the tool declares none."""
        if not self.supported:
            return True
        return any(one.is_of(release) for one in self._supported_by_arch.get(arch, ()))

    @cached_property
    def _supported_by_arch(self) -> dict[str, list[Supported]]:
        found: dict[str, list[Supported]] = {}
        for one in self.supported:
            for arch in one.archs:
                found.setdefault(arch, []).append(one)
        return found

    def release(self, wanted: ToolRelease) -> ConsumerRelease | None:
        return self._by_release.get(wanted)

    @cached_property
    def _by_release(self) -> dict[ToolRelease, ConsumerRelease]:
        return {one.release: one for one in reversed(self.releases)}
