# SPDX-License-Identifier: MIT
"""The knowledge of `compat` about one release of makedumpfile, as C tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ...compat.exports import printed_as
from ...compat.judge import Scope
from ...core.condition import ALWAYS, All, Compare, Condition, Constant, Not, Symbol, literals
from ...core.condition import Any as Either
from ...core.expression import Expression, Key, render
from ...core.key import identifier_of
from ...core.release import Release, overlap
from ...core.tool import ToolRelease
from ...model import Architecture, Schema
from ...model.consumer import Adaptation, Alternative, Consumer, KernelRange, Need
from ...model.timeline import Lasting, ends
from ...model.vocabulary import DumpSource, Verdict
from ...subset.selection import Selection
from ..c.expressions import CCompiler
from ..expressions import compiled
from ..problem import NoProduct
from ..rows import enum_name

Row = dict[str, Any]

# The same packing of a release as `moment_of` in kernel.h.
_WIDTHS = (12, 12, 12, 10, 16)
_FINAL = (1 << 10) - 1
_MOST_STABLE = (1 << 16) - 1
_DMESG = "dmesg"
ALWAYS_READ = ("OSRELEASE", "PAGESIZE", "KERNELOFFSET")
"""The keys that the program itself reads."""


def moment(release: Release, stable: int | None = None) -> int:
    """A release as the number that the program compares; for a bound, the opening of its merge
    window.
    """
    mainline = (*release.mainline, 0)[:3]
    _, candidate, opening_stable = release.opening
    numbers = (*mainline, min(candidate, _FINAL), opening_stable if stable is None else stable)
    packed = 0
    for width, number in zip(_WIDTHS, numbers, strict=True):
        if number >> width:
            raise NoProduct(f"{release}: a number in it has more than {width} bits")
        packed = packed << width | number
    return packed


def behind(release: Release) -> int:
    """The number after all kernels of a mainline release."""
    return moment(Release(release.mainline, stable=_MOST_STABLE)) + 1


class _Lists:
    """Rows of a table whose parts others refer to; an existing part is not added again."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self._parts: dict[tuple[Any, ...], Row] = {}

    def part(self, rows: Iterable[Any]) -> Row:
        found = tuple(rows)
        key = tuple(map(repr, found))
        if key not in self._parts:
            self._parts[key] = {"first": len(self.rows) if found else 0, "count": len(found)}
            self.rows += found
        return self._parts[key]


