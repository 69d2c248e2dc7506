# SPDX-License-Identifier: MIT
"""The commands that are tested or are the reference: their paths and releases."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..core.tool import ToolRelease
from .build import release_of
from .wanted import Wanted


@dataclass(frozen=True)
class Binary:
    """A command that can be run, and the release that it prints."""

    path: Path
    release: ToolRelease


def binaries(wanted: Wanted, folder: Path) -> tuple[Binary, Binary | None]:
    """The tested command, and the reference if the user named one. Raises ProveError."""

    def asked(path: Path) -> ToolRelease:
        return release_of([path, wanted.version_option], folder)

    own = Binary(wanted.binary, wanted.named(asked(wanted.binary)))
    reference = wanted.reference
    return own, None if reference is None else Binary(reference, asked(reference))
