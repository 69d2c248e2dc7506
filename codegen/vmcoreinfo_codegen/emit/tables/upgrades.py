# SPDX-License-Identifier: MIT
"""The effect of kernel upgrades on tools: which get a worse verdict on the next kernel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal, cast

from ...compat.matrix import Run
from ...core.release import Release
from ...model import Schema
from ...model.vocabulary import Verdict
from ...record import Record, described
from ..product import Product
from .listed import Listed, listed_products
from .markdown import escaped, prose, table

Runs = Mapping[str, Sequence[Run]]
Before = Literal["ok", "degraded", "wrong"]
After = Literal["degraded", "wrong", "fatal"]


class Upgrade(Record):
    """Releases of a tool with a worse verdict on one kernel than on an earlier one."""

    before: str = described(called="from")
    after: str = described(called="to")
    consumer: str
    releases: list[str]
    architectures: list[str]
    was: Before
    verdict: After
    purposes: list[str]
    works_from: str | None = described(
        "first release that works as well as before; null if none does"
    )


class UpgradeTable(Listed):
    """`generated/tables/upgrades.json`"""

    upgrades: list[Upgrade]


def upgrades(schema: Schema, found: Mapping[str, Sequence[tuple[str, Runs]]]) -> list[Upgrade]:
    """The upgrades between kernels with long-term support, as in distributions, and to the
    newest kernel.

    `found` has the releases of each consumer in order, each with its runs by architecture.
    """
    longterm = (declared.release for declared in schema.releases if declared.longterm)
    steps = list(dict.fromkeys([*longterm, schema.latest]))
    seen: dict[int, tuple[Run | None, ...]] = {}
    at_steps = {
        consumer: [
            (release, {arch: _at(steps, of_arch, seen) for arch, of_arch in runs.items()})
            for release, runs in releases
        ]
        for consumer, releases in found.items()
    }
    return [
        upgrade
        for place, (before, after) in enumerate(pairwise(steps))
        for consumer, releases in at_steps.items()
        for upgrade in _joined(_worse(place, str(before), str(after), consumer, releases))
    ]


_AtSteps = tuple[Run | None, ...]
_Worse = tuple[str, str, str, str, Verdict, Verdict, tuple[str, ...], str | None]


def _at(steps: Sequence[Release], runs: Sequence[Run], seen: dict[int, _AtSteps]) -> _AtSteps:
    """The run of each step; architectures and releases share equal lists."""
    if id(runs) not in seen:
        seen[id(runs)] = tuple(
            next((r for r in runs if r.first.opening <= s.opening <= r.last.opening), None)
            for s in steps
        )
    return seen[id(runs)]


def _worse(
    place: int,
    before: str,
    after: str,
    consumer: str,
    releases: Sequence[tuple[str, Mapping[str, _AtSteps]]],
) -> Iterator[tuple[_Worse, str, str]]:
    """Worse verdicts after an upgrade: what releases may share, the release, and the
    architecture.
    """
    for number, (release, by_arch) in enumerate(releases):
        for arch, runs in by_arch.items():
            was, becomes = runs[place : place + 2]
            if was is None or becomes is None or becomes.verdict.rank <= was.verdict.rank:
                continue
            mended = None
            for later, others in releases[number + 1 :]:
                on = others[arch][place + 1]
                if on is not None and on.verdict.rank <= was.verdict.rank:
                    mended = later
                    break
            alike = (
                *(before, after, consumer, mended or ""),
                *(was.verdict, becomes.verdict, becomes.purposes, mended),
            )
            yield alike, release, arch


def _joined(worse: Iterable[tuple[_Worse, str, str]]) -> list[Upgrade]:
    """The upgrades, joined for releases and architectures with the same effect."""
    releases_on: dict[_Worse, dict[str, list[str]]] = {}
    for alike, release, arch in worse:
        releases_on.setdefault(alike, {}).setdefault(arch, []).append(release)
    found: dict[tuple[_Worse, tuple[str, ...]], list[str]] = {}
    for alike, by_arch in releases_on.items():
        for arch, releases in by_arch.items():
            found.setdefault((alike, tuple(releases)), []).append(arch)
    return [
        Upgrade(
            before=alike[0],
            after=alike[1],
            consumer=alike[2],
            releases=list(releases),
            architectures=archs,
            was=cast("Before", alike[4].value),
            verdict=cast("After", alike[5].value),
            purposes=list(alike[6]),
            works_from=alike[7],
        )
        for (alike, releases), archs in found.items()
    ]


def upgrade_products(found: Sequence[Upgrade]) -> list[Product]:
    marks = {"releases": " ", "architectures": " ", "purposes": "; "}
    return listed_products(
        "upgrades", UpgradeTable, "upgrades", Upgrade, found, marks, ["purposes"]
    )


def upgrade_tables(found: Sequence[Upgrade], archs: Sequence[str]) -> list[dict[str, Any]]:
    """Tables for people, the latest upgrade first, for some architectures."""
    steps = dict.fromkeys((upgrade.before, upgrade.after) for upgrade in found)
    return [
        {"title": f"{before} to {after}", "table": table(_HEAD, rows)}
        for before, after in reversed(steps)
        if (
            rows := [
                _row(u, archs)
                for u in found
                if (u.before, u.after) == (before, after)
                if set(u.architectures) & set(archs)
            ]
        )
    ]


_HEAD = ["Tool", "Releases", "Architectures", "Becomes", "Works since"]


def _row(upgrade: Upgrade, archs: Sequence[str]) -> list[str | list[str]]:
    first, last = upgrade.releases[0], upgrade.releases[-1]
    return [
        escaped(upgrade.consumer),
        first if first == last else f"{first} to {last}",
        ", ".join(arch for arch in archs if arch in upgrade.architectures),
        prose(f"{upgrade.was} → {upgrade.verdict}: {', '.join(upgrade.purposes)}"),
        upgrade.works_from or "no release",
    ]
