# SPDX-License-Identifier: MIT
"""libkdumpfile: a shared library, or a folder below which it is installed."""

from __future__ import annotations

import re
from pathlib import Path

from ..core.tool import ToolRelease
from .build import build_of, release_in
from .outcome import ProveError, Run
from .reading import OPEN, Probe, ReadingTool, this_python
from .wanted import Wanted

COMMANDS = (OPEN,)

_LIBRARY = "libkdumpfile.so"
_VERSIONS = {
    "pkgconfig/libkdumpfile.pc": re.compile(r"^Version: *([0-9]+(?:\.[0-9]+)+)$", re.MULTILINE),
    "../include/libkdumpfile/addrxlat.h": re.compile(
        r'^#define ADDRXLAT_VERSION_STRING\s+"([0-9]+(?:\.[0-9]+)+)"', re.MULTILINE
    ),
}
"""Files installed with the library, and how they tell the release; the library itself does not."""


def tool(wanted: Wanted, folder: Path) -> ReadingTool:
    """The tool that the user named. Raises ProveError."""
    library = _library(wanted.binary)
    build = wanted.build or build_of(library)
    return ReadingTool(
        "libkdumpfile",
        wanted.named(_release(library) or release_in(build)),
        build,
        tuple(Run(name) for name in wanted.chosen(COMMANDS)),
        _probe(library),
        _probe(_library(wanted.reference)) if wanted.reference else None,
        wanted.patience,
    )


def _library(path: Path) -> Path:
    if not path.is_dir():
        return path
    for name in (_LIBRARY, f"{_LIBRARY}.*"):
        found = sorted(path.rglob(name))
        if found:
            return found[0]
    raise ProveError(f"{path}: no {_LIBRARY} found below it")


def _release(library: Path) -> ToolRelease | None:
    for name, pattern in _VERSIONS.items():
        try:
            match = pattern.search((library.parent / name).read_text(errors="replace"))
        except OSError:
            continue
        if match:
            return ToolRelease.parse(match[1])
    return None


def _probe(library: Path) -> Probe:
    return Probe(
        "by_libkdumpfile.py",
        this_python(),
        {"LD_LIBRARY_PATH": str(library.parent)},
        {"library": str(library)},
    )
