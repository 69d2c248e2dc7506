# SPDX-License-Identifier: MIT
"""Several tools on several kernels, one verdict each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from ..core.tool import ToolRelease
from ..model import Architecture, Schema
from ..model.consumer import Consumer
from ..model.distribution import Distribution
from ..model.kernel import Kernel
from ..model.vocabulary import Verdict
from ..query.interface.answer import KernelLine
from ..query.interface.consumers import (
    Compat,
    Overall,
    Overview,
    OverviewCell,
    ToolVerdict,
    Unreadable,
)
from ..query.kernel_line import kernel_line
from ..record import Value
from .answer import Note, answer
from .exports import Exports, predicted
from .judge import WHOLE, Scope


class Tool(NamedTuple):
    """A release of a tool, or the distribution's build of it if `build` is set.

    A tool that was not named counts only for the architectures whose dumps it reads.
    """

    consumer: Consumer
    release: ToolRelease
    build: str = ""
    is_named: bool = True


def tools_of(schema: Schema, distribution: Distribution) -> Iterator[Tool]:
    """The tools in the schema that a distribution ships."""
    consumers = {consumer.name: consumer for consumer in schema.consumers}
    for one in distribution.ships:
        consumer = consumers.get(one.consumer)
        if consumer is None:
            continue
        build = next((build for build in consumer.builds if build.name == one.build), None)
        yield Tool(consumer.built(build) if build else consumer, one.release, one.build)


class Subject(NamedTuple):
    """A kernel as predicted, or as its note or dump describes it; `input` is the latter's path."""

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
    cells: Sequence[OverviewCell],
    unreadable: Sequence[Unreadable],
    distribution: str | None,
    verdict: Overall | None = None,
) -> Overview:
    """The verdict on each tool for each kernel or dump, and the inputs that can't be read.

    `verdict` is the worst of all, for cells that are only a part.
    """
    return Overview(
        distribution=distribution,
        verdict=verdict or worst_of(cell.verdict for cell in cells),
        cells=[*cells],
        unreadable=[*unreadable],
    )


def judged_of(subject: Subject, tool: Tool, scope: Scope = WHOLE) -> Compat:
    """One tool on one kernel or dump, purpose by purpose."""
    kernel, exports, path, note = subject
    return answer(kernel, tool.consumer, tool.release, path, exports, note, scope)


FAILING = frozenset({"unknown", "wrong", "fatal"})
"""Verdicts for which the exit code of `compat` is not 0."""


class Verdicts(Value):
    """The verdicts on tools for a kernel, or for all its dumps that are the same to them."""

    kernel: str
    line: KernelLine | None
    arch: str
    format: str | None
    tools: tuple[ToolVerdict, ...]

    @cached_property
    def worst(self) -> Overall:
        return worst_of(tool.verdict for tool in self.tools)

    @property
    def is_failing(self) -> bool:
        return self.worst in FAILING

    def cells(self, input_: str | None) -> list[OverviewCell]:
        return [
            OverviewCell(
                input=input_,
                format=self.format,
                kernel=self.kernel,
                line=self.line,
                arch=self.arch,
                **vars(tool),
            )
            for tool in self.tools
        ]


def verdicts_of(subject: Subject, tools: Iterable[Tool], scope: Scope = WHOLE) -> Verdicts:
    """The verdict on every tool for one kernel or dump."""
    kernel, exports, _, note = subject
    arch = exports.arch.name
    asked = (one for one in tools if one.is_named or one.consumer.supports(arch, one.release))
    return Verdicts(
        kernel.name,
        kernel_line(kernel),
        arch,
        note.format if note is not None else None,
        tuple(_tool_verdict(judged_of(subject, tool, scope), tool) for tool in asked),
    )


def cells_of(subject: Subject, tools: Iterable[Tool], scope: Scope = WHOLE) -> list[OverviewCell]:
    """The same as cells of an answer."""
    return verdicts_of(subject, tools, scope).cells(subject.input)


def tool_of(one: OverviewCell | ToolVerdict) -> str:
    return f"{one.consumer} {one.build or one.release}"


def why_of(one: OverviewCell | ToolVerdict) -> str:
    """The cause of a verdict in a few words."""
    if one.verdict == "unknown":
        return one.not_known[0]
    if not one.purposes:
        return "as observed" if one.verdict != "ok" else ""
    more = f" and {len(one.purposes) - 1} more" if len(one.purposes) > 1 else ""
    alone = ""
    if one.otherwise is not None:
        words = dict.fromkeys(" and ".join(has) for has in one.otherwise.shows_with)
        alone = f"; {one.otherwise.verdict} without {' or '.join(words)} in the dump"
    return f"{one.purposes[0]}{more}{alone}"


def worst_of(verdicts: Iterable[Overall]) -> Overall:
    return max(verdicts, key=lambda verdict: Verdict(verdict).rank, default="ok")


def _tool_verdict(judged: Compat, tool: Tool) -> ToolVerdict:
    return ToolVerdict(
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
    """The purposes with the verdict of the whole, or with that from the schema if it is unknown."""
    verdict = judged.worked_out or judged.verdict
    if verdict == "ok":
        return []
    return [
        p.purpose for p in judged.purposes if (p.worked_out or p.verdict) == verdict and not p.extra
    ]
