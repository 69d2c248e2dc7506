# SPDX-License-Identifier: MIT
"""A note with all that is known of the kernel that it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from vmcoreinfo import Line, VmcoreInfo

from ..core.release import Release
from ..debuginfo.facts import Facts
from ..model import Architecture, Entry, Export, Schema
from ..model.entry import Prediction, Quirk
from ..model.vocabulary import QuirkKind

_LAST_STABLE = 10**5


@dataclass(frozen=True)
class Truth:
    """What is known of the kernel beside the note; None where nobody gave it.

    `symbols` are addresses by name: of the boot (`/proc/kallsyms`) or of the link
    (System.map, vmlinux). `names` says what each part came from.
    """

    facts: Facts | None = None
    facts_name: str = ""
    symbols: Mapping[str, int] | None = None
    symbols_name: str = ""
    release: str | None = None
    build_id: str | None = None
    vmlinux_name: str = ""


@dataclass(frozen=True)
class Subject:
    """What rules look at.

    `release` is None where the note's OSRELEASE is none that the schema knows,
    `distribution` what stands behind it there. `archs` are the architectures that it may
    be of: one, where the dump, the user or the keys tell. `config` is that of the
    kernel, None where nobody gave it. `cut` are the bytes that are missing at the end
    of the dump.
    """

    text: bytes
    info: VmcoreInfo
    schema: Schema
    release: Release | None
    distribution: str
    archs: tuple[Architecture, ...]
    config: Mapping[str, bool | int] | None = None
    cut: int = 0
    truth: Truth = field(default_factory=Truth)

    @cached_property
    def _exports(self) -> dict[str, list[Export]]:
        return {}

    @cached_property
    def _quirks(self) -> dict[tuple[str, ...], list[Quirk]]:
        return {}

    @cached_property
    def releases(self) -> tuple[Release, ...]:
        """The releases that it may be.

        Distributions that count for themselves (`6.1.0-56-amd64`) tell the branch
        alone: it is anything from its first release to its latest stable one.
        """
        if self.release is None:
            return ()
        if self.distribution and self.release == self.release.branch:
            return (self.release, Release(self.release.mainline, stable=_LAST_STABLE))
        return (self.release,)

    @property
    def arch(self) -> Architecture | None:
        return self.archs[0] if len(self.archs) == 1 else None

    @cached_property
    def predictions(self) -> tuple[dict[str, Prediction], ...]:
        """What each kernel that it may be of exports; none where the release is not known."""
        return tuple(
            predicted(self.schema, release, arch)
            for release in self.releases
            for arch in self.archs
        )

    def entries(self) -> Iterator[tuple[Line, Entry]]:
        """The lines of known keys that have a usable value, each with its entry in the schema."""
        for line in self.info.lines:
            entry = self.schema.by_key.get(line.key) if line.status == "ok" else None
            if entry is not None:
                yield line, entry

    def exports(self, entry: Entry) -> list[Export]:
        """How the kernel may export an entry."""
        # Kept, as a note may have a key on thousands of lines.
        if entry.key not in self._exports:
            found = [p[entry.key].export for p in self.predictions if entry.key in p]
            self._exports[entry.key] = [e for n, e in enumerate(found) if e not in found[:n]]
        return self._exports[entry.key]

    def quirks(self, key: str, *kinds: QuirkKind) -> list[Quirk]:
        """The quirks of an entry by which the kernel is known to print it, or not to."""
        asked = (key, *kinds)
        if asked not in self._quirks:
            self._quirks[asked] = self._quirks_of(key, kinds)
        return self._quirks[asked]

    def _quirks_of(self, key: str, kinds: tuple[QuirkKind, ...]) -> list[Quirk]:
        entry = self.schema.by_key.get(key)
        if entry is None:
            return []
        archs: list[str | None] = [arch.name for arch in self.archs]
        return [
            quirk
            for export in self._quirky(entry)
            for quirk in export.quirks
            if quirk.kind in kinds
            and any(
                quirk.applies(release, arch)
                for release in self.releases
                for arch in archs or [None]
            )
        ]

    def _quirky(self, entry: Entry) -> Iterable[Export]:
        """Every export that may print the entry: of a line that is printed twice there are two."""
        found = [
            export
            for release in self.releases
            for arch in self.archs
            for export in entry.exports_for(arch.name, release)
        ]
        return dict.fromkeys(found) or entry.exports

    def number(self, key: str) -> int | None:
        value = self.info.get(key)
        return value if isinstance(value, int) else None


_PREDICTED: dict[tuple[int, Release, str], dict[str, Prediction]] = {}


def predicted(schema: Schema, release: Release, arch: Architecture) -> dict[str, Prediction]:
    """What a kernel exports, by key; kept, as of a thousand dumps most are of the same few."""
    asked = (id(schema), release, arch.name)
    if asked not in _PREDICTED:
        _PREDICTED[asked] = {p.key: p for p in schema.predict(release, arch)}
    return _PREDICTED[asked]