class Tables:
    """The needs of one release of a tool, on the kernels and architectures of a selection."""

    def __init__(
        self, schema: Schema, consumer: Consumer, release: ToolRelease, selection: Selection
    ) -> None:
        self.schema = schema
        self.consumer = consumer
        self.release = release
        self.kernels = selection.kernels
        self.archs = [
            arch
            for arch in schema.architectures
            if arch.bits == 64 and consumer.supports(arch.name, release)
            if not selection.archs or arch.name in selection.archs
        ]
        self.commands = {
            "FILTER": next(c.name for c in consumer.commands if c.has_level),
            "DMESG": _DMESG,
        }
        self.needs = [need for need in consumer.needs if self._counts(need)]
        self._keys: dict[str, None] = dict.fromkeys(ALWAYS_READ)
        self._options: dict[str, int] = {}
        self._key_lists = _Lists()
        self._groups = _Lists()
        self._choices = _Lists()
        self._additions = _Lists()
        self._expressions: list[Expression] = []
        self._conditions: list[Condition] = []

    def _counts(self, need: Need) -> bool:
        """Whether a need is relevant for the program."""
        return (
            any(Scope(command).has(need) for command in self.commands.values())
            and need.exists_in(self.release)
            and any(need.concerns(arch.name) for arch in self.archs)
            and (need.kernels is None or overlap(need.kernels.bounds, self.kernels.bounds))
        )

    def context(self) -> Row:
        """All tables; `keys` are those that the parser has to know."""
        needs = [self._need(need) for need in self.needs]
        clues = self._clues()
        for key in self._keys:
            self._check_read(key)
        latest = self.schema.latest
        until = self.kernels.until
        newest = behind(latest) if until is None else min(behind(latest), moment(until))
        since = self.kernels.since or self.schema.releases[0].release
        if moment(since) >= newest:
            raise NoProduct(f"no kernel of {since} to {until or latest} is known")
        return {
            "tool": self.consumer.name,
            "release": str(self.release),
            "kernels": f"{since} to {until or latest}"
            if until is None
            else f"{since} to before {until}",
            "first_kernel": moment(since),
            "no_kernel": newest,
            "keys": list(self._keys),
            "needs": needs,
            "choices": self._choices.rows,
            "groups": self._groups.rows,
            "key_lists": [identifier_of(key) for key in self._key_lists.rows],
            "additions": self._additions.rows,
            "expressions": [self._expression_row(one) for one in self._expressions],
            "conditions": [self._condition_text(one) for one in self._conditions],
            "clues": clues,
            "options": list(self._options),
            "archs": [
                {"identifier": identifier_of(arch.name).upper(), "kernel_half": arch.kernel_half}
                for arch in self.archs
            ],
            "kernel_names": list(self._kernel_names()),
        }

    def _check_read(self, key: str) -> None:
        """Raise NoProduct if kernels print a key in a format that the release does not read."""
        entry = self.schema.by_key.get(key)
        if entry is None:
            raise NoProduct(f"{key}: not an entry of the schema")
        unread = [f for f in entry.formats if not self.consumer.can_read(key, f, self.release)]
        if unread:
            raise NoProduct(f"{key}: {self.consumer.name} {self.release} does not read {unread[0]}")

    def _part(self, keys: Sequence[str]) -> Row:
        self._keys |= dict.fromkeys(keys)
        return self._key_lists.part(keys)

    def _need(self, need: Need) -> Row:
        known = [one for one in need.alternatives if one.is_of(self.release)]
        return {
            "purpose": need.purpose,
            "archs": self._archs(need.archs),
            **_bounds(need.kernels),
            "condition": -1 if need.condition == ALWAYS else self._condition(need.condition),
            "commands": [
                name for name, command in self.commands.items() if Scope(command).has(need)
            ],
            "levels": need.levels,
            "verdict": need.verdict.name,
            "shows_with": bool(need.shows_with),
            "reads_entries": bool(need.keys),
            "choices": self._choices.part(self._choice(need, one) for one in known),
            "groups": self._groups.part(
                self._part(one.keys) for one in need.alternatives if need.condition != ALWAYS
            ),
            "additions": self._additions.part(map(self._addition, need.adaptations)),
            "removals": self._groups.part(self._part(one.keys) for one in need.removals),
        }

    def _choice(self, need: Need, one: Alternative) -> Row:
        asked = set(one.of_dump)
        # /proc/vmcore, an ELF file made by the kernel, always tells these.
        others = asked - {DumpSource.HEADERS, DumpSource.ELF_HEADER, DumpSource.HEADER_AGREES}
        right = Verdict.FALLBACK if one.is_beside_note and need.falls_back else Verdict.OK
        return {
            "keys": self._part(one.keys),
            "asks_headers": DumpSource.HEADERS in asked,
            "asks_other": bool(others),
            "when": -1 if one.when is None else self._expression(one.when),
            "verdict": right.name,
            **_bounds(one.kernels),
        }

    def _addition(self, one: Adaptation) -> Row:
        entry = self.schema.by_key[one.key]
        self._keys[one.key] = None
        formats = {printed_as(entry, self.schema.latest, arch) for arch in self.archs}
        if len(formats) != 1:
            raise NoProduct(f"{one.key}: architectures print it in different forms")
        return {
            "key": identifier_of(one.key),
            "expression": self._expression(one.expression),
            "format": enum_name(formats.pop().value),
        }

    def _expression(self, expression: Expression) -> int:
        self._keys |= dict.fromkeys(one.key for one in expression.walk() if isinstance(one, Key))
        if expression not in self._expressions:
            self._expressions.append(expression)
        return self._expressions.index(expression)

    def _expression_row(self, expression: Expression) -> Row:
        code = compiled(_StateCompiler(), expression)
        if code.steps:
            raise NoProduct(f"{render(expression)}: needs more than the values of a note")
        keys = dict.fromkeys(one.key for one in expression.walk() if isinstance(one, Key))
        return {
            "source": render(expression),
            "keys": [identifier_of(key) for key in keys],
            "value": code.value,
        }

    def _condition(self, condition: Condition) -> int:
        for name in sorted(condition.names()):
            self._options.setdefault(name, len(self._options))
        if condition not in self._conditions:
            self._conditions.append(condition)
        return self._conditions.index(condition)

    def _condition_text(self, condition: Condition) -> str:
        match condition:
            case Constant(value=value):
                return str(int(value))
            case Symbol(name=name):
                return f"is_on(state, OPTION_{name})"
            case Compare(name=name, number=number):
                return f"is_value(state, OPTION_{name}, {number})"
            case Not(term=term):
                return f"negated({self._condition_text(term)})"
            case All(terms=terms) | Either(terms=terms):
                joined = "both" if isinstance(condition, All) else "either"
                first, *others = map(self._condition_text, terms)
                for other in others:
                    first = f"{joined}({first}, {other})"
                return first
        raise TypeError(f"not a condition: {condition!r}")

    def _archs(self, names: Sequence[str] | None) -> list[str]:
        """Identifiers of architectures; None means all."""
        here = [arch.name for arch in self.archs if names is None or arch.name in names]
        return [identifier_of(name).upper() for name in here]

    def _clues(self) -> list[Row]:
        """What existing entries tell about options; then the options that an architecture
        decides.
        """
        if not self._options:
            return []
        told: list[Row] = []
        for arch in self.archs:
            told += self._told(arch)
        fixed = [
            {"key": "NO_KEY", "option": name, "value": int(value), "archs": self._archs([arch.name]),
             "since": 0, "until": 0}
            for arch in self.archs
            for name, value in self.schema.fixed_config(arch).items()
            if name in self._options
        ]  # fmt: skip
        return [*_joined(told), *fixed]

    def _told(self, arch: Architecture) -> Iterator[Row]:
        """The clues on one architecture; those of successive releases are joined."""
        points = self._points()
        open_rows: dict[tuple[str, str, int], int] = {}
        for at, release in enumerate(points):
            here = {
                (one.key, name, int(value))
                for one in self.schema.predict(release, arch)
                if not one.is_unconditional
                for name, value in literals(one.condition).items()
                if name in self._options
            }
            for clue in [clue for clue in open_rows if clue not in here]:
                yield self._clue(clue, arch, points[open_rows.pop(clue)], release)
            for clue in sorted(here):
                open_rows.setdefault(clue, at)
        for clue, first in open_rows.items():
            yield self._clue(clue, arch, points[first], None)

    def _clue(
        self, clue: tuple[str, str, int], arch: Architecture, since: Release, until: Release | None
    ) -> Row:
        key, option, value = clue
        self._keys[key] = None
        return {
            "key": identifier_of(key),
            "option": option,
            "value": value,
            "archs": self._archs([arch.name]),
            "since": moment(since),
            "until": 0 if until is None else moment(until),
        }

    def _points(self) -> list[Release]:
        """The releases of the selection at which exports may change."""
        lives: list[Lasting] = []
        for export in self.schema.exports():
            lives += (*export.spans, *export.dependencies)
        found = ends(lives)
        mainline = [declared.release for declared in self.schema.releases]
        for point in [one for one in found if one.is_stable]:
            found |= {one for one in mainline if one.mainline > point.mainline}
        first = self.kernels.since or mainline[0]
        inside = [one for one in found if overlap((one, None), (first, self.kernels.until))]
        inside = [one for one in inside if one.opening > first.opening]
        return sorted({first, *inside}, key=lambda release: release.opening)

    def _kernel_names(self) -> Iterator[Row]:
        """The name patterns of each line, in the order in which they are tried."""
        for line in sorted(self.schema.lines, key=lambda line: line.base is None):
            is_mainline = line.base is None and line.follows_stable and not line.builds
            for name in line.names:
                yield {"pattern": str(name), "is_mainline": is_mainline}


def _bounds(kernels: KernelRange | None) -> Row:
    since, until = kernels.bounds if kernels is not None else (None, None)
    return {
        "since": 0 if since is None else moment(since),
        "until": 0 if until is None else moment(until),
    }


def _joined(clues: Iterable[Row]) -> list[Row]:
    """The clues, joined if they differ only in their architectures."""
    found: dict[tuple[Any, ...], Row] = {}
    for clue in clues:
        same = tuple(clue[name] for name in ("key", "option", "value", "since", "until"))
        if same in found:
            found[same]["archs"] = [*found[same]["archs"], *clue["archs"]]
        else:
            found[same] = clue
    return list(found.values())


class _StateCompiler(CCompiler):
    """Values are those of a `struct state`."""

    def key(self, key: str) -> str:
        return f"state->values[VMCOREINFO_{identifier_of(key)}]"

    def binary(self, operator: str, left: str, right: str) -> str:
        return super().binary(operator, left, right).replace("shift_", "shifted_")
