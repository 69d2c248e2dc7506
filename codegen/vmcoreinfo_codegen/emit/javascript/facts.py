# SPDX-License-Identifier: MIT
"""The facts behind verdicts on notes, as plain data: entries, vendors' lines, tools and their
observations.

Releases, keys and architectures are texts; a table whose rows are referred to by number has each
row once.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from ...audit import all_rules
from ...audit.order import Order
from ...compat.knowledge import own_horizon
from ...core.condition import All, Compare, Condition, Constant, Not, Symbol
from ...core.condition import Any as Either
from ...core.expression import is_address_of_symbol
from ...core.key import Kind
from ...core.release import Release
from ...core.tool import NEXT, ToolRelease
from ...model import Entry, Export, Schema
from ...model.base import Boundary, Ranged, Span
from ...model.consumer import Alternative, Consumer, KernelRange, Need
from ...model.kernel import kernel_named
from ...model.line import InLine, Line
from ...model.of_line import of_line
from ...model.vocabulary import DumpFormat, DumpSource, Format, QuirkKind, Verdict
from ..problem import NoProduct
from .expressions import expression_of
from .layouts import layouts


class _Table:
    """Rows to which others refer by number."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self._places: dict[str, int] = {}

    def add(self, row: Any) -> int:
        text = json.dumps(row)
        if text not in self._places:
            self._places[text] = len(self.rows)
            self.rows.append(row)
        return self._places[text]


def facts(schema: Schema) -> dict[str, Any]:
    """Everything that the scripts know about kernels and tools besides parsing a note."""
    tables = _Tables(schema)
    return {
        "releases": [str(one.release) for one in schema.releases],
        "verdicts": [verdict.value for verdict in Verdict],
        "dumpFormats": [str(one) for one in DumpFormat.values()],
        "rules": {
            rule.id: [rule.name, rule.severity.value, rule.remedy, rule.is_of_values]
            for rule in all_rules()
        },
        "formats": {format_.value: format_.doc for format_ in Format},
        "quirks": {kind.value: kind.doc for kind in QuirkKind},
        "dumpSources": {source.value: source.doc for source in DumpSource},
        "archs": [
            {
                "name": arch.name,
                "aliases": list(arch.aliases),
                "bits": arch.bits,
                "alignment": arch.alignment,
                "kernelHalf": None if arch.kernel_half is None else str(arch.kernel_half),
                "pages": list(arch.pages),
                "span": _span(arch.span),
                "config": list(arch.config),
                "optional": list(arch.optional),
            }
            for arch in schema.architectures
        ],
        "entries": tables.mainline,
        "lines": [tables.line(schema, line) for line in schema.lines],
        "layouts": layouts(schema),
        "exports": tables.exports.rows,
        "conditions": tables.conditions.rows,
        "consumers": [_consumer(schema, one) for one in schema.consumers],
    }


# ---- kernels -------------------------------------------------------------------------------------


class _Tables:
    def __init__(self, schema: Schema) -> None:
        self.exports = _Table()
        self.conditions = _Table()
        self.mainline = self.entries(schema)

    def entries(self, schema: Schema) -> list[list[Any]]:
        """Key, format, replacements, exports."""
        order = Order(schema)
        return [
            [
                entry.key,
                entry.format.value,
                list(entry.replaced_by),
                [self.exports.add(self._export(entry, export, order)) for export in entry.exports],
            ]
            for entry in schema.entries
        ]

    def _export(self, entry: Entry, export: Export, order: Order) -> list[Any]:
        """Architectures, spans, formats, conditions, changes of meaning, place in print order, quirks,
        and whether the value is the address of the symbol itself, according to debug information.
        """
        return [
            0 if export.archs is None else list(export.archs),
            [_span(span) for span in export.spans],
            [[*_ranged(one), one.format.value] for one in export.formats],
            [
                [*_ranged(one), self.conditions.add(_condition(one.condition))]
                for one in export.dependencies
            ],
            [[_boundary(change.boundary), change.text] for change in export.changes],
            order.place(entry.key, export),
            [
                [
                    quirk.kind.value,
                    [[_text(since), _text(until)] for since, until in quirk.ranges],
                    0 if quirk.archs is None else list(quirk.archs),
                    quirk.text,
                    list(quirk.begins),
                ]
                for quirk in export.quirks
            ],
            [
                [
                    *_ranged(one),
                    0 if one.archs is None else list(one.archs),
                    int(is_address_of_symbol(one.expression)),
                ]
                for one in export.debug_infos
                if entry.kind is Kind.SYMBOL
            ],
        ]

    def line(self, schema: Schema, line: Line) -> dict[str, Any]:
        """A line, and how its builds differ from mainline; the first is before all known builds."""
        return {
            "name": line.name,
            "vendor": line.vendor,
            "base": None if line.base is None else str(line.base),
            "follows": line.follows_stable,
            "names": [_pattern(name.expression, name.pattern) for name in line.names],
            "stable": [int("STABLE" in name.places) for name in line.names],
            "archs": 0 if line.archs is None else list(line.archs),
            "readOf": [str(one) for one in line.read_of],
            "builds": [[str(one.first), str(one.last), one.release] for one in line.builds],
            "kernels": self._kernels(schema, line),
        }

    def _kernels(self, schema: Schema, line: Line) -> list[Any]:
        if line.base is None or not line.builds:
            return []
        release = Release(line.base.mainline)
        found = []
        for build in (None, *(one.first for one in line.builds)):
            own = of_line(schema, InLine(line, release, False, build, ""))
            until = own.backported_until
            found.append(
                {
                    "entries": [
                        [place, *row[2:]]
                        for place, row in enumerate(self.entries(own))
                        if row != self.mainline[place]
                    ],
                    "likes": {key: str(like) for key, like in own.likes},
                    "commits": dict(own.commits),
                    "until": None if until is None else str(until),
                }
            )
        return found


