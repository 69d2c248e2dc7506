# SPDX-License-Identifier: MIT
"""Many small cases in one test: as separate pytest items, each would take longer to set up than
to run.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from typing import TypeVar

Case = TypeVar("Case")
_SHOWN = 5


def check_each(
    cases: Iterable[Case], name_of: Callable[[Case], str], check: Callable[[Case], None]
) -> None:
    """Check all cases; failing ones are named, the first few with their errors."""
    every = list(cases)
    assert every, "no case"
    failed = {}
    for case in every:
        try:
            check(case)
        except Exception:
            failed[name_of(case)] = traceback.format_exc()
    shown = [f"{name}: {said}" for name, said in list(failed.items())[:_SHOWN]]
    head = f"{len(failed)} of {len(every)} failed: {', '.join(failed)}"
    assert not failed, "\n".join([head, *shown])
