# SPDX-License-Identifier: MIT
"""Consumers: programs that read notes, their releases, and what each needs them for."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

from ..core.condition import ALWAYS
from ..core.key import kind_of
from ..core.release import Bounds, Release, contains
from ..core.tool import ToolRelease
from ..problem import Location
from ..record import Form, Record, unwritten
from .base import ConditionField, ExpressionField, ReleaseField
from .vocabulary import DumpFormat, DumpSource, Format, Trait, Verdict

ToolField = Annotated[ToolRelease, Form(str, {"type": "string"})]


class KernelRange(Record):
    """Kernels from a release to before another; without a bound, all on that side."""

    since: ReleaseField | None = None
    until: ReleaseField | None = None

    def holds(self, release: Release) -> bool:
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
        if self.since is not None and release < self.since:
            return False
        return self.until is None or release < self.until


class Alternative(OfReleases):
    """One way to fulfil a need: entries, what else the dump tells, and other sources in words, all together.

    Some releases know it; it gives the right answer on `kernels`, where `when` is not 0
    of a note's values.
    """

    keys: tuple[str, ...] = ()
    of_dump: tuple[DumpSource, ...] = ()
    others: tuple[str, ...] = ()
    kernels: KernelRange | None = None
    when: ExpressionField | None = None
    location: Location = unwritten()

    @property
    def is_beside_note(self) -> bool:
        """Whether it uses another source than the note."""
        return bool(self.of_dump or self.others)

    def is_right_for(self, kernel: Release) -> bool:
        return self.kernels is None or self.kernels.holds(kernel)


class Adaptation(Record):
    """What to write under a key that a tool knows, where the kernel has the value under others."""

    key: str
    expression: ExpressionField
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


class Need(Record):
    """What a tool reads the note for, on some architectures (`archs` None: all).

    `alternatives` are in the order in which the tool tries them. Where it goes by
    another source than the note, `fallback` says what is seen, empty where that is
    nothing or the verdict is fallback anyway. Where no way is there, `verdict` and
    `text` say what happens. It matters on `kernels`, under `condition`, alone.
    """

    purpose: str
    doc: str = ""
    archs: tuple[str, ...] | None = None
    condition: ConditionField = ALWAYS
    kernels: KernelRange | None = None
    alternatives: tuple[Alternative, ...]
    adaptations: tuple[Adaptation, ...] = ()
    copied: tuple[Copied, ...] = ()
    fallback: str = ""
    verdict: Verdict
    text: str
    location: Location = unwritten()

    def concerns(self, arch: str) -> bool:
        return self.archs is None or arch in self.archs

    @property
    def falls_back(self) -> bool:
        """Whether another source than the note is what it falls back to, and not as good."""
        return bool(self.fallback) or self.verdict is Verdict.FALLBACK

    def seen(self, verdict: Verdict) -> str:
        """What a user sees where it comes to that verdict."""
        return self.fallback if self.fallback and verdict is Verdict.FALLBACK else self.text

    @property
    def kernel_ranges(self) -> tuple[KernelRange, ...]:
        """Kernels by which the need, or an alternative, makes a difference."""
        found = (self.kernels, *(alternative.kernels for alternative in self.alternatives))
        return tuple(kernels for kernels in found if kernels is not None)

    def known_to(self, release: ToolRelease) -> tuple[bool, ...]:
        """Which of the alternatives a release knows."""
        return tuple(alternative.is_of(release) for alternative in self.alternatives)

    def exists_in(self, release: ToolRelease) -> bool:
        """Whether a release has the purpose at all: it knows some alternative."""
        return any(alternative.is_of(release) for alternative in self.alternatives)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        found = [key for alternative in self.alternatives for key in alternative.keys]
        return tuple(dict.fromkeys(found))


class Reading(OfReleases):
    """Forms in which releases read the values of some kinds, or of one entry."""

    subjects: tuple[str, ...]
    formats: tuple[Format, ...]


class ParserTrait(OfReleases):
    """A text that the parser of some releases reads otherwise, and what comes of it.

    `limit` is in bytes. It is so of `subjects` alone, where entries are named, and in `dumps` of these formats alone; without one, wherever the note is from.
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

    With `version_option` it prints its release; empty where it has none.
    """

    name: str
    doc: str
    url: str
    version_option: str = ""
    releases: tuple[ConsumerRelease, ...]
    readings: tuple[Reading, ...] = ()
    traits: tuple[ParserTrait, ...] = ()
    needs: tuple[Need, ...]
    location: Location = unwritten()

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """All that it reads for some purpose."""
        return tuple(dict.fromkeys(key for need in self.needs for key in need.keys))

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
        """Whether a release reads a value of that form rightly; nothing said means yes."""
        if printed is None:
            return True
        kind = str(kind_of(key))
        for reading in reversed(self.readings):
            if (key in reading.subjects or kind in reading.subjects) and reading.is_of(release):
                return printed in reading.formats
        return True

    def release(self, wanted: ToolRelease) -> ConsumerRelease | None:
        return next((r for r in self.releases if r.release == wanted), None)
