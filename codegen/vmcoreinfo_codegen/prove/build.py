# SPDX-License-Identifier: MIT
"""The release of a binary, and the distribution that built it."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..core.tool import ToolRelease
from ..model.consumer import Consumer
from ..model.observed import UPSTREAM, build_name
from .outcome import ProveError
from .running import Limits, Patience, run

_ASKING = Limits(Patience(60), 1 << 20)
_SECONDS = 60


def release_of(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None
) -> ToolRelease:
    """The release that a command prints. Raises ProveError."""
    name = " ".join(map(str, command))
    try:
        ran = run(command, folder, _ASKING, environment)
    except OSError as error:
        raise ProveError(f"{command[0]}: {error.strerror}") from error
    found = ToolRelease.said(ran.out + ran.err)
    if found is None:
        said = ran.lines()[:1] or ["nothing"]
        raise ProveError(f"'{name}' printed no version ({ran.ending or 'it ran'}): {said[0]}")
    return found


def build_of(binary: Path) -> str:
    """The distribution and version of the package with the file, as `debian 1:1.7.6-1`, or
    upstream.
    """
    path = os.path.realpath(binary)
    owner = _output("dpkg-query", "--search", path).partition(": ")[0].partition(",")[0]
    version = _output("dpkg-query", "--show", "--showformat=${Version}", owner) if owner else ""
    version = version or _output(
        "rpm", "--query", "--queryformat", "%{VERSION}-%{RELEASE}", "--file", path
    )
    if not version or not version.isprintable():
        return UPSTREAM
    return f"{_distribution()} {version}"


def release_in(build: str) -> ToolRelease | None:
    """The release in the version of a package: 0.5.1 for `debian 0.5.1-1`; None for upstream."""
    version = build.partition(" ")[2]
    return ToolRelease.said(version.partition(":")[2] or version)


def built(consumer: Consumer, build: str, release: ToolRelease) -> Consumer:
    """The consumer as in a build, if the schema knows that build."""
    name = build_name(build)
    known = (one for one in consumer.builds if one.name == name and one.release == release)
    found = next(known, None)
    return consumer if found is None else consumer.built(found)


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("ID", "linux")
    except OSError:
        return "linux"


def _output(*command: str) -> str:
    """The output of a command; empty if it fails or does not exist."""
    try:
        ran = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ran.stdout.strip() if ran.returncode == 0 else ""
