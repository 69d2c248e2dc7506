# SPDX-License-Identifier: MIT
"""Parts of clauses: ranges, boundaries, lists of words."""

from __future__ import annotations

from dataclasses import dataclass

from .node import Listed, Part, Quoted, Word


class Keys(Listed, rule="keys"):
    """Keys, or kinds of keys."""


class Names(Listed, rule="names"):
    """Names of architectures, or from the kernel's source."""


class CopiedNames(Listed, rule="copied_names"):
    """Names from the kernel's source, or of architectures, which share a verdict."""


class Purposes(Listed, rule="purposes"):
    """Purposes of a tool, in quotes."""


class Formats(Listed, rule="formats"):
    """Formats of values."""


class Dumps(Listed, rule="dumps", between=", "):
    """Dump formats."""


class Backports(Listed, rule="backports"):
    """Stable releases that got a backport."""


@dataclass(frozen=True)
class Backported(Part, rule="backported", layout="backport {release}"):
    """`backport R`, at the end of a clause."""

    release: Word


@dataclass(frozen=True)
class Range(Part, layout="[since {since}][ until {until}][ {backports}]"):
    """`[since R] [until R] [backport R]...`"""

    since: Word | None = None
    until: Word | None = None
    backports: Backports | None = None


class Starts(Listed, rule="starts", between=", "):
    """Possible beginnings of a value."""


class Ranges(Listed, rule="ranges", between=",\n"):
    """Ranges, one per line."""


@dataclass(frozen=True)
class Commit(Part, rule="commit", layout="commit {hash}[ {evidence}]"):
    """`commit hash [evidence]`."""

    hash: Word
    evidence: Word | None


@dataclass(frozen=True)
class Boundary(Part, rule="boundary", layout="[{at_most}]{release}[ seen {seen}][ {commit}]"):
    """`[<=]release [seen release] [commit hash [evidence]]`."""

    at_most: Word | None
    release: Word
    seen: Word | None
    commit: Commit | None


@dataclass(frozen=True)
class Wanted(Part, rule="wanted"):
    """An entry that a tool reads."""

    key: Word


@dataclass(frozen=True)
class FromDump(Part, rule="from_dump"):
    """Another source of information in the dump."""

    source: Word


@dataclass(frozen=True)
class Other(Part, rule="other"):
    """Another source, described in words."""

    text: Quoted


class Requirements(Listed, rule="requirements", between=" + "):
    """The things that a tool needs at the same time."""
