# SPDX-License-Identifier: MIT
"""Limits of the work for one input, so that hostile input soon ends in an error."""

from __future__ import annotations

# Only type checkers load collections.abc, so that `parse` starts without it.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Limit:
    """A count of work that must not exceed `most`, which grows at most linearly with the input.

    `unit` is the plural of what is counted, for the message; `error` creates the exception of the
    reader that has the limit.
    """

    __slots__ = ("_error", "_name", "_unit", "left", "most")

    def __init__(self, name: str, most: int, unit: str, error: Callable[[str], Exception]) -> None:
        self._name = name
        self._unit = unit
        self._error = error
        self.most = most
        self.left = most

    def spend(self, amount: int = 1) -> None:
        """Count `amount`. Raises the reader's error if that exceeds the limit."""
        self.left -= amount
        if self.left < 0:
            raise self._error(f"{self._name}: passed the limit of {self.most} {self._unit}")

    def allow(self, amount: int) -> None:
        """Raise the limit by `amount` when more of the input is read."""
        self.most += amount
        self.left += amount
