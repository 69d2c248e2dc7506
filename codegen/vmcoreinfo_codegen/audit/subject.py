# SPDX-License-Identifier: MIT
"""A note with everything known about its kernel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import vmcoreinfo
from vmcoreinfo import Line, VmcoreInfo

from ..core.expression import is_address_of_symbol
from ..core.key import Kind
from ..core.release import Release
from ..debuginfo.facts import Facts
from ..dump.kdump import Names
from ..dump.whole import Flaw
from ..model import Architecture, Entry, Export, Schema
from ..model.entry import Prediction, Quirk
from ..model.kernel import Kernel
from ..model.vocabulary import QuirkKind
from .boot import Boot, BootLine, differs
from .ending import Ends, Unfinished, ends_of
from .missing import Missing, missing
from .order import places_of

_LAST_STABLE = 10**5


@dataclass(frozen=True)
class Truth:
    """Information about the kernel from outside the note; None if it was not given.

    `symbols` are addresses by name: of the boot (`/proc/kallsyms`) or from the linker (System.map,
    vmlinux). The names say which file each part is from.
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
    """A note, and what rules may use.

    `kernel` is None if the schema does not know the note's OSRELEASE; `schema` is that of the
    kernel. `archs` are the possible architectures: one if the dump, the user or the keys decide.
    `config` is the kernel's configuration, None if it was not given. `flaws` are those of the dump
    that contains the note, `names` the names in the header of a compressed dump, `marked` the
    architecture in the ELF header if the note is of another one. `unfinished` is the last line if
    it was cut; `info` does not have it then.
    """

    text: bytes
    info: VmcoreInfo
    schema: Schema
    kernel: Kernel | None
    archs: tuple[Architecture, ...]
    config: Mapping[str, bool | int] | None = None
    flaws: tuple[Flaw, ...] = ()
    truth: Truth = field(default_factory=Truth)
    names: Names | None = None
    marked: str | None = None
    unfinished: Unfinished | None = None

    def of_whole_lines(self) -> Subject:
        """The same without a last line that has no newline: it may be incomplete."""
        told = next((d for d in self.info.diagnostics if d.id == "truncated"), None)
        # Some kernels print a line without a newline, which a quirk records.
        if told is None or self.quirks(told.key or "", QuirkKind.UNENDED):
            return self
        text = self.info.text
        whole = text[: text.rfind(b"\n") + 1] + self.text[len(text) :]
        return replace(
            self, info=vmcoreinfo.parse(whole), unfinished=Unfinished(told.line, told.key)
        )

    @cached_property
    def boot(self) -> Boot:
        """The values of the note that differ between boots."""
        return Boot(
            BootLine(entry, line.key, line.text, line.value, line.line, self._is_in_image(entry))
            for line, entry in self.entries()
            if isinstance(line.value, int) and differs(entry)
        )

    def _is_in_image(self, entry: Entry) -> bool:
        release = self.release
        if entry.kind is not Kind.SYMBOL or release is None:
            return False
        exports = self.exports(entry)
        arch = self.arch.name if self.arch is not None else None
        asked = [e.debug_info(entry.key, entry.kind, release, arch) for e in exports]
        return bool(asked) and all(
            is_address_of_symbol(questions[0] if questions else None) for questions in asked
        )

    @cached_property
    def missing(self) -> tuple[Missing, ...]:
        """The entries that every possible kernel prints and the note lacks."""
        return tuple(missing(self))

    @cached_property
    def places(self) -> dict[str, int]:
        """The keys that the kernel may print, each with its position in the kernel's order."""
        return places_of(self.schema, self.predictions)

    @cached_property
    def ends(self) -> Ends:
        """The keys that are cut off at either end."""
        return ends_of(self)

    @cached_property
    def _exports(self) -> dict[str, list[Export]]:
        return {}

    @cached_property
    def _quirks(self) -> dict[tuple[str, ...], list[Quirk]]:
        return {}

    @property
    def release(self) -> Release | None:
        return self.kernel.release if self.kernel is not None else None

    @cached_property
    def releases(self) -> tuple[Release, ...]:
        """The first and the last possible release.

        Release strings that count the distribution's ABI (`6.1.0-56-amd64`) only give the branch:
        the release is anything from its first release to its latest stable one.
        """
        if self.kernel is None:
            return ()
        release = self.kernel.release
        if self.kernel.may_be_stable:
            return (release, Release(release.mainline, stable=_LAST_STABLE))
        return (release,)

    @property
    def may_be_backported(self) -> bool:
        """Whether differences from the schema may be an unknown vendor's changes."""
        return self.kernel is not None and self.kernel.is_patched

    @property
    def arch(self) -> Architecture | None:
        return self.archs[0] if len(self.archs) == 1 else None

    @cached_property
    def predictions(self) -> tuple[dict[str, Prediction], ...]:
        """The exports of each possible kernel; none if the release is not known."""
        return tuple(
            predicted(self.schema, release, arch)
            for release in self.releases
            for arch in self.archs
        )

    def entries(self) -> Iterator[tuple[Line, Entry]]:
        """The lines of known keys with a usable value, each with its entry in the schema."""
        for line in self.info.lines:
            entry = self.schema.by_key.get(line.key) if line.status == "ok" else None
            if entry is not None:
                yield line, entry

    def exports(self, entry: Entry) -> list[Export]:
        """The exports of an entry in the possible kernels."""
        # Cached, because a note may have a key on thousands of lines.
        if entry.key not in self._exports:
            found = [p[entry.key].export for p in self.predictions if entry.key in p]
            self._exports[entry.key] = [e for n, e in enumerate(found) if e not in found[:n]]
        return self._exports[entry.key]

    def quirks(self, key: str, *kinds: QuirkKind) -> list[Quirk]:
        """The quirks of an entry in the possible kernels."""
        asked = (key, *kinds)
        if asked not in self._quirks:
            self._quirks[asked] = self._quirks_of(key, kinds)
        return self._quirks[asked]

    def _quirks_of(self, key: str, kinds: tuple[QuirkKind, ...]) -> list[Quirk]:
        entry = self.schema.by_key.get(key)
        # Most entries have no quirks, and the search is slow.
        if entry is None or not any(export.quirks for export in entry.exports):
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
        """Every export that may print the entry; a line that is printed twice has two."""
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
    """The exports of a kernel, by key; cached, because most of many dumps are from the same few
    kernels."""
    asked = (id(schema), release, arch.name)
    if asked not in _PREDICTED:
        _PREDICTED[asked] = {p.key: p for p in schema.predict(release, arch)}
    return _PREDICTED[asked]
