# SPDX-License-Identifier: MIT
"""A cache that keeps a limited number of the items used last."""

from __future__ import annotations

from typing import Generic, TypeVar

_Value = TypeVar("_Value")


class Kept(Generic[_Value]):
    """Values by number; if there are more than `most`, the least recently used is dropped."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[int, _Value] = {}

    def get(self, key: int) -> _Value | None:
        value = self._values.pop(key, None)
        if value is not None:
            self._values[key] = value
        return value

    def put(self, key: int, value: _Value) -> None:
        while len(self._values) >= self._most:
            del self._values[next(iter(self._values))]
        self._values[key] = value
