# SPDX-License-Identifier: MIT
"""What a kernel exports, as far as it is known: predicted, read out of a note, or changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ..model import Architecture, Schema
from ..model.vocabulary import Format
from ..terms.condition import Condition
from ..terms.release import Release


@dataclass(frozen=True)
class Exports:
    """The entries of one kernel: surely there, or there under a condition.

    `formats` is how each is printed. `config` decides conditions, as far as it is known. What `is_note` is all that there is; of
    it, `unread` is what the parser of a tool does not see.
    """

    release: Release
    arch: Architecture
    certain: frozenset[str]
    conditional: Mapping[str, Condition]
    formats: Mapping[str, Format]
    config: Mapping[str, bool | int] | None = None
    is_note: bool = False
    unread: frozenset[str] = frozenset()

    def has(self, key: str) -> bool | None:
        """Whether the kernel exports it; None where its configuration decides, and is not known."""
        if key in self.unread:
            return False
        if key in self.certain:
            return True
        condition = self.conditional.get(key)
        return False if condition is None else condition.evaluate(self.config or {})

    def decides(self, condition: Condition) -> bool | None:
        return condition.evaluate(self.config or {})

    def changed(
        self,
        removed: Iterable[str] = (),
        added: Iterable[str] = (),
        reformatted: Mapping[str, Format] | None = None,
    ) -> Exports:
        """The same kernel without some entries, with others, and with some in another form."""
        gone = frozenset(removed)
        certain = self.certain - gone | frozenset(added)
        conditional = {k: c for k, c in self.conditional.items() if k not in gone}
        formats = {**self.formats, **(reformatted or {})}
        return replace(self, certain=certain, conditional=conditional, formats=formats)

    @property
    def keys(self) -> frozenset[str]:
        """All that it exports, or may."""
        return self.certain | frozenset(self.conditional)


def predicted(
    schema: Schema,
    release: Release,
    arch: Architecture,
    config: Mapping[str, bool | int] | None = None,
) -> Exports:
    """What a kernel of a release exports, by the schema."""
    fixed = schema.fixed_config(arch)
    entries = list(schema.predict(release, arch))
    return Exports(
        release,
        arch,
        frozenset(p.key for p in entries if p.is_unconditional),
        {p.key: p.condition for p in entries if not p.is_unconditional},
        {p.key: p.format for p in entries},
        {**(config or {}), **fixed},
    )


def noted(schema: Schema, release: Release, arch: Architecture, keys: Iterable[str]) -> Exports:
    """What a note has: all of it, and nothing else."""
    there = frozenset(keys)
    formats = {key: schema.by_key[key].format for key in there if key in schema.by_key}
    return Exports(release, arch, there, {}, formats, schema.fixed_config(arch), is_note=True)
