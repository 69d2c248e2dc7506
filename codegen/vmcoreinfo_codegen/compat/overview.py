# SPDX-License-Identifier: MIT
"""Several tools on several kernels: a verdict each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ..core.tool import ToolRelease
from ..model import Architecture, Schema
from ..model.consumer import Consumer
from ..model.distribution import Distribution
from ..model.kernel import Kernel
from ..model.vocabulary import Verdict
from ..query.interface.consumers import Compat, Overall, Overview, OverviewCell, Unreadable
from .answer import Note, answer
from .exports import Exports, predicted
from .judge import WHOLE, Scope


class Tool(NamedTuple):
    """A release of a tool, as the distribution builds it where `build` names that.

    One that was not asked for by its name counts for the architectures that it reads dumps of.
    """

    consumer: Consumer
    release: ToolRelease
    build: str = ""
    is_named: bool = True


def tools_of(schema: Schema, distribution: Distribution) -> Iterator[Tool]:
    """What a distribution ships, of the tools that the schema has."""
    consumers = {consumer.name: consumer for consumer in schema.consumers}
    for one in distribution.ships:
        consumer = consumers.get(one.consumer)
        if consumer is None:
            continue
        build = next((build for build in consumer.builds if build.name == one.build), None)
        yield Tool(consumer.built(build) if build else consumer, one.release, one.build)


class Subject(NamedTuple):
    """A kernel as it is predicted, or as a note or dump of it tells, which is then its `input`."""

    kernel: Kernel
    exports: Exports
    input: str | None = None
    note: Note | None = None


def predictions(
    kernels: Iterable[Kernel], arch: Architecture, config: Mapping[str, bool | int] | None = None
) -> Iterator[Subject]:
    for kernel in kernels:
        yield Subject(kernel, predicted(kernel.schema, kernel.release, arch, config))


def overview(
    cells: Sequence[OverviewCell], unreadable: Sequence[Unreadable], distribution: str | None
) -> Overview:
    """Of each tool on each kernel or dump, and of inputs that can't be read."""
    return Overview(
        distribution=distribution, verdict=_worst(cells), cells=[*cells], unreadable=[*unreadable]
    )


def judged_of(subject: Subject, tool: Tool, scope: Scope = WHOLE) -> Compat:
    """One tool on one kernel or dump, purpose by purpose."""
    kernel, exports, path, note = subject
    return answer(kernel, tool.consumer, tool.release, path, exports, note, scope)


def cells_of(subject: Subject, tools: Iterable[Tool], scope: Scope = WHOLE) -> list[OverviewCell]:
    """Every tool on one kernel or dump."""
    arch = subject.exports.arch.name
    asked = (one for one in tools if one.is_named or one.consumer.supports(arch, one.release))
    return [_cell(subject, tool, scope) for tool in asked]


def _worst(cells: Iterable[OverviewCell]) -> Overall:
    found = (cell.verdict for cell in cells)
    return max(found, key=lambda verdict: Verdict(verdict).rank, default="ok")


def _cell(subject: Subject, tool: Tool, scope: Scope) -> OverviewCell:
    judged = judged_of(subject, tool, scope)
    return OverviewCell(
        input=judged.input,
        format=judged.format,
        kernel=judged.kernel,
        line=judged.line,
        arch=judged.arch,
        consumer=judged.consumer,
        release=judged.release,
        build=tool.build or None,
        verdict=judged.verdict,
        worked_out=judged.worked_out,
        rests_on=judged.rests_on,
        otherwise=judged.otherwise,
        not_known=judged.not_known,
        purposes=_purposes(judged),
        fixed_in=judged.fixed_in,
    )


def _purposes(judged: Compat) -> list[str]:
    """Those that made the verdict, or would where nobody knows."""
    verdict = judged.worked_out or judged.verdict
    if verdict == "ok":
        return []
    return [
        p.purpose for p in judged.purposes if (p.worked_out or p.verdict) == verdict and not p.extra
    ]
