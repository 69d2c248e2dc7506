# SPDX-License-Identifier: MIT
"""The order in which a kernel prints its entries."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping

from ..model import Export, Schema
from ..model.entry import Prediction


class Order:
    """The position of each export.

    An entry of several architectures is in the schema where it first occurs. An export in another
    file is printed at its position there: after the entry that precedes it in that file.
    """

    def __init__(self, schema: Schema) -> None:
        self._entries = schema.entries
        self._number = {entry.key: index for index, entry in enumerate(schema.entries)}
        self._in_file: dict[str, list[tuple[int, int]]] = {}
        for index, entry in enumerate(schema.entries):
            line = entry.location.line
            self._in_file.setdefault(entry.location.path, []).append((line, index))

    def place(self, key: str, export: Export) -> tuple[int, int]:
        own, location = self._number[key], export.location
        lines = self._in_file.get(location.path, [])
        if location.path == self._entries[own].location.path or not lines:
            return own, 0
        before = bisect_right(lines, (location.line, len(self._number)))
        return (lines[before - 1][1] if before else lines[0][1] - 1), location.line


def places_of(schema: Schema, predictions: Iterable[Mapping[str, Prediction]]) -> dict[str, int]:
    """The keys that a kernel exports, each with its position in the kernel's order."""
    merged: dict[str, Prediction] = {}
    for predicted in predictions:
        merged = {**predicted, **merged}
    order = Order(schema)
    keys = sorted(merged, key=lambda key: order.place(key, merged[key].export))
    return {key: index for index, key in enumerate(keys)}
