# SPDX-License-Identifier: MIT
"""Consumers: programs that read notes, their releases, and what each needs them for."""

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
"""The dump level that leaves out all that one can."""


class KernelRange(Record):
    """Kernels from a release to before another; without a bound, all on that side.

    `commit` made the one bound that there is, if that is known.
    """

    since: ReleaseField | None = None
    until: ReleaseField | None = None
    commit: str | None = None

    def holds(self, release: Release, commits: Mapping[str, bool] = NOTHING) -> bool:
        """Whether a kernel is one of them; of `commits` it is known whether it has them."""
        has = commits.get(self.commit) if self.commit is not None else None
        if has is not None:
            return has == (self.since is not None)
        return contains(self.since, self.until, release.moment)

    @property
    def bounds(self) -> Bounds:
        return self.since, self.until


class ConsumerRelease(Record):
    """A release of the tool: its date where it is known, and the kernels that it declares to know."""

    release: ToolField
    date: str | None = None
    kernels: KernelRange | None = None
    location: Location = unwritten()


class OfReleases(Record):
    """What holds for releases of a tool from `since` to before `until`; without a bound, on that side for all."""

    since: ToolField | None = None
    until: ToolField | None = None

    def is_of(self, release: ToolRelease) -> bool:
        # By their numbers, as ten thousands are compared.
        if self.since is not None and release.numbers < self.since.numbers:
            return False
        return self.until is None or release.numbers < self.until.numbers


class Alternative(OfReleases):
    """One way to fulfil a need: entries, what else the dump tells, and other sources in words, all
    together.

    Some releases know it; it gives the right answer on `kernels`, where `when` is not 0
    of a note's values.
    """

    keys: tuple[str, ...] = ()
    of_dump: tuple[DumpSource, ...] = ()
    others: tuple[str, ...] = ()
    kernels: KernelRange | None = None
    when: ExpressionField | None = None
    location: Location = unwritten()

    def without(self, since: ToolRelease, until: ToolRelease) -> Iterator[Alternative]:
        """It in the releases before a range, and in those behind it."""
        if self.since is None or self.since < since:
            ends = [end for end in (self.until, since) if end is not None]
            yield replace(self, until=min(ends))
        if self.until is None or until < self.until:
            yield replace(self, since=until if self.since is None else max(self.since, until))

    @property
    def is_beside_note(self) -> bool:
        """Whether it uses another source than the note."""
        return bool(self.of_dump or self.others)

    def is_right_for(self, kernel: Release, commits: Mapping[str, bool] = NOTHING) -> bool:
        return self.kernels is None or self.kernels.holds(kernel, commits)


class Adaptation(Record):
    """What to write under a key that a tool knows, where the kernel has it under others, or has another there."""

    key: str
    expression: ExpressionField
    text: str
    location: Location = unwritten()


class Removal(Record):
    """Keys without which a tool does better, by a source that it has beside them."""

    keys: tuple[str, ...]
    text: str
    location: Location = unwritten()


class Copied(OfReleases):
    """Names of the kernel's source that some releases of a tool have built in, or assume.

    Where a kernel has them otherwise, the need comes to `verdict`, and `text` says what a user sees. It
    is so on some architectures of the need (`archs` None: all), and of `kernels`.
    """

    names: tuple[str, ...]
    archs: tuple[str, ...] | None = None
    kernels: KernelRange | None = None
    verdict: Verdict
    text: str
    location: Location = unwritten()


class Command(Record):
    """A thing that a tool does with a dump, and how it is run for it.

    What `is_extra` is not part of what is said of the tool as a whole.
    """

    name: str
    run: str
    is_extra: bool = False
    location: Location = unwritten()

    @property
    def has_level(self) -> bool:
        """Whether it is run at a dump level."""
        return "LEVEL" in self.run


class Supported(OfReleases):
    """Architectures whose dumps some releases of a tool read."""

    archs: tuple[str, ...]


class Build(Record):
    """What a distribution builds of a release.

    By its patches it does the `purposes` as the release `like` does.
    """

    name: str
    release: ToolField
    like: ToolField | None = None
    purposes: tuple[str, ...] = ()
    location: Location = unwritten()


