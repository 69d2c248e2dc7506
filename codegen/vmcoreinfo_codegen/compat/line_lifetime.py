# SPDX-License-Identifier: MIT
"""The releases of vendors' lines that each release of a tool handles, and those that it does
not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from ..model import Architecture, Schema
from ..model.consumer import Consumer, ConsumerRelease
from ..model.line import Line
from ..model.vocabulary import Verdict
from ..query.interface.consumers import LineLifetime, LineLifetimes, LineVerdict, Overall
from .on_line import LineRun, line_exports, line_runs


def line_lifetimes(
    schema: Schema, consumer: Consumer, arch: Architecture, lines: Sequence[Line]
) -> LineLifetimes:
    """The releases of each line that every release of a tool handles; none if the vendor does not
    build the architecture."""
    releases = [release.release for release in consumer.releases]
    there = [line_exports(schema, line) for line in lines]
    found = line_runs(schema, consumer, releases, there)
    return LineLifetimes(
        consumer=consumer.name,
        arch=arch.name,
        lines=[line.name for line in lines],
        releases=[
            _line_lifetime(release, line, by_arch[arch.name])
            for place, release in enumerate(consumer.releases)
            for line, of_line in zip(lines, found, strict=True)
            if arch.name in (by_arch := of_line[place])
        ],
    )


def _line_lifetime(release: ConsumerRelease, line: Line, found: Sequence[LineRun]) -> LineLifetime:
    names = [build.release or str(build.first) for build in line.builds]
    verdicts = {name: run.on for run in found for name in names[run.first : run.last + 1]}
    return LineLifetime(
        release=str(release.release),
        date=release.date,
        line=line.name,
        handles=[name for name, on in verdicts.items() if on.verdict.rank < Verdict.UNKNOWN.rank],
        by_schema=[
            name for name, on in verdicts.items() if not (on.worked_out or on.verdict).is_bad
        ],
        verdicts=[
            LineVerdict(
                first=names[run.first],
                last=names[run.last],
                verdict=cast("Overall", run.on.verdict.value),
                worked_out=cast("Overall", run.on.worked_out.value) if run.on.worked_out else None,
                rests_on=run.on.rests_on,
                purposes=list(run.on.purposes),
                unsure=list(run.on.unsure),
            )
            for run in found
        ],
    )
