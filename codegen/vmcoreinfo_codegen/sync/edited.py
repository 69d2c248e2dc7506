# SPDX-License-Identifier: MIT
"""Schema files before and after an edit: shows the diff, and writes them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path

from ..files import writing

Texts = Mapping[str, str]
"""Texts of files by their names; after an edit, only of files that changed."""


def diff(before: Texts, after: Texts) -> str:
    """The changes as a unified diff."""
    return "".join(
        line
        for name, text in after.items()
        for line in difflib.unified_diff(
            before.get(name, "").splitlines(keepends=True),
            text.splitlines(keepends=True),
            f"a/{name}",
            f"b/{name}",
        )
    )


def write(folder: Path, after: Texts) -> None:
    """Write changed files to the folder from which they were read. Raises OSError."""
    edited = {folder / name.partition("/")[2]: text for name, text in after.items()}
    for path in edited:
        path.parent.mkdir(parents=True, exist_ok=True)
    writing.write_all((path, text.encode()) for path, text in edited.items())
