# SPDX-License-Identifier: MIT
"""The dump on which a tool is proved, and what is known of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import vmcoreinfo

from ..compat.exports import Exports
from ..dump.problem import DumpError
from ..dump.reader import Found
from ..model.store.observed import ObservedDump
from ..model.vocabulary import DumpFormat
from .outcome import Run
from .scratch import DUMPS, Scratch

_HASH = 8


@dataclass(frozen=True)
class Subject:
    """A dump as the user named it, its note, its kernel, the copy that is changed, and a work
    folder.
    """

    path: str
    found: Found
    exports: Exports
    observed: ObservedDump
    scratch: Scratch
    folder: Path

    @property
    def bits(self) -> int:
        return self.exports.arch.bits

    def shows(self, run: Run) -> bool:
        """Whether a run can show that the right pages are left out: not if they are gone
        already.
        """
        return run.level is None or bool(run.level & ~self.scratch.level) or not self.scratch.level


def observed_dump(
    found: Found,
    exports: Exports,
    boot: Iterable[str] = (),
    has: Iterable[str] = (),
    name: str | None = None,
) -> ObservedDump:
    """The record of a dump, by its `name`; `boot` and `has` are what its user knows of it.

    Raises DumpError if the note is not in a dump.
    """
    if found.container not in DUMPS:
        raise DumpError(f"{found.name}: not a dump; tools are run on dumps")
    info = vmcoreinfo.parse(found.text)
    booted = sorted({*boot, *_boot_of(info)})
    pages = sorted(set(has))
    form = DumpFormat(found.format.partition(" ")[0])
    kernel = info.OSRELEASE or str(exports.release)
    digest = hashlib.sha256(found.text).hexdigest()[:_HASH]
    return ObservedDump(
        name=name or "-".join([exports.arch.name, kernel, *pages, form.value, digest]),
        kernel=kernel,
        arch=exports.arch.name,
        format=form,
        boot=tuple(booted),
        has=tuple(pages),
        tells=tuple(sorted(source for source, told in exports.of_dump.items() if told)),
        note=found.text.decode("latin-1"),
    )


def _boot_of(info: vmcoreinfo.VmcoreInfo) -> list[str]:
    """What the note tells of the boot."""
    found = []
    if info.get("KERNELOFFSET"):
        found.append("kaslr")
    if info.get("NUMBER(pgtable_l5_enabled)") == 1:
        found.append("5-level")
    return found
