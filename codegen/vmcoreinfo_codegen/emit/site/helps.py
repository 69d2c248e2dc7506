# SPDX-License-Identifier: MIT
"""Remedies for a release of makedumpfile that is older than the kernel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from ..tables.rescue import RescueRun
from .folds import row as in_a_row
from .folds import stretch
from .links import Links
from .page import quiet, row, table

RESCUED = "makedumpfile"
"""The tool that `vmcoreinfo generate rescue` is for."""


def rescue_table(to: Links, runs: Sequence[RescueRun]) -> dict[str, Any]:
    rows = [
        row(
            [
                in_a_row(run.releases),
                stretch(run.first, run.last),
                ", ".join(run.architectures),
                _help(to, run),
                to.purposes(RESCUED, run.purposes),
            ]
        )
        for run in runs
    ]
    heads = ["Release", "Kernels", "Architectures", "Workaround", "Fixes"]
    return table("Workarounds for older releases", heads, rows)


def _help(to: Links, run: RescueRun) -> Markup:
    if run.helps == "nothing":
        return Markup("none at any dump level")
    if run.helps == "as it is" and not run.degraded:
        return quiet("not needed")
    found = _change(to, run.level if run.helps == "level" else None, run.written, run.dropped)
    if run.degraded:
        found += Markup("; degraded: ") + to.purposes(RESCUED, run.degraded)
    if run.exact_level is not None:
        found += Markup("; full result with ") + _change(
            to, run.exact_level, run.exact_written, run.exact_dropped
        )
    return found


def _change(to: Links, level: int | None, written: Sequence[str], dropped: Sequence[str]) -> Markup:
    parts = []
    if level is not None:
        parts.append(Markup("<code>-d {}</code>").format(level))
    if written:
        parts.append(Markup("with ") + to.keys(written))
    if dropped:
        parts.append(Markup("without ") + to.keys(dropped))
    return Markup(" ").join(parts) or Markup("no change")
