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
    """The dumps that it reads; of others nothing is learnt about notes."""

    @property
    def judge(self) -> ToolRelease | None:
        """The release by which it is judged, which must be right itself; None for other judges."""
        ...

    @property
    def judges_itself(self) -> bool:
        """Whether that is the tool, with the whole note."""
        ...

    def measure(self, dump: Path, subject: Subject, run: Run) -> Measure:
        """What is right for a dump, its note such as the judge reads.

        Raises FailsItself if it is the judge and fails, ProveError if nobody can say.
        """
        ...

    def outcome(self, dump: Path, run: Run, measure: Measure | None) -> Outcome | None:
        """Run it on a copy of the dump, and judge what comes out.

        Without a measure a failure can be told, and else nothing: None.
        """
        ...
