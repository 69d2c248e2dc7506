# SPDX-License-Identifier: MIT
"""From words of the tree to values of the model: shared by all items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict, TypeVar

from ...core.key import Kind
from ...core.release import Release
from ...problem import LANGUAGE, Location, Problem, collect, did_you_mean, shortened
from ...syntax import tree
from ..base import Boundary, Span
from ..entry import KindDefault
from ..vocabulary import Described, Evidence

# Generated code compares parts of releases as 16-bit fields.
_MOST_IN_RELEASE = 0xFFFF
_Word = TypeVar("_Word", bound=Described)
_ClauseType = TypeVar("_ClauseType", bound=tree.Clause)


class Bounds(TypedDict):
    """The bounds of a `Ranged` model."""

    since: Release | None
    until: Release | None
    backports: tuple[Release, ...]


@dataclass
class _Open:
    """A span that is not complete yet."""

    since: Boundary
    until: Boundary | None = None
    backports: list[Boundary] = field(default_factory=list)


@dataclass(frozen=True)
class Names:
    """The names that items may use before they are declared."""

    archs: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[Kind, KindDefault] = field(default_factory=dict)


@dataclass(frozen=True)
class Reader:
    """Reads words, boundaries and ranges of an item in its file; errors become problems."""

    path: str
    section: str
    subsystem: str
    names: Names
    problems: list[Problem]

    def at(self, place: tree.Word | tree.Node) -> Location:
        return Location(self.path, place.line, place.column)

    def problem(self, place: tree.Word | tree.Node, message: str, hint: str = "") -> None:
        collect(self.problems, Problem(self.at(place), LANGUAGE, message, hint))

    def known(self, kind: type[_Word], word: tree.Word, what: str) -> _Word | None:
        try:
            return kind(str(word))
        except ValueError:
            known = kind.values()
            hint = did_you_mean(str(word), known) or f"one of {', '.join(known)}"
            self.problem(word, f"unknown {what} '{shortened(str(word))}'", hint)
            return None

    def release(self, word: tree.Word) -> Release | None:
        try:
            release = Release.parse(str(word))
        except ValueError as error:
            self.problem(word, str(error))
            return None
        if max(*release.mainline, release.stable) > _MOST_IN_RELEASE:
            self.problem(word, f"a number in {release} is above {_MOST_IN_RELEASE}")
            return None
        return release

    def optional_release(self, word: tree.Word | None) -> Release | None:
        return None if word is None else self.release(word)

    def arch_names(self, words: Sequence[tree.Word] | None) -> tuple[str, ...] | None:
        if words is None:
            return None
        names: list[str] = []
        for word in words:
            if str(word) in self.names.archs:
                names.append(str(word))
                continue
            real = self.names.aliases.get(str(word))
            hint = f"write {real}" if real else did_you_mean(str(word), self.names.archs)
            self.problem(word, f"unknown architecture '{shortened(str(word))}'", hint)
        return tuple(names)

    def boundary(self, boundary: tree.Boundary, reason: tree.Word | None = None) -> Boundary | None:
        release = self.release(boundary.release)
        if release is None:
            return None
        commit, evidence = boundary.commit, None
        if commit is not None:
            evidence = Evidence.CHECKED
            if commit.evidence is not None:
                evidence = self.known(Evidence, commit.evidence, "evidence for a commit")
        return Boundary(
            release=release,
            maybe_earlier=boundary.at_most is not None,
            seen=self.optional_release(boundary.seen),
            commit=str(commit.hash) if commit else None,
            evidence=evidence,
            reason=str(reason) if reason else "",
            location=self.at(boundary.release),
        )

    def bounds(self, bounds: tree.Range | None) -> Bounds:
        bounds = bounds or tree.Range()
        backports = [self.release(backport.release) for backport in bounds.backports or ()]
        return {
            "since": self.optional_release(bounds.since),
            "until": self.optional_release(bounds.until),
            "backports": tuple(release for release in backports if release is not None),
        }

    def one(self, block: tree.Block, kind: type[_ClauseType]) -> _ClauseType | None:
        found = [clause for clause in block.clauses if isinstance(clause, kind)]
        for again in found[1:]:
            self.problem(again, f"a second '{again.keyword}' in one block")
        return found[0] if found else None

    def text(self, block: tree.Block, kind: type[tree.TextClause]) -> str:
        clause = self.one(block, kind)
        return str(clause.text) if clause else ""

    def words(self, block: tree.Block, kind: type[tree.WordsClause]) -> tuple[tree.Word, ...]:
        return tuple(
            word for clause in block.clauses if isinstance(clause, kind) for word in clause.words
        )

    def spans(self, block: tree.Block) -> tuple[Span, ...]:
        """Pair each `since` with the `until` after it; a backport belongs to the span before it."""
        spans: list[_Open] = []
        for clause in block.clauses:
            if not isinstance(clause, tree.BoundaryClause):
                continue
            boundary = self.boundary(clause.boundary, clause.reason)
            if boundary is None:
                continue
            if isinstance(clause, tree.Since):
                if spans and spans[-1].until is None:
                    self.problem(clause, "a second 'since' before the 'until' of the first")
                spans.append(_Open(boundary))
            elif not spans:
                self.problem(clause, f"'{clause.keyword}' without a 'since' before it")
            elif isinstance(clause, tree.Until):
                if spans[-1].until is not None:
                    self.problem(clause, "a second 'until' for one 'since'")
                spans[-1].until = boundary
            else:
                spans[-1].backports.append(boundary)
        return tuple(
            Span(since=span.since, until=span.until, backports=tuple(span.backports))
            for span in spans
        )
