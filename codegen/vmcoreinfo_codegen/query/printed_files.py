# SPDX-License-Identifier: MIT
"""The source files that print entries in a tree, compared with those that the schema names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..core.release import Release
from ..kernel.extract import Export as Printed
from ..kernel.extract import Extraction, exports_of
from ..model import Architecture, Export, KernelFile, KernelFiles, Schema


@dataclass(frozen=True)
class InTree:
    """Lines of a tree whose entries belong to one `files` block, by source file and key.

    `file` is the one that the schema names for the release.
    """

    files: KernelFiles
    file: KernelFile | None
    printed: dict[str, dict[str, Printed]] = field(default_factory=dict)

    @property
    def elsewhere(self) -> dict[str, dict[str, Printed]]:
        """Lines in other files than the schema names."""
        mine = self.file.path if self.file is not None else None
        return {path: by_key for path, by_key in self.printed.items() if path != mine}


def printed_files(
    schema: Schema, extraction: Extraction, release: Release, archs: Iterable[Architecture]
) -> list[InTree]:
    """The lines of a tree by `files` block; only entries of the schema count."""
    found = {id(files): InTree(files, files.at(release.moment)) for files in schema.kernel_files}
    for arch in archs:
        for printed, _ in exports_of(extraction, schema, arch):
            for export in _exports(schema, printed, release, arch):
                for files in schema.files_of(export):
                    if files.archs is None or arch.name in files.archs:
                        by_key = found[id(files)].printed.setdefault(printed.file, {})
                        by_key.setdefault(printed.key, printed)
    return [one for one in found.values() if one.printed]


def _exports(
    schema: Schema, printed: Printed, release: Release, arch: Architecture
) -> list[Export]:
    """The exports that a line matches; shared code does not match an architecture's export."""
    entry = schema.by_key.get(printed.key)
    there = entry.exports_for(arch.name, release) if entry is not None else []
    return [one for one in there if (one.archs is None) == (printed.arch is None)]
