# SPDX-License-Identifier: MIT
"""Tags of a tool's repository that name its releases."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..core.tool import ToolRelease
from ..kernel.gathered import TreeError
from ..kernel.git import GitError, Repository
from ..model.consumer import Consumer

_MOST_TAGS = 2_000
# `1.7.9`, `v0.5.4`, `crash-7.0.4`, `Released-1-6-7`; no release candidates.
_TAG = re.compile(r"(?:[A-Za-z]+-)?v?([0-9]{1,9}(?:[.-][0-9]{1,9})+)")


@dataclass(frozen=True)
class ReleaseTag:
    """A tag, the release that it names, and its date."""

    tag: str
    release: ToolRelease
    date: str


def release_of_tag(tag: str) -> ToolRelease | None:
    """The release that a tag names, None if it names none."""
    match = _TAG.fullmatch(tag)
    return ToolRelease.parse(match[1].replace("-", ".")) if match else None


def release_tags(
    repository: Repository, consumer: Consumer, pattern: str | None = None
) -> list[ReleaseTag]:
    """Tags that match a pattern, of releases from the first one in the schema on, oldest first.

    Raises TreeError if there are none, or too many.
    """
    try:
        wanted = re.compile(pattern or ".*")
    except re.error as error:
        raise TreeError(f"--tags {pattern}: not a regular expression: {error}") from error
    form = "--format=%(creatordate:short) %(refname:strip=2)"
    try:
        lines = repository.git("for-each-ref", form, "refs/tags").decode("utf-8", "replace")
    except GitError as error:
        raise TreeError(str(error)) from error
    first = min(release.release for release in consumer.releases)
    found: dict[ToolRelease, ReleaseTag] = {}
    for line in lines.splitlines():
        date, _, tag = line.partition(" ")
        release = release_of_tag(tag)
        # If a release has several tags, any of them is used.
        if release is not None and release >= first and wanted.fullmatch(tag):
            found[release] = ReleaseTag(tag, release, date)
    if not found:
        what = f"no tag matches {pattern!r} and names" if pattern else "no tag names"
        raise TreeError(f"{repository.path}: {what} a release of {consumer.name}")
    if len(found) > _MOST_TAGS:
        raise TreeError(
            f"{repository.path}: passed the limit of {_MOST_TAGS} tags; select fewer with --tags"
        )
    return [found[release] for release in sorted(found)]
