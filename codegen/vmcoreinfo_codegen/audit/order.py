# SPDX-License-Identifier: MIT
"""The order in which a kernel prints its entries."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping

from ..model import Schema
from ..model.entry import Prediction


def places_of(schema: Schema, predictions: Iterable[Mapping[str, Prediction]]) -> dict[str, int]:
    """The keys of what a kernel exports, each with its place in the order in which it prints them.

    An entry of several architectures is in the schema where it comes first. The others print it
    where the export of theirs stands: behind the entry whose text is before it in that file.
    """
    merged: dict[str, Prediction] = {}
    for predicted in predictions:
        merged = {**predicted, **merged}
    number = {entry.key: index for index, entry in enumerate(schema.entries)}
    in_file: dict[str, list[tuple[int, int]]] = {}
    for index, entry in enumerate(schema.entries):
        in_file.setdefault(entry.location.path, []).append((entry.location.line, index))

    def place(key: str) -> tuple[int, int]:
        own, location = number[key], merged[key].export.location
        lines = in_file.get(location.path, [])
        if location.path == schema.entries[own].location.path or not lines:
            return own, 0
        before = bisect_right(lines, (location.line, len(number)))
        return (lines[before - 1][1] if before else lines[0][1] - 1), location.line

    return {key: index for index, key in enumerate(sorted(merged, key=place))}
