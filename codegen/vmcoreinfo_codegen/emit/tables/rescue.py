# SPDX-License-Identifier: MIT
"""Remedies for dumps written by an older makedumpfile: how it can read the notes of newer
kernels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, Literal

from ...compat.exports import Exports
from ...compat.exports_by_release import ExportsByRelease, exports_by_release
from ...compat.judge import Scope, outcomes
from ...compat.matrix import runs
from ...compat.remedy import Remedy, remedy, right_level
from ...core.release import Release
from ...model import Schema
from ...model.consumer import MOST_LEVEL, Consumer, ConsumerRelease
from ...model.vocabulary import Verdict
from ...record import Record, Value, described
from ..product import Product, render
from .consumers import ARCHS
from .listed import Listed, listed_products
from .markdown import codes, prose, table

_TOOL = "makedumpfile"
_MOST_RELEASES = 12
"""The releases of the last six years, which distributions have."""

Helps = Literal["as it is", "text", "note", "level", "nothing"]


class RescueRun(Record):
    """Successive kernels with the same remedy for releases of makedumpfile at dump level 31."""

    releases: list[str]
    architectures: list[str]
    first: str
    last: str
    helps: Helps = described(
        "as it is: no change needed; text: additional lines with makedumpfile's option -i; "
        "note: another note; level: a lower dump level, with the named lines; none: no level "
        "is correct"
    )
    level: int | None = described("the highest correct dump level; null if there is none")
    written: list[str]
    dropped: list[str]
    degraded: list[str] = described(
        "purposes for which the dump keeps pages that the level excludes"
    )
    exact_level: int | None = described(
        "if there are any: the highest level without degraded purposes; null if there is none"
    )
    exact_written: list[str]
    exact_dropped: list[str]
    purposes: list[str] = described("purposes that are fatal, wrong or degraded without a change")


class RescueTable(Listed):
    """`generated/tables/rescue.json`"""

    runs: list[RescueRun]


class _Help(Value):
    """The remedy on one kernel."""

    helps: Helps
    level: int | None
    written: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    exact: tuple[int, tuple[str, ...], tuple[str, ...]] | None = None


_AS_IT_IS = _Help("as it is", MOST_LEVEL)
_Run = tuple[Release, Release, _Help]


def products(schema: Schema) -> list[Product]:
    """The page, and the table for machines; none if the schema has no makedumpfile."""
    consumer = next((one for one in schema.consumers if one.name == _TOOL), None)
    if consumer is None:
        return []
    rows = rescue_runs(schema, consumer)
    heads = ["makedumpfile", "On", "Kernels", "Remedy", "For"]
    context: dict[str, Any] = {"table": table(heads, _cells(rows)), "links": []}
    return [
        render("tables", "rescue.md.j2", "tables/rescue.md", context),
        *listed_products(
            "rescue",
            RescueTable,
            "runs",
            RescueRun,
            rows,
            {
                **dict.fromkeys(("releases", "architectures", "written", "dropped"), " "),
                **dict.fromkeys(("exact_written", "exact_dropped"), " "),
                **dict.fromkeys(("purposes", "degraded"), "; "),
            },
            ["purposes", "degraded"],
        ),
    ]


def rescue_runs(schema: Schema, consumer: Consumer) -> list[RescueRun]:
    """The remedies for releases of makedumpfile, on commonly used architectures."""
    archs = [arch for name in ARCHS if (arch := schema.architecture(name)) is not None]
    return list(_runs(consumer, {arch.name: exports_by_release(schema, arch) for arch in archs}))


def _runs(consumer: Consumer, over: Mapping[str, ExportsByRelease]) -> Iterator[RescueRun]:
    """The newest releases first; releases and architectures with the same remedies are joined."""
    releases = sorted(consumer.releases, key=lambda one: one.release)[-_MOST_RELEASES:]
    declared = releases[0].kernels.until if releases and releases[0].kernels is not None else None
    known: dict[tuple[object, ...], tuple[_Run, ...]] = {}
    alike: dict[tuple[tuple[_Run, ...], tuple[str, ...]], list[str]] = {}
    for one in releases:
        of_release: dict[tuple[_Run, ...], list[str]] = {}
        for name, of_arch in over.items():
            if not consumer.supports(name, one.release):
                continue
            first = of_arch.place_of(declared.branch) if declared is not None else 0
            asked = (name, *(need.known_to(one.release) for need in consumer.needs))
            if asked not in known:
                known[asked] = tuple(_helps(consumer, one, of_arch, first))
            of_release.setdefault(known[asked], []).append(name)
        for found, names in of_release.items():
            alike.setdefault((found, tuple(names)), []).append(str(one.release))
    for (found, archs), names in reversed(alike.items()):
        for first_kernel, last_kernel, help_ in found:
            yield RescueRun(
                releases=names,
                architectures=list(archs),
                first=str(first_kernel),
                last=str(last_kernel),
                helps=help_.helps,
                level=help_.level,
                written=list(help_.written),
                dropped=list(help_.dropped),
                degraded=list(help_.degraded),
                exact_level=help_.exact[0] if help_.exact else None,
                exact_written=list(help_.exact[1]) if help_.exact else [],
                exact_dropped=list(help_.exact[2]) if help_.exact else [],
                purposes=list(help_.purposes),
            )


def _helps(
    consumer: Consumer, one: ConsumerRelease, over: ExportsByRelease, first: int
) -> Iterator[_Run]:
    """Runs of kernels with the same remedy, from an index on."""
    command = next(c.name for c in consumer.commands if c.has_level)
    scope = Scope(command, MOST_LEVEL)
    (by_arch,) = runs(consumer, [one.release], {over.arch.name: over}, scope)
    found: list[tuple[Release, _Help]] = []
    for run in by_arch[over.arch.name]:
        for place in range(max(first, over.places[run.first]), over.places[run.last] + 1):
            works = run.verdict is Verdict.OK
            help_ = _AS_IT_IS if works else _help(consumer, one, over.at(place), scope)
            found.append((over.releases[place], help_))
    for help_, group in groupby(found, lambda pair: pair[1]):
        kernels = [kernel for kernel, _ in group]
        yield kernels[0], kernels[-1], help_


def _help(consumer: Consumer, one: ConsumerRelease, exports: Exports, scope: Scope) -> _Help:
    judged = outcomes(consumer, one.release, exports, scope)
    purposes = tuple(
        outcome.need.purpose
        for outcome in judged
        if not outcome.works and not outcome.need.shows_with
    )
    level, found = MOST_LEVEL, remedy(consumer, one.release, exports, scope, judged=judged)
    if found.refused:
        right = right_level(consumer, one.release, exports, scope)
        if right is None:
            return _Help("nothing", None, purposes=purposes)
        level, found = right
    lower = Scope(scope.command, level)
    if any(
        outcome.verdict is Verdict.FATAL and not outcome.need.shows_with
        for outcome in outcomes(consumer, one.release, found.exports, lower)
    ):
        return _Help("nothing", None, purposes=purposes)
    degraded = tuple(outcome.need.purpose for outcome in found.degraded)
    exact = right_level(consumer, one.release, exports, scope, is_exact=True) if degraded else None
    better = (exact[0], *_keys(exact[1])) if exact is not None and exact[0] else None
    return _Help(_kind(level, found), level, *_keys(found), purposes, degraded, better)


def _kind(level: int, found: Remedy) -> Helps:
    if level != MOST_LEVEL:
        return "level"
    if not found.changes_note:
        return "as it is"
    whole = found.dropped or any(one.replaces for one in found.written)
    return "note" if whole else "text"


def _keys(found: Remedy) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(one.key for one in found.written), tuple(one.key for one in found.dropped)


def _cells(rows: list[RescueRun]) -> list[list[str | list[str]]]:
    return [
        [
            row.releases[0]
            if len(row.releases) == 1
            else f"{row.releases[0]} to {row.releases[-1]}",
            ", ".join(row.architectures),
            row.first if row.first == row.last else f"{row.first} to {row.last}",
            _told(row),
            prose(", ".join(row.purposes)),
        ]
        for row in rows
    ]


def _told(row: RescueRun) -> str:
    if row.helps == "nothing":
        return "none: no level is correct"
    told = _change(row.level if row.helps == "level" else None, row.written, row.dropped)
    told = (told or "no change needed") + (" (`-i`)" if row.helps == "text" else "")
    if row.degraded:
        told += f"; degraded: {prose(', '.join(row.degraded))}"
    if row.exact_level is not None:
        exact = _change(row.exact_level, row.exact_written, row.exact_dropped)
        told += f", which {exact} is not"
    return told


def _change(level: int | None, written: list[str], dropped: list[str]) -> str:
    told = [
        f"`-d {level}`" if level is not None else "",
        f"with {codes(written)}" if written else "",
        f"without {codes(dropped)}" if dropped else "",
    ]
    return " ".join(filter(None, told))
