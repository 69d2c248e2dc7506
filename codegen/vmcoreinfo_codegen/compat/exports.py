# SPDX-License-Identifier: MIT
"""What a kernel exports, as far as known: predicted, read from a note, or changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..core.condition import Condition, literals
from ..core.expression import Expression, value_of
from ..core.release import Release
from ..model import Architecture, Entry, Schema
from ..model.vocabulary import DumpSource, Format
from ..record import NOTHING, Value, replace
from .values import Values


class Exports(Value):
    """The entries of one kernel: certain, or under a condition.

    `formats` is how each is printed, `values` the numbers of a note. `config` decides conditions,
    as far as it is known. If `is_note`, the entries are complete; `unread` are those that a tool's
    parser does not see. `revalued` entries have values with another meaning than tools assume.
    `of_dump` says which sources beside the note the dump is known to have or lack. For a vendor's
    kernel, `likes` are the mainline releases whose keys it has, `commits` the mainline commits that
    it is known to have or lack, and `until` the newest release from which it may have others.
    """

    release: Release
    arch: Architecture
    certain: frozenset[str]
    conditional: Mapping[str, Condition]
    formats: Mapping[str, Format]
    config: Mapping[str, bool | int] | None = None
    is_note: bool = False
    unread: frozenset[str] = frozenset()
    revalued: frozenset[str] = frozenset()
    values: Mapping[str, int] = NOTHING
    of_dump: Mapping[DumpSource, bool] = NOTHING
    likes: Mapping[str, Release] = NOTHING
    commits: Mapping[str, bool] = NOTHING
    until: Release | None = None

    def has(self, key: str) -> bool | None:
        """Whether the kernel exports it; None if that depends on a configuration that is not
        known."""
        if key in self.unread:
            return False
        if key in self.certain:
            return True
        condition = self.conditional.get(key)
        return False if condition is None else condition.evaluate(self.config or {})

    def release_of(self, keys: Iterable[str]) -> Release:
        """The mainline release that the kernel is like for these keys."""
        if not self.likes:
            return self.release
        like = [self.likes[key] for key in keys if key in self.likes]
        return max([self.release, *like], key=lambda release: release.moment)

    def decides(self, condition: Condition) -> bool | None:
        return condition.evaluate(self.config or {})

    def tells(self, expression: Expression) -> bool | None:
        """Whether an expression is not 0; None if it needs a value that is not known."""
        value = value_of(expression, Values(self.values))
        return None if value is None else value != 0

    def changed(
        self,
        removed: Iterable[str] = (),
        added: Iterable[str] = (),
        reformatted: Mapping[str, Format] | None = None,
        values: Mapping[str, int] = NOTHING,
    ) -> Exports:
        """The same kernel with some entries removed, added, or with another format or value."""
        gone = frozenset(removed)
        certain = self.certain - gone | frozenset(added)
        conditional = {k: c for k, c in self.conditional.items() if k not in gone}
        formats = {**self.formats, **reformatted} if reformatted else self.formats
        kept = {key: value for key, value in self.values.items() if key not in gone}
        return replace(
            self,
            certain=certain,
            conditional=conditional,
            formats=formats,
            values={**kept, **values},
        )

    def narrowed(self, keys: Iterable[str]) -> Exports:
        """A kernel of the same release whose configuration enables these entries, and no others.

        Entries with the same condition as one of them are present too.
        """
        wanted = {self.conditional[key] for key in keys if key in self.conditional}
        if not wanted:
            return replace(self, conditional={})
        there = {key for key, condition in self.conditional.items() if condition in wanted}
        return replace(self, certain=self.certain | there, conditional={})

    @property
    def keys(self) -> frozenset[str]:
        """All entries that it exports, or may export."""
        return self.certain.union(self.conditional)

    @property
    def possible(self) -> frozenset[str]:
        """The entries for which `has` is not False."""
        not_here = [key for key in self.conditional if self.has(key) is False]
        return self.keys.difference(self.unread, not_here)


def predicted(
    schema: Schema,
    release: Release,
    arch: Architecture,
    config: Mapping[str, bool | int] | None = None,
) -> Exports:
    """What a kernel of a release exports, according to the schema."""
    fixed = schema.fixed_config(arch)
    certain: set[str] = set()
    conditional: dict[str, Condition] = {}
    formats: dict[str, Format] = {}
    for one in schema.predict(release, arch):
        formats[one.key] = one.format
        if one.is_unconditional:
            certain.add(one.key)
        else:
            conditional[one.key] = one.condition
    config = {**(config or {}), **fixed}
    return Exports(
        release, arch, frozenset(certain), conditional, formats, config,
        likes=dict(schema.likes), commits=dict(schema.commits), until=schema.backported_until,
    )  # fmt: skip


def printed_as(entry: Entry, release: Release, arch: Architecture) -> Format:
    """The format in which a kernel prints an entry, even if the schema does not expect it there."""
    here = [export for export in entry.exports if export.formats and export.concerns(arch.name)]
    if not here:
        return entry.format
    export = next((export for export in here if export.contains(release)), here[0])
    return entry.format_of(export, release)


def _seen_as(
    schema: Schema, expected: Mapping[str, Format], info: Mapping[str, object]
) -> dict[str, Format]:
    """The formats that lines show for keys with several: a distribution may have a newer one
    early."""
    several = {key for key in expected if len(schema.by_key[key].formats) > 1}
    lines = getattr(info, "lines", ()) if several else ()
    found = {}
    for line in lines:
        if line.key in several:
            formats = schema.by_key[line.key].formats
            has_prefix = line.text.startswith("0x")
            fitting = [f for f in formats if (f is Format.PREFIXED_HEX) == has_prefix]
            if fitting and expected[line.key] not in fitting:
                found[line.key] = fitting[-1]
    return found


def _told(
    schema: Schema, release: Release, arch: Architecture, there: frozenset[str]
) -> dict[str, bool | int]:
    """The configuration that the present entries imply: their conditions are true."""
    found: dict[str, bool | int] = {}
    for predicted in schema.predict(release, arch):
        if predicted.key in there and not predicted.is_unconditional:
            found |= literals(predicted.condition)
    return found


def noted(
    schema: Schema,
    release: Release,
    arch: Architecture,
    info: Mapping[str, object],
    of_dump: Mapping[DumpSource, bool] | None = None,
) -> Exports:
    """The entries of a note, which are complete, and the sources in its dump."""
    there = frozenset(info)
    formats = {
        key: printed_as(schema.by_key[key], release, arch) for key in there if key in schema.by_key
    }
    formats |= _seen_as(schema, formats, info)
    values = {key: value for key, value in info.items() if isinstance(value, int)}
    config = {**_told(schema, release, arch, there), **schema.fixed_config(arch)}
    return Exports(
        release, arch, there, {}, formats, config,
        is_note=True, values=values, of_dump=of_dump or {},
        likes=dict(schema.likes), commits=dict(schema.commits), until=schema.backported_until,
    )  # fmt: skip
