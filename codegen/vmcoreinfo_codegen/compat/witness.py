# SPDX-License-Identifier: MIT
"""Runs of tools on dumps without certain entries: evidence that a change breaks them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..model import Schema
from ..model.observed import build_name
from ..model.store.files import OBSERVED
from ..model.store.observed import Observed, read_without
from ..model.vocabulary import Verdict
from .impact import Break


class Witness:
    """The observations beside a schema in a folder; none without a folder.

    Each tool's file is read only once, for all removed keys.
    """

    def __init__(self, schema: Schema, folder: Path | None, removed: Iterable[str]) -> None:
        self._folder = folder
        self._removed = tuple(removed)
        self._builds = {consumer.name: consumer.same_builds for consumer in schema.consumers}
        self._read: dict[str, Observed] = {}

    def runs(self, one: Break) -> int:
        """The number of runs of these releases without the removed keys that had the same verdict.
        Raises ObservationError."""
        if self._folder is None or not one.removed or one.verdict is Verdict.FALLBACK:
            return 0
        observed = self._observed(self._folder, one.consumer)
        arch_of = {dump.name: dump.arch for dump in observed.dumps}
        return sum(
            run.came is one.verdict
            and run.release in one.releases
            and build_name(run.build) in self._builds[one.consumer]
            and arch_of[run.on] in one.archs
            and _is_about(run.without, one.removed)
            for run in observed.observations
        )

    def _observed(self, folder: Path, consumer: str) -> Observed:
        if consumer not in self._read:
            path = folder / OBSERVED / f"{consumer}.jsonl"
            self._read[consumer] = read_without(path, self._removed)
        return self._read[consumer]


def _is_about(without: Iterable[str], removed: Iterable[str]) -> bool:
    """Whether the run was without some of the removed keys, and no others."""
    return bool(without) and set(without) <= set(removed)
