# SPDX-License-Identifier: MIT
"""Shows progress of long work on stderr, if that is a terminal, after two seconds."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

from .terminal import on_one_line, unfiltered

DELAY = 2
"""Seconds before progress is shown."""


def meter(what: str, **options: Any) -> Any:
    """tqdm's bar, which moves the cursor itself, and shows nothing without a terminal."""
    from tqdm import tqdm

    file = unfiltered(sys.stderr)
    return tqdm(desc=on_one_line(what), delay=DELAY, disable=None, file=file, **options)


@contextlib.contextmanager
def bar(what: str, total: int | None, unit: str = "B") -> Iterator[Callable[[int], object]]:
    """A bar of `total` units; call the function that it yields with the number of units just
    done.
    """
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    with meter(what, total=total, unit=unit, unit_scale=unit == "B") as shown:
        yield shown.update
