# SPDX-License-Identifier: MIT
"""Tags of a kernel repository that name releases."""

from __future__ import annotations

import re

from ..core.release import Release
from .gathered import TreeError
from .git import GitError, Repository

# Linus's repository has 900, that of the stable releases 6,000. Each costs as much as its tree.
_MOST_TAGS = 20_000


def release_tags(repository: Repository, pattern: str) -> list[tuple[str, Release]]:
    """Tags that match a pattern and are releases (`v6.9`, `v6.9-rc1`, `v6.6.9`), oldest first.

    Raises TreeError where there are none, or too many to read the tree of each.
    """
    try:
        names = repository.git("tag").decode("utf-8", "replace").split()
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
        raise TreeError(f"{repository.path}: no tag matches {pattern!r} and names a release")
    if len(found) > _MOST_TAGS:
        raise TreeError(
            f"{repository.path}: passed the limit of {_MOST_TAGS} tags: {len(found)} match "
            f"{pattern!r}; choose fewer by --tags"
        )
    return sorted(found, key=lambda item: item[1].moment)
