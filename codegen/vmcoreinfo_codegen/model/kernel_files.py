# SPDX-License-Identifier: MIT
"""The kernel's source files that print the entries, in order of time."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..core.release import Moment
from ..problem import Location
from ..record import Record, unwritten
from .base import Boundary, Span
from .timeline import Period, Segment, earliest, last_end, meets, segments

_PATH = re.compile(r"(?:[\w+-][\w+.-]*/)*[\w+-][\w+.-]*", re.ASCII)
_LONGEST = 200


def is_path(text: str) -> bool:
    """Whether a text can be the path of a source file in a kernel tree."""
    return len(text) <= _LONGEST and _PATH.fullmatch(text) is not None


class KernelFile(Record):
    """A file, by its path in the kernel tree, and when it took over from the one before it."""

    path: str
    since: Boundary | None = None
    location: Location = unwritten()


class KernelFiles(Record):
    """Source files in order of time, each until the next takes over.

    They print the entries of shared code (`archs` None) or of some architectures, in a subsystem or, if
    that is empty, outside of all.
    """

    subsystem: str = ""
    archs: tuple[str, ...] | None = None
    files: tuple[KernelFile, ...]
    location: Location = unwritten()

    def at(self, moment: Moment) -> KernelFile | None:
        """The file that prints the entries at a moment; None before the first one."""
        reached = [
            one for one in self.files if one.since is None or one.since.release.opening <= moment
        ]
        return reached[-1] if reached else None

    def over(self, spans: Sequence[Span]) -> list[Segment[KernelFile]]:
        """The files during the life of an entry, in mainline and stable branches."""
        if not spans:
            return []
        last = last_end(spans)
        starts = [Period((one.since.release, None)) for one in self.files if one.since is not None]
        found = segments(
            starts,
            self.at,
            earliest(span.since for span in spans).release,
            last.release if last is not None else None,
        )
        return [
            Segment(one.value, one.since, one.until)
            for one in found
            if one.value is not None and any(meets(span, one.bounds) for span in spans)
        ]
