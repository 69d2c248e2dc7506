# SPDX-License-Identifier: MIT
"""The selection: keys that tools read or that are named, kernels, architectures."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from ..core.key import identifier_of
from ..core.release import Release, overlap
from ..core.tool import ToolRelease
from ..files.reading import InputError
from ..limits import Limit
from ..model import Schema
from ..model.consumer import Consumer, KernelRange
from ..model.kernel import Kernel
from ..model.schema import PrivateKey
from ..model.vocabulary import Format
from ..problem import Location, did_you_mean, shortened
from ..query.names import UnknownName, find_entry

EVERY_KERNEL = KernelRange()
_PATTERN = re.compile(r"[A-Za-z0-9_.()*?-]+")
_LONGEST_PATTERN = 200
_PRIVATE = re.compile(r"(?=.{1,64}$)[A-Za-z]\w*([.-]\w+)*(\([\w.:>\[\]-]+\))?", re.ASCII)
_MOST_PATTERNS = 5000
_MOST_UNKNOWN = 50


class UnknownKeys(Exception):
    """Patterns that match no key of the schema, one per line: `file:line:col: error: …`."""


@dataclass(frozen=True)
class KeyPattern:
    """A key, a glob with `*` and `?` that matches at least one key, or a private key and its
    format."""

    text: str
    location: Location

    @property
    def private(self) -> tuple[str, str] | None:
        """The key and format of `SYMBOL(max_pfn) hex`: a key that no kernel exports."""
        key, _, format_ = self.text.partition(" ")
        return (key, format_.strip()) if format_.strip() else None

    @property
    def is_glob(self) -> bool:
        return "*" in self.text or "?" in self.text

    def fitting(self, keys: Collection[str]) -> set[str]:
        """The keys that it matches; `keys` must find a key without a search."""
        if not self.is_glob:
            return {self.text} if self.text in keys else set()
        if len(self.text) > _LONGEST_PATTERN:
            return set()
        matches = _glob(self.text).fullmatch
        return {key for key in keys if matches(key)}


@dataclass(frozen=True)
class Reader:
    """A release of a tool; `text` is how it was named, such as `drgn` or `drgn@0.0.33`."""

    text: str
    consumer: Consumer
    release: ToolRelease

    def keys(self, kernels: KernelRange, archs: tuple[str, ...]) -> set[str]:
        """The keys that the release reads from notes of such kernels, for any of its purposes."""
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
    """Keys that any reader reads or any pattern matches, or all if there are neither; of these, the
    ones of these kernels on these architectures (`archs` are names; empty means all).

    For a vendor's `kernel`, `kernels` are those of the release that it is based on.
    """

    readers: tuple[Reader, ...] = ()
    patterns: tuple[KeyPattern, ...] = ()
    kernels: KernelRange = EVERY_KERNEL
    archs: tuple[str, ...] = ()
    has_derivations: bool = True
    kernel: Kernel | None = None

    @property
    def is_whole(self) -> bool:
        return self == Selection()

    def options(self) -> list[str]:
        """The options of `generate` that select it; the patterns are the input of `--keys -`."""
        words = [word for reader in self.readers for word in ("--for", reader.text)]
        if self.patterns:
            words += ["--keys", "-"]
        if self.kernel is not None:
            words += ["--kernel", self.kernel.canonical]
        elif self.kernels != EVERY_KERNEL:
            words += ["--kernel", f"{self.kernels.since or ''}..{self.kernels.until or ''}"]
        if not self.has_derivations:
            words.append("--no-derivations")
        return [*words, *(["--arch", *self.archs] if self.archs else [])]

    def keys(self, schema: Schema) -> set[str]:
        """Every key that is read or named, for any kernel. Raises UnknownKeys."""
        wanted = [pattern for pattern in self.patterns if not pattern.private]
        if not self.readers and not self.patterns:
            return set(schema.by_key)
        archs = self.archs or tuple(arch.name for arch in schema.architectures)
        kernels = self.kernels
        if self.kernel is not None:
            # A vendor may have backported later entries that a tool needs.
            kernels = KernelRange(since=kernels.since)
        found = {key for reader in self.readers for key in reader.keys(kernels, archs)}
        unknown: list[KeyPattern] = []
        for pattern in wanted:
            fitting = pattern.fitting(schema.by_key)
            if not fitting:
                unknown.append(pattern)
            found |= fitting
        if unknown:
            raise _unknown_keys(schema, unknown)
        return found

    def private_keys(self, schema: Schema) -> tuple[PrivateKey, ...]:
        """The keys that no kernel exports. Raises UnknownKeys for a name that can't be one."""
        wrong: list[KeyPattern] = []
        found: dict[str, PrivateKey] = {}
        taken = {identifier_of(key) for key in schema.by_key}
        for pattern in self.patterns:
            if pattern.private is None:
                continue
            key, format_ = pattern.private
            if identifier_of(key) in taken or not _can_be_private(key, format_):
                wrong.append(pattern)
            else:
                taken.add(identifier_of(key))
                found[key] = PrivateKey(key=key, format=Format(format_))
        if wrong:
            raise _unknown_keys(schema, wrong)
        return tuple(found.values())