class Need(Record):
    """What a tool reads the note for, on some architectures (`archs` None: all).

    It counts for `commands` of the tool, for all where none is named, and of a dump level for the
    bits of `levels`, for every level where that is 0. Where `shows_with` names something, no more
    than a dump that has it shows what becomes of the purpose.

    `alternatives` are in the order in which the tool tries them. If it uses another source than the
    note, `fallback` says what is seen, empty if that is nothing or the verdict is fallback anyway.
    If no way is there, `verdict` and `text` say what happens. It matters on `kernels`, under
    `condition`, alone.
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
        """Whether it counts for a command, at a dump level; None stands for all there are."""
        if command is not None and self.commands and command not in self.commands:
            return False
        return level is None or not self.levels or bool(self.levels & level)

    @property
    def falls_back(self) -> bool:
        """Whether another source than the note is what it falls back to, and not as good."""
        return bool(self.fallback) or self.verdict is Verdict.FALLBACK

    def seen(self, verdict: Verdict) -> str:
        """What a user sees where it comes to that verdict."""
        return self.fallback if self.fallback and verdict is Verdict.FALLBACK else self.text

    @cached_property
    def kernel_ranges(self) -> tuple[KernelRange, ...]:
        """Kernels by which the need, or an alternative, makes a difference."""
        found = (self.kernels, *(alternative.kernels for alternative in self.alternatives))
        return tuple(kernels for kernels in found if kernels is not None)

    def known_to(self, release: ToolRelease) -> tuple[bool, ...]:
        """Which of the alternatives a release knows."""
        return tuple([alternative.is_of(release) for alternative in self.alternatives])

    def known_by(self, release: ToolRelease) -> tuple[Alternative, ...]:
        """The alternatives that a release knows, in order; without one it has no such purpose."""
        found = self._known.get(release.numbers)
        if found is None:
            found = tuple([a for a in self.alternatives if a.is_of(release)])
            self._known[release.numbers] = found
        return found

    @cached_property
    def _known(self) -> dict[tuple[int, ...], tuple[Alternative, ...]]:
        """Those of releases, as far as they were asked for."""
        return {}

    def exists_in(self, release: ToolRelease) -> bool:
        """Whether a release has the purpose at all: it knows some alternative."""
        return bool(self.known_by(release))

    def patched(
        self, release: ToolRelease, until: ToolRelease, like: ToolRelease
    ) -> tuple[Alternative, ...]:
        """The alternatives with those of `like` in one release, which ends where the next begins."""
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
    """Forms in which releases read the values of some kinds, or of one entry."""

    subjects: tuple[str, ...]
    formats: tuple[Format, ...]

    def is_about(self, key: str) -> bool:
        return key in self.subjects or str(kind_of(key)) in self.subjects


class ParserTrait(OfReleases):
    """A text that the parser of some releases reads otherwise, and what comes of it.

    `limit` is in bytes. It is so of `subjects` alone, where entries are named, and in `dumps` of
    these formats alone; without one, wherever the note is from.
    """

    trait: Trait
    limit: int | None = None
    subjects: tuple[str, ...] = ()
    dumps: tuple[DumpFormat, ...] = ()
    verdict: Verdict
    text: str
    location: Location = unwritten()

    def counts_in(self, format_: str) -> bool:
        """Whether it is so of a note in that format; of a bare note, as nobody knows what carried it."""
        return not self.dumps or format_ in self.dumps or format_ not in DumpFormat.values()


class Consumer(Record):
    """A program that reads notes; of `readings` the last that is about an entry counts.

    In `sources` of its tree, keys are read in `forms`.

    With `version_option` it prints its release; empty if it has none.
    """

    name: str
    doc: str
    url: str
    version_option: str = ""
    commands: tuple[Command, ...] = ()
    supported: tuple[Supported, ...] = ()
    releases: tuple[ConsumerRelease, ...]
    builds: tuple[Build, ...] = ()
    # Which of them this one is, where it is one.
    build: str = unwritten(default="")
    # Beside the schema, in files of their own; tables and answers tell of it.
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
        """All that it reads for some purpose."""
        return tuple(dict.fromkeys(key for need in self.needs for key in need.keys))

    @cached_property
    def passed_keys(self) -> frozenset[str]:
        """All that it reads for none."""
        return frozenset(key for one in self.passed for key in one.keys)

    def keys_of(self, release: ToolRelease) -> tuple[str, ...]:
        """What one release reads."""
        if release not in self._read:
            alternatives = (a for need in self.needs for a in need.alternatives if a.is_of(release))
            keys = dict.fromkeys(key for one in alternatives for key in one.keys)
            self._read[release] = tuple(keys)
        return self._read[release]

    @cached_property
    def _read(self) -> dict[ToolRelease, tuple[str, ...]]:
        """What releases read, as far as it was asked for."""
        return {}

    @property
    def latest(self) -> ToolRelease:
        return max(release.release for release in self.releases)

    def can_read(self, key: str, printed: Format | None, release: ToolRelease) -> bool:
        """Whether a release reads a value of that form correctly; nothing said means yes."""
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
        """The readings of entries that were asked for, the last first."""
        return {}

    def built(self, build: Build) -> Consumer:
        """The same with one release as a distribution builds it."""
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
        """Runs of each release, as it is or built by a distribution."""
        found: dict[ToolRelease, list[Seen]] = {}
        for one in self.seen:
            if one.build in self.same_builds:
                found.setdefault(one.release, []).append(one)
        return found

    @cached_property
    def same_builds(self) -> frozenset[str]:
        """Builds that do what this one does: that of a distribution, or nobody's and those without patches that count."""
        if self.build:
            return frozenset({self.build})
        return frozenset({UPSTREAM, *(build.name for build in self.builds if build.like is None)})

    def supports(self, arch: str, release: ToolRelease) -> bool:
        """Whether a release reads dumps of an architecture; a tool that says nothing does."""
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
