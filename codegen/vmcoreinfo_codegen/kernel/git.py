# SPDX-License-Identifier: MIT
"""git, asked about a kernel repository; nothing is checked out or changed."""

from __future__ import annotations

import subprocess
from pathlib import Path


class GitError(Exception):
    """git is not there, or refuses; says what it said."""


def git(repository: Path, *arguments: str, stdin: bytes | None = None, accepted: int = 0) -> bytes:
    """What git prints. Raises GitError where it exits with more than `accepted`."""
    command = ["git", "-C", str(repository), *arguments]
    try:
        ran = subprocess.run(command, input=stdin, capture_output=True)
    except FileNotFoundError as error:
        raise GitError("git is needed to read a repository, and is not here") from error
    if ran.returncode > accepted:
        said = ran.stderr.decode("utf-8", "replace").strip()
        raise GitError(f"{repository}: git {arguments[0]}: {said}")
    return ran.stdout
