# SPDX-License-Identifier: MIT
"""Runs a tool on a dump, complete and without entries, and compares each cell with its
prediction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import vmcoreinfo

from ..compat.adapt import adapt
from ..compat.dump_sources import dump_sources
from ..compat.exports import Exports, noted
from ..core.tool import ToolRelease
from ..dump.attach import attach
from ..model import Schema
from ..model.consumer import Consumer
from ..model.store.altered import text_without
from ..model.store.observed import Observation
from .outcome import FailsItself, Measure, Outcome, ProveError, Run
from .prediction import Prediction, agrees, is_ok, predict
from .subject import Subject
from .tool import Tool

_ENDING = "how it ends"


@dataclass(frozen=True)
class Cell:
    """One run: its outcome and its prediction.

    It `shows` something unless the tool is its own judge with the complete note, or had nothing
    left to filter. If `is_filtered`, the pages were gone already, so the outcome may be better than
    predicted.
    """

    observation: Observation
    predicted: Prediction
    shows: bool
    is_filtered: bool

    @property
    def agrees(self) -> bool:
        came, predicted = self.observation.came, self.predicted.verdict
        return agrees(predicted, came) or (self.is_filtered and came.rank < predicted.rank)


@dataclass(frozen=True)
class Plan:
    """What to run: `whole` for the unchanged dump only, `keys` to remove, None for all that the
    tool reads.
    """

    whole: bool = False
    keys: tuple[tuple[str, ...], ...] | None = None
    trusts: bool = False
    """Whether a reference is right, whatever the schema says of it."""

    def changes(
        self, consumer: Consumer, release: ToolRelease, subject: Subject
    ) -> list[tuple[str, ...]]:
        """The sets of entries to remove in turn, the empty set first."""
        there = {
            line.partition(b"=")[0].decode("latin-1") for line in subject.found.text.split(b"\n")
        }
        if self.whole:
            return [()]
        if self.keys is None:
            return [(), *((key,) for key in consumer.keys_of(release) if key in there)]
        for key in (key for keys in self.keys for key in keys):
            if key not in there:
                raise ProveError(f"{subject.path}: the note has no {key}")
        return [(), *self.keys]


class Proving:
    """A tool, and what the schema says of it; `built` is the consumer as in the tool's build."""

    def __init__(
        self, schema: Schema, consumer: Consumer, built: Consumer, tool: Tool, plan: Plan
    ) -> None:
        self._schema = schema
        self._consumer = consumer
        self._built = built
        self._tool = tool
        self._plan = plan

    @property
    def runs(self) -> int:
        """Number of runs for each change."""
        return len(self._tool.runs)

    def changes(self, subject: Subject) -> Sequence[tuple[str, ...]]:
        """The sets of entries to remove from a dump. Raises ProveError."""
        return self._plan.changes(self._built, self._tool.release, subject)

    def cells(self, subject: Subject) -> Iterator[Cell]:
        """Every run on a dump that can be judged.

        A failure can be judged even if there is no reference. Raises DumpError, OSError, and after
        all runs ProveError for those that can't be judged.
        """
        if subject.observed.format not in self._tool.formats:
            raise ProveError(
                f"{subject.path}: {self._tool.consumer} can't read {subject.observed.format} "
                "dumps; rebuild it first: makedumpfile -R DUMP < FILE"
            )
        measures: dict[Run, Measure | None] = {}
        errors: dict[Run, str] = {}
        for run in self._tool.runs:
            try:
                measures[run] = self._measure(subject, run)
            except FailsItself as error:
                yield self._cell(subject, (), run, error.outcome, _ENDING, True)
            except ProveError as error:
                measures[run], errors[run] = None, str(error)
        unjudged: dict[Run, None] = {}
        for keys in self.changes(subject):
            for run, measure in measures.items():
                subject.scratch.without(keys)
                outcome = self._tool.outcome(subject.scratch.path, run, measure)
                if outcome is None:
                    unjudged[run] = None
                elif measure is None:
                    yield self._cell(subject, keys, run, outcome, _ENDING, True)
                else:
                    shows = bool(keys) or measure.is_other
                    yield self._cell(subject, keys, run, outcome, measure.by, shows)
        if unjudged:
            raise ProveError("; ".join(errors[run] for run in unjudged))

    def _cell(
        self,
        subject: Subject,
        keys: tuple[str, ...],
        run: Run,
        outcome: Outcome,
        by: str,
        shows: bool,
    ) -> Cell:
        tool = self._tool
        text = text_without(subject.found.text, keys)
        exports = self._exports(subject, text)
        predicted = _predict(self._built, tool.release, subject, text, exports, run)
        is_filtered = not subject.shows(run)
        return Cell(
            Observation(
                on=subject.observed.name,
                tool=tool.consumer,
                release=tool.release,
                build=tool.build,
                without=tuple(sorted(keys)),
                run=run.name,
                level=run.level,
                came=outcome.came,
                seen=outcome.seen,
                by=by,
            ),
            predicted,
            not is_ok(outcome.came) or (shows and not is_filtered),
            is_filtered,
        )

    def _exports(self, subject: Subject, text: bytes) -> Exports:
        """The kernel's exports with another note in the dump."""
        info = vmcoreinfo.parse(text)
        kernel = subject.exports
        found = subject.found._replace(name=str(subject.scratch.path), text=text)
        told = dump_sources(found, kernel.arch, info)
        return noted(self._schema, kernel.release, kernel.arch, info, told)

    def _measure(self, subject: Subject, run: Run) -> Measure:
        """The right result, by a reference that reads the note, or a note adapted to it,
        correctly.
        """
        judge = self._tool.judge
        text = subject.scratch.without(())
        exports = self._exports(subject, text)
        bad: list[str] = []
        if judge is not None and not self._plan.trusts:
            bad = self._bad(judge, subject, text, exports, run)
        if judge is None or not bad or self._tool.judges_itself:
            # A failure counts, whatever the schema says.
            measure = self._tool.measure(subject.scratch.path, subject, run)
            if judge is None or not bad:
                return measure
        adapted = adapt(self._schema, self._consumer, judge, vmcoreinfo.parse(text), exports)
        exports = self._exports(subject, adapted.text)
        still = self._bad(judge, subject, adapted.text, exports, run)
        if still or subject.found.format != "elf":
            raise ProveError(
                f"{subject.path}: {self._consumer.name} {judge} can't be the reference for {run}, "
                f"according to the schema: {', '.join(still or bad)}; give a reference that reads "
                "the dump correctly with --reference, or trust this one with --trust-reference"
            )
        made = subject.folder / "adapted"
        try:
            attach(adapted.text, subject.path, str(made))
            measure = self._tool.measure(made, subject, run)
        finally:
            made.unlink(missing_ok=True)
        return replace(measure, by=f"{measure.by}, with its note adapted")

    def _bad(
        self, judge: ToolRelease, subject: Subject, text: bytes, exports: Exports, run: Run
    ) -> list[str]:
        found = _predict(self._consumer, judge, subject, text, exports, run)
        return [f"{purpose} is {found.verdict.value}" for purpose in found.purposes]


def _predict(
    consumer: Consumer,
    release: ToolRelease,
    subject: Subject,
    text: bytes,
    exports: Exports,
    run: Run,
) -> Prediction:
    return predict(
        consumer, release, exports, text, subject.found.format, run, subject.observed.shows
    )
