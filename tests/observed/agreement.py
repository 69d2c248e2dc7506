# SPDX-License-Identifier: MIT
"""How often the schema predicts the outcome of a run, by tool, and for held-out pairs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.conftest import ROOT, shipped
from tests.observed import is_aside
from vmcoreinfo_codegen.model.builder.observations import branch_of
from vmcoreinfo_codegen.model.store.observed import read_observed
from vmcoreinfo_codegen.prove.held import Held, held

SCHEMA = ROOT / "schema"
OBSERVED = SCHEMA / "observed"


@dataclass(frozen=True)
class Agreement:
    """For one tool: runs by which the data were corrected, or of held-out pairs, and those that
    agree.

    `reassured` are runs that the schema predicts as ok and that were not.
    """

    tool: str
    aside: bool
    runs: int
    agree: int
    reassured: int
    releases: int


def all_held(observed: Path = OBSERVED) -> tuple[Held, ...]:
    """Every recorded run, with the prediction of the current schema."""
    return _all_held(observed)


# Predicting some thousand runs takes seconds.
@cache
def _all_held(observed: Path) -> tuple[Held, ...]:
    schema = shipped()
    return tuple(
        one
        for path in sorted(observed.glob("*.jsonl"))
        for one in held(schema, read_observed(path))
    )


def aside(one: Held) -> bool:
    return is_aside(one.observation, branch_of(one.dump.kernel))


def agreements(observed: Path = OBSERVED) -> list[Agreement]:
    found = all_held(observed)
    tools = sorted({one.observation.tool for one in found})
    return [
        _agreement(
            tool, is_kept, [o for o in found if o.observation.tool == tool and aside(o) == is_kept]
        )
        for tool in tools
        for is_kept in (False, True)
    ]


def _agreement(tool: str, is_kept: bool, found: list[Held]) -> Agreement:
    return Agreement(
        tool=tool,
        aside=is_kept,
        runs=len(found),
        agree=sum(one.agrees for one in found),
        reassured=sum(is_reassuring(one) for one in found),
        releases=len({(one.observation.release, one.observation.build) for one in found}),
    )


def is_reassuring(one: Held) -> bool:
    """Whether the schema predicts ok, but the run was not."""
    return one.predicted.verdict.value in ("ok", "fallback") and one.observation.came.value != "ok"


def table(found: Iterable[Agreement]) -> str:
    lines = [
        "| tool | set | releases | runs | agree | wrongly ok |",
        "|---|---|---|---|---|---|",
    ]
    for one in found:
        share = f"{100 * one.agree / one.runs:.1f} %" if one.runs else "-"
        kept = "held out" if one.aside else "used"
        lines.append(
            f"| {one.tool} | {kept} | {one.releases} | {one.runs} | {one.agree} ({share}) | {one.reassured} |"
        )
    return "\n".join(lines)


def disagreements(observed: Path = OBSERVED, *, kept_aside: bool = False) -> Iterator[str]:
    """Runs that the schema predicts wrongly; only held-out ones with `kept_aside`, else the
    others.
    """
    for one in all_held(observed):
        if not one.agrees and aside(one) == kept_aside:
            run = one.observation
            level = "" if run.level is None else f" -d {run.level}"
            without = f" without {' '.join(run.without)}" if run.without else ""
            told = "".join(f" ({purpose})" for purpose in one.predicted.purposes[:2])
            yield (
                f"{run.tool} {run.release} {run.build} on {run.on}, {run.run}{level}{without}: "
                f"{one.predicted.verdict.value}{told}; came {run.came.value}: {run.seen}"
            )