def _unknown_keys(schema: Schema, patterns: list[KeyPattern]) -> UnknownKeys:
    told = [f"{p.location}: error: {_unknown(schema, p)}" for p in patterns[:_MOST_UNKNOWN]]
    more = len(patterns) - len(told)
    return UnknownKeys("\n".join([*told, *([f"and {more} more"] if more else [])]))


def _can_be_private(key: str, format_: str) -> bool:
    return _PRIVATE.fullmatch(key) is not None and format_ in list(Format)


def read_patterns(text: str, path: str) -> tuple[KeyPattern, ...]:
    """The patterns of a file: one per line, without duplicates; `#` begins a comment.

    Raises InputError if there are more than any schema has keys.
    """
    found: dict[str, KeyPattern] = {}
    different = Limit(path, _MOST_PATTERNS, "different patterns", InputError)
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        word = " ".join(words)
        if word and word not in found:
            different.spend()
            found[word] = KeyPattern(word, Location(path, number, line.index(words[0]) + 1))
    return tuple(found.values())


def _glob(text: str) -> re.Pattern[str]:
    """A glob as a regular expression without backtracking: each part between stars is found only
    once."""
    first, *others = (re.escape(part).replace(r"\?", ".") for part in text.split("*"))
    between = "".join(f"(?>.*?{part})" for part in others[:-1])
    return re.compile(first + between + "".join(f".*{part}" for part in others[-1:]))


def range_of_one(schema: Schema, release: Release) -> KernelRange:
    """A single release; for a mainline release with its candidates and stable updates."""
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
    if pattern.private is not None:
        return _not_private(schema, *pattern.private)
    if not _PATTERN.fullmatch(pattern.text):
        return (
            f"'{shortened(pattern.text)}' is neither a key nor a glob with '*' and '?'; write "
            "one per line"
        )
    if pattern.is_glob:
        return f"no key matches '{shortened(pattern.text)}'"
    try:
        near = find_entry(schema, pattern.text).key
    except UnknownName as error:
        return str(error)
    return f"unknown key '{shortened(pattern.text)}'; {did_you_mean(near, [near])}"


def _not_private(schema: Schema, key: str, format_: str) -> str:
    shown = shortened(key)
    if key in schema.by_key:
        return (
            f"{shown} is a kernel's key with the format {schema.by_key[key].format}; leave out "
            "the format"
        )
    if format_ not in list(Format):
        near = did_you_mean(format_, list(Format))
        return f"'{shortened(format_)}' is not a format; {near or 'one of ' + ', '.join(Format)}"
    if any(identifier_of(key) == identifier_of(other) for other in schema.by_key):
        return f"{shown}: a kernel's key has the same name in C and Python, {identifier_of(key)}"
    return f"'{shown}' can't be a key; use a word or WORD(what) of at most 64 characters"
