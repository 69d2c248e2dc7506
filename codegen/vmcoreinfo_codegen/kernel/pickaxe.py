# SPDX-License-Identifier: MIT
"""The commit that added a line to a kernel, or removed it, found with git's pickaxe."""

from __future__ import annotations

from ..core.key import Kind, argument_of, kind_of
from .git import Repository
from .printing import APPEND


def source_text(key: str, macro: str) -> str:
    """The source text of the call that prints a key, up to its end, as other keys may begin
    alike.
    """
    if macro == APPEND or kind_of(key) is Kind.BARE:
        return f"{key}="
    argument = argument_of(key).removeprefix("CONFIG_")
    if kind_of(key) is Kind.OFFSET:
        argument = ", ".join(argument.split(".", 1))
    return f"{macro}({argument}{',' if kind_of(key) is Kind.LENGTH else ')'}"


_SOURCES = (":(top)kernel", ":(top)arch", ":(top)drivers")


def commit_of(
    repository: Repository, revision: str, text: str, path: str | None = None
) -> str | None:
    """The newest commit up to a revision that changes how often `text` is in the sources.

    With a path, how often it is in that file. Raises GitError.
    """
    paths = _SOURCES if path is None else (f":(top,literal){path}",)
    where = ("--end-of-options", revision, "--", *paths)
    options = ("-1", "--format=%H", "--no-ext-diff", "--no-textconv", "--no-mailmap", f"-S{text}")
    return repository.git("log", *options, *where).decode().strip()[:12] or None