def _pattern(expression: str, name: str) -> str:
    """A Python regular expression in JavaScript."""
    made = expression.replace("(?P<", "(?<")
    if "\\ " in made or "(?P" in made:
        raise NoProduct(f"the name {name} of kernels is no pattern of JavaScript")
    return made


def _boundary(one: Boundary) -> list[Any]:
    """Release, commit, and the name of the build if there is another one."""
    shown: list[Any] = [str(one.release), one.commit, one.build]
    while len(shown) > 1 and not shown[-1]:
        shown.pop()
    return shown


def _span(span: Span) -> list[Any]:
    return [
        _boundary(span.since),
        None if span.until is None else _boundary(span.until),
        [_boundary(one) for one in span.backports],
    ]


def _ranged(one: Ranged) -> list[Any]:
    return [_text(one.since), _text(one.until), [str(release) for release in one.backports]]


def _text(release: Release | ToolRelease | None) -> str | None:
    return None if release is None else str(release)


def _condition(condition: Condition) -> Any:
    match condition:
        case Constant(value=value):
            return value
        case Symbol(name=name):
            return name
        case Compare(name=name, number=number):
            return ["==", name, number]
        case Not(term=term):
            return ["!", _condition(term)]
        case All(terms=terms) | Either(terms=terms):
            return ["&" if isinstance(condition, All) else "|", *map(_condition, terms)]
    raise TypeError(f"not a condition: {condition!r}")


# ---- tools ---------------------------------------------------------------------------------------


def _consumer(schema: Schema, consumer: Consumer) -> dict[str, Any]:
    return {
        "name": consumer.name,
        "doc": consumer.doc,
        "url": consumer.url,
        "extra": sorted(consumer.extra_commands),
        "releases": [
            [
                str(one.release),
                _text(own_horizon(schema, consumer, one.release)),
                None if one.kernels is None else list(map(_text, one.kernels.bounds)),
            ]
            for one in consumer.releases
        ],
        "supported": [
            [_text(one.since), _text(one.until), list(one.archs)] for one in consumer.supported
        ],
        "readings": [
            [_text(one.since), _text(one.until), list(one.subjects), [f.value for f in one.formats]]
            for one in consumer.readings
        ],
        "traits": [
            {
                "since": _text(one.since),
                "until": _text(one.until),
                "trait": one.trait.value,
                "limit": one.limit,
                "subjects": list(one.subjects),
                "dumps": [dump.value for dump in one.dumps],
                "verdict": one.verdict.value,
                "text": one.text,
            }
            for one in consumer.traits
        ],
        "needs": [_need(need) for need in consumer.needs],
        "seen": _seen(schema, consumer),
    }


def _need(need: Need) -> dict[str, Any]:
    shown = {
        "purpose": need.purpose,
        "archs": None if need.archs is None else list(need.archs),
        "commands": list(need.commands),
        "levels": need.levels,
        "showsWith": list(need.shows_with),
        "condition": _condition(need.condition),
        "kernels": _range(need.kernels),
        "ways": [_alternative(one) for one in need.alternatives],
        "fallback": need.fallback,
        "verdict": need.verdict.value,
        "text": need.text,
    }
    return {name: value for name, value in shown.items() if value or name == "verdict"}


def _range(kernels: KernelRange | None) -> list[str | None] | None:
    return None if kernels is None else [*map(_text, kernels.bounds), kernels.commit]


def _alternative(one: Alternative) -> dict[str, Any]:
    shown = {
        "since": _text(one.since),
        "until": _text(one.until),
        "keys": list(one.keys),
        "dump": [source.value for source in one.of_dump],
        "others": list(one.others),
        "kernels": _range(one.kernels),
        "when": None if one.when is None else expression_of(one.when),
    }
    return {name: value for name, value in shown.items() if value is not None and value != []}


def _seen(schema: Schema, consumer: Consumer) -> dict[str, Any]:
    """Equal runs as one row: kernel, dump contents, command, level, verdict, digest of the reads,
    and alternately a release and its number of such runs.
    """

    @cache
    def line_of(name: str) -> str | None:
        found = kernel_named(schema, name).line
        return found.line.name if found is not None else None

    kernels, has, commands = _Table(), _Table(), _Table()
    verdicts = [verdict.value for verdict in Verdict]
    # The unreleased repository comes after all releases.
    known = [*(one.release for one in consumer.releases), ToolRelease.parse(NEXT)]
    releases = {release: place for place, release in enumerate(known)}
    counts: dict[tuple[int, int, int, int | None, int, str], dict[int, int]] = {}
    for runs in consumer.seen_by_release.values():
        for run in runs:
            branch = ".".join(map(str, run.branch.mainline))
            row = (
                kernels.add([run.kernel, run.arch, branch, line_of(run.kernel)]),
                has.add(list(run.has)),
                commands.add(run.command),
                run.level,
                verdicts.index(run.came.value),
                run.read,
            )
            by_release = counts.setdefault(row, {})
            place = releases[run.release]
            by_release[place] = by_release.get(place, 0) + 1
    return {
        "kernels": kernels.rows,
        "has": has.rows,
        "commands": commands.rows,
        "rows": [
            [*row, [number for pair in by_release.items() for number in pair]]
            for row, by_release in counts.items()
        ],
    }
