# SPDX-License-Identifier: MIT
"""What is asked for: the keys that tools read or that are named, kernels, architectures."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..model import Schema
from ..model.consumer import Consumer, KernelRange
from ..problem import Location, did_you_mean
from ..query.names import UnknownName, find_entry
from ..terms.release import Release, overlap
from ..terms.tool import ToolRelease

EVERY_KERNEL = KernelRange()
_PATTERN = re.compile(r"[A-Za-z0-9_.()*?-]+")


class UnknownKeys(Exception):
    """Patterns that no key of the schema fits; one line each, `file:line:col: error: …`."""


@dataclass(frozen=True)
class KeyPattern:
    """A key, or a glob with `*` and `?` that at least one key fits."""

    text: str
    location: Location

    @property
    def is_glob(self) -> bool:
        return "*" in self.text or "?" in self.text

    def matches(self, key: str) -> bool:
        pattern = re.escape(self.text).replace(r"\*", ".*").replace(r"\?", ".")
        return re.fullmatch(pattern, key) is not None


@dataclass(frozen=True)
class Reader:
    """A release of a tool; `text` is how it was named, as `drgn` or `drgn@0.0.33`."""

    text: str
    consumer: Consumer
    release: ToolRelease

    def keys(self, kernels: KernelRange, archs: tuple[str, ...]) -> set[str]:
        """What that release reads of notes of such kernels, for any of its purposes."""
        return {
            key
            for need in self.consumer.needs
            if any(need.concerns(arch) for arch in archs) and _share(need.kernels, kernels)
            for alternative in need.alternatives
            if alternative.is_of(self.release) and _share(alternative.kernels, kernels)
            for key in alternative.keys
        }


@dataclass(frozen=True)
class Selection:
    """Keys that any reader reads or any pattern fits, without either all; of them, those of
    these kernels on these architectures (`archs` by their names, all of them where empty).
    """

    readers: tuple[Reader, ...] = ()
    patterns: tuple[KeyPattern, ...] = ()
    kernels: KernelRange = EVERY_KERNEL
    archs: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        return self == Selection()

    def options(self) -> list[str]:
        """The options of `generate` that ask for it; the patterns are those of `--keys -`."""
        words = [word for reader in self.readers for word in ("--for", reader.text)]
        if self.patterns:
            words += ["--keys", "-"]
        if self.kernels != EVERY_KERNEL:
            words += ["--kernel", f"{self.kernels.since or ''}..{self.kernels.until or ''}"]
        return [*words, *(["--arch", *self.archs] if self.archs else [])]

    def keys(self, schema: Schema) -> set[str]:
        """Every key that is read or named, of whatever kernels. Raises UnknownKeys."""
        if not self.readers and not self.patterns:
            return set(schema.by_key)
        archs = self.archs or tuple(arch.name for arch in schema.architectures)
        found = {key for reader in self.readers for key in reader.keys(self.kernels, archs)}
        unknown = []
        for pattern in self.patterns:
            fitting = {key for key in schema.by_key if pattern.matches(key)}
            if not fitting:
                unknown.append(f"{pattern.location}: error: {_unknown(schema, pattern)}")
            found |= fitting
        if unknown:
            raise UnknownKeys("\n".join(unknown))
        return found


def read_patterns(text: str, path: str) -> tuple[KeyPattern, ...]:
    """The patterns of a file: one a line, `#` begins a comment; what stands twice counts once."""
    found: dict[str, KeyPattern] = {}
    for number, line in enumerate(text.splitlines(), 1):
        word = line.partition("#")[0].strip()
        if word:
            place = Location(path, number, line.index(word) + 1)
            found.setdefault(word, KeyPattern(word, place))
    return tuple(found.values())


def range_of_one(schema: Schema, release: Release) -> KernelRange:
    """One release; a mainline one with its candidates and its stable updates."""
    if release == release.branch:
        later = sorted(r.release for r in schema.releases if r.release > release)
        return KernelRange(since=release, until=later[0] if later else None)
    if release.is_stable:
        return KernelRange(
            since=release, until=Release(release.mainline, stable=release.stable + 1)
        )
    return KernelRange(since=release, until=Release(release.mainline, release.candidate + 1))


def _share(one: KernelRange | None, other: KernelRange) -> bool:
    return one is None or overlap((one.since, one.until), (other.since, other.until))


def _unknown(schema: Schema, pattern: KeyPattern) -> str:
    if not _PATTERN.fullmatch(pattern.text):
        return f"'{pattern.text}' is neither a key nor a glob of '*' and '?'; one a line"
    if pattern.is_glob:
        return f"no key is like '{pattern.text}'"
    try:
        near = find_entry(schema, pattern.text).key
    except UnknownName as error:
        return str(error)
    return f"unknown key '{pattern.text}'; {did_you_mean(near, [near])}"
