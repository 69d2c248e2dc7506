# SPDX-License-Identifier: MIT
"""Tags of a kernel repository that name releases."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from ..terms.release import Release
from .tree import TreeError


def release_tags(repository: Path, pattern: str) -> list[tuple[str, Release]]:
    """Tags that match a pattern and are releases (`v6.9`, `v6.9-rc1`, `v6.6.9`), oldest first.

    Raises TreeError where there are none.
    """
    ran = subprocess.run(["git", "-C", str(repository), "tag"], capture_output=True, text=True)
    if ran.returncode:
        raise TreeError(f"{repository}: git tag: {ran.stderr.strip()}")
    try:
        wanted = re.compile(pattern)
    except re.error as error:
        raise TreeError(f"--tags {pattern}: no regular expression: {error}") from error
    found = []
    for tag in ran.stdout.split():
        try:
            release = Release.parse(tag.removeprefix("v"))
        except ValueError:
            continue
        if wanted.fullmatch(tag):
            found.append((tag, release))
    if not found:
        raise TreeError(f"{repository}: no tag matches {pattern!r} and names a release")
    return sorted(found, key=lambda item: item[1].moment)
