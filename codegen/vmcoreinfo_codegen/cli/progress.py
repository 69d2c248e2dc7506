# SPDX-License-Identifier: MIT
"""Progress of what takes long: to stderr, on a terminal, once two seconds are over."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

DELAY = 2
"""Seconds after which people want to see that something goes on."""


@contextlib.contextmanager
def bar(what: str, total: int | None, unit: str = "B") -> Iterator[Callable[[int], object]]:
    """A bar of `total` units; what it gives is told how many more are done."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from tqdm import tqdm

    with tqdm(desc=what, total=total, unit=unit, unit_scale=unit == "B", delay=DELAY) as shown:
        yield shown.update
