# SPDX-License-Identifier: MIT
"""Releases of consumers, ordered by their numbers."""

from __future__ import annotations

import re
from functools import cache

from ..record import Ordered, uncompared

# Each number of a release has at most nine digits, so `next` sorts after all of them.
_RELEASE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})+(?:-rc[0-9]{1,5})?")
_SAID = re.compile(rf"\b(?P<release>{_RELEASE.pattern})(?P<behind>\+\+)?")
NEXT = "next"
"""The state of a tool's repository after its last release."""


class ToolRelease(Ordered):
    """A release of a tool, such as `1.7.10`, or `next`, which sorts after all others."""

    numbers: tuple[int, ...]
    text: str = uncompared()

    @classmethod
    def parse(cls, text: str) -> ToolRelease:
        """Parse one whole release. Raises ValueError."""
        return _parse(text)

    @classmethod
    def said(cls, text: str) -> ToolRelease | None:
        """The first release in the output of a tool's version option; None if there is none.

        crash and makedumpfile call a repository state after 1.7.9 `1.7.9++`.
        """
        match = _SAID.search(text)
        if match is None:
            return None
        return _parse(NEXT if match["behind"] else match["release"])

    @property
    def is_next(self) -> bool:
        return self.text == NEXT

    def __str__(self) -> str:
        return self.text


@cache
def _parse(text: str) -> ToolRelease:
    if text == NEXT:
        return ToolRelease((1 << 30,), text)
    if not _RELEASE.fullmatch(text):
        raise ValueError(f"{text!r} is not a release like 1.7.4")
    numbers = [int(part) for part in re.findall(r"[0-9]+", text)]
    # 8.0.0 equals 8.0, and a release candidate sorts before its release.
    candidate = numbers.pop() if "-rc" in text else 1 << 20
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return ToolRelease((*numbers, *([-1, candidate] if candidate < 1 << 20 else [])), text)
