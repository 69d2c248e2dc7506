# SPDX-License-Identifier: MIT
"""The interface of a tool that can be proved."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from ..core.tool import ToolRelease
from ..model.vocabulary import DumpFormat
from .outcome import Measure, Outcome, Run
from .subject import Subject


class Tool(Protocol):
    """A tool that can be proved."""

    consumer: str
    release: ToolRelease
    build: str
    runs: tuple[Run, ...]
    formats: tuple[DumpFormat, ...]
    """The dump formats that the tool reads; with others nothing is learnt about notes."""

    @property
    def judge(self) -> ToolRelease | None:
        """The release that is the judge, which must be right itself; None if the judge is no
        release.
        """
        ...

    @property
    def judges_itself(self) -> bool:
        """Whether the judge is the tool itself, with the complete note."""
        ...

    def measure(self, dump: Path, subject: Subject, run: Run) -> Measure:
        """The right result for a dump whose note the judge reads correctly.

        Raises FailsItself if the tool is its own judge and fails, ProveError if there is no judge.
        """
        ...

    def outcome(self, dump: Path, run: Run, measure: Measure | None) -> Outcome | None:
        """Run the tool on a copy of the dump, and judge the result.

        Without a measure only a failure can be judged; else returns None.
        """
        ...
