# SPDX-License-Identifier: MIT
"""Counts by what inputs have in common, with a limit on the number of groups: inputs may be
hostile, and each may need a group of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

Key = TypeVar("Key")
Group = TypeVar("Group")

MOST_GROUPS = 10_000

_VALUES = re.compile(r"(?<![\w.])(?:0x[0-9a-f]+|[0-9a-f]{6,}|-?\d+)(?![\w.])")


def without_values(text: str) -> str:
    """A message with `N` for numbers, so that messages which only differ in those are the same."""
    return _VALUES.sub("N", text)


def group_of(groups: dict[Key, Group], key: Key, other: Key, new: Callable[[], Group]) -> Group:
    """The group of a key, or that of `other` if there are too many."""
    if key not in groups and len(groups) >= MOST_GROUPS:
        key = other
    return groups.setdefault(key, new())
