# SPDX-License-Identifier: MIT
"""Tags of a kernel repository that name releases."""

from __future__ import annotations

import re
from pathlib import Path

from ..terms.release import Release
from .git import GitError, git
from .tree import TreeError


def release_tags(repository: Path, pattern: str) -> list[tuple[str, Release]]:
    """Tags that match a pattern and are releases (`v6.9`, `v6.9-rc1`, `v6.6.9`), oldest first.

    Raises TreeError where there are none.
    """
    try:
        names = git(repository, "tag").decode("utf-8", "replace").split()
    except GitError as error:
        raise TreeError(str(error)) from error
    try:
        wanted = re.compile(pattern)
    except re.error as error:
        raise TreeError(f"--tags {pattern}: no regular expression: {error}") from error
    found = []
    for tag in names:
        try:
            release = Release.parse(tag.removeprefix("v"))
        except ValueError:
            continue
        if wanted.fullmatch(tag):
            found.append((tag, release))
    if not found:
        raise TreeError(f"{repository}: no tag matches {pattern!r} and names a release")
    return sorted(found, key=lambda item: item[1].moment)
