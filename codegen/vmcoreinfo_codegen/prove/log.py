# SPDX-License-Identifier: MIT
"""Compares the kernel's log as a tool prints it with a reference's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ..model.vocabulary import Verdict
from .outcome import Outcome

_CALLER = re.compile(rb"^(\[ *[0-9]+\.[0-9]+\]) ?\[ *[TC][0-9]+\]", re.MULTILINE)


def lines_of(log: bytes) -> list[bytes]:
    """The lines of a log, without their caller, which not every release prints."""
    return _CALLER.sub(rb"\1", log).splitlines()


def compared(right: Sequence[bytes], found: Sequence[bytes]) -> Outcome:
    """The outcome of a run that printed the lines `found`, but should have printed `right`."""
    if not found:
        return Outcome(Verdict.WRONG, "no line of the log")
    missing = (Counter(right) - Counter(found)).total()
    more = (Counter(found) - Counter(right)).total()
    if missing:
        return Outcome(Verdict.WRONG, f"{missing} of {len(right)} lines missing")
    if more:
        return Outcome(Verdict.DEGRADED, f"{more} lines more than {len(right)}")
    if list(found) != list(right):
        return Outcome(Verdict.WRONG, f"{len(right)} lines in another order")
    return Outcome(Verdict.OK, f"{len(right)} lines")
