# SPDX-License-Identifier: MIT
"""Tags of a kernel repository that name kernels: mainline releases, or builds of vendors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from ..core.release import Release
from ..model.kernel import Kernel
from .gathered import TreeError
from .git import GitError, Repository

# Linus's repository has 900, that of stable releases 6,000. For each, a tree is read.
_MOST_TAGS = 20_000
_FIRST = Release.parse("2.6.24")


MAINLINE = r"v\d+\.\d+"
"""Tags of mainline releases."""


def kernel_tags(
    repository: Repository, pattern: str | None, named: Callable[[str], Kernel | None]
) -> list[tuple[str, Kernel]]:
    """Tags of releases (`v6.9`, `v6.9-rc1`, `v6.6.9`), or that `named` knows, which match a pattern
    completely.

    Without a pattern, the tags of mainline releases, or if there are none, of vendors. Mainline
    comes first, then line by line, each from the oldest on. Raises TreeError if there are none, or
    too many to read the tree of each.
    """
    try:
        names = repository.git("tag").decode("utf-8", "replace").split()
    except GitError as error:
        raise TreeError(str(error)) from error
    try:
        wanted = re.compile(pattern or MAINLINE)
    except re.error as error:
        raise TreeError(f"--tags {pattern}: not a regular expression: {error}") from error
    found = list(_named(filter(wanted.fullmatch, names), named))
    if not found and pattern is None:
        found = [one for one in _named(names, named) if one[1].line is not None]
    if not found:
        what = f"matches {pattern!r} and names" if pattern is not None else "names"
        raise TreeError(
            f"{repository.path}: no tag {what} a release, or a build of a vendor line in the schema"
        )
    if len(found) > _MOST_TAGS:
        raise TreeError(
            f"{repository.path}: passed the limit of {_MOST_TAGS} tags: {len(found)} match "
            f"{pattern or MAINLINE!r}; select fewer with --tags"
        )
    return sorted(found, key=lambda item: _place(item[1]))


def _named(
    tags: Iterable[str], named: Callable[[str], Kernel | None]
) -> Iterator[tuple[str, Kernel]]:
    for tag in tags:
        kernel = named(tag)
        if kernel is not None:
            yield tag, kernel


def _place(kernel: Kernel) -> tuple[object, ...]:
    if kernel.line is None:
        return (False, kernel.release.moment)
    line, build = kernel.line.line, kernel.line.build
    numbers = build.numbers if build is not None else ()
    # A line without a base is one series through all releases.
    release = line.base or kernel.release
    return (True, line.vendor, (line.base or _FIRST).moment, line.name, release.moment, numbers)
