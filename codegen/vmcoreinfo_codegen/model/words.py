# SPDX-License-Identifier: MIT
"""From words of the tree to values of the model: what all builders share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypedDict, TypeVar

from ..problem import LANGUAGE, Location, Problem, collect, did_you_mean, shortened
from ..syntax import tree
from ..terms.key import Kind
from ..terms.release import Release
from .base import Boundary, Span
from .entry import KindDefault
from .vocabulary import Described, Evidence

# Generated code compares releases as fields of 16 bits.
_MOST_IN_RELEASE = 0xFFFF
_Word = TypeVar("_Word", bound=Described)
_ClauseType = TypeVar("_ClauseType", bound=tree.Clause)


class Bounds(TypedDict):
    """What a `Ranged` model is bounded by."""

    since: Release | None
    until: Release | None
    backports: tuple[Release, ...]


@dataclass
class _Open:
    """A span while its clauses are read."""

    since: Boundary
    until: Boundary | None = None
    backports: list[Boundary] = field(default_factory=list)


class Words:
    """Reads words, boundaries and ranges of the tree; what is wrong with them becomes a problem."""

    def __init__(self, problems: list[Problem]) -> None:
        self._problems = problems
        self._path = ""
        self._section = ""
        self._archs: dict[str, None] = {}
        self._aliases: dict[str, str] = {}
        self._kinds: dict[Kind, KindDefault] = {}

    # ---- messages ---------------------------------------------------------------

    def _at(self, place: tree.Word | tree.Node) -> Location:
        return Location(self._path, place.line, place.column)

    def _problem(self, place: tree.Word | tree.Node, message: str, hint: str = "") -> None:
        collect(self._problems, Problem(self._at(place), LANGUAGE, message, hint))

    # ---- words ------------------------------------------------------------------

    def _known(self, words: type[_Word], word: tree.Word, what: str) -> _Word | None:
        try:
            return words(str(word))
        except ValueError:
            known = words.words()
            hint = did_you_mean(str(word), known) or f"one of {', '.join(known)}"
            self._problem(word, f"unknown {what} '{shortened(str(word))}'", hint)
            return None

    def _release(self, word: tree.Word) -> Release | None:
        try:
            release = Release.parse(str(word))
        except ValueError as error:
            self._problem(word, str(error))
            return None
        if max(*release.mainline, release.stable) > _MOST_IN_RELEASE:
            self._problem(word, f"a number of {release} is above {_MOST_IN_RELEASE}")
            return None
        return release

    def _optional_release(self, word: tree.Word | None) -> Release | None:
        return None if word is None else self._release(word)

    def _arch_names(self, words: Sequence[tree.Word] | None) -> tuple[str, ...] | None:
        if words is None:
            return None
        names: list[str] = []
        for word in words:
            if str(word) in self._archs:
                names.append(str(word))
                continue
            real = self._aliases.get(str(word))
            hint = f"write {real}" if real else did_you_mean(str(word), self._archs)
            self._problem(word, f"unknown architecture '{shortened(str(word))}'", hint)
        return tuple(names)

    def _boundary(
        self, boundary: tree.Boundary, reason: tree.Word | None = None
    ) -> Boundary | None:
        release = self._release(boundary.release)
        if release is None:
            return None
        commit, evidence = boundary.commit, None
        if commit is not None:
            evidence = Evidence.CHECKED
            if commit.evidence is not None:
                evidence = self._known(Evidence, commit.evidence, "evidence for a commit")
        return Boundary(
            release=release,
            maybe_earlier=boundary.at_most is not None,
            seen=self._optional_release(boundary.seen),
            commit=str(commit.hash) if commit else None,
            evidence=evidence,
            reason=str(reason) if reason else "",
            location=self._at(boundary.release),
        )

    def _bounds(self, bounds: tree.Range | None) -> Bounds:
        bounds = bounds or tree.Range()
        backports = [self._release(backport.release) for backport in bounds.backports or ()]
        return {
            "since": self._optional_release(bounds.since),
            "until": self._optional_release(bounds.until),
            "backports": tuple(release for release in backports if release is not None),
        }

    # ---- clauses ----------------------------------------------------------------

    def _one(self, block: tree.Block, kind: type[_ClauseType]) -> _ClauseType | None:
        found = [clause for clause in block.clauses if isinstance(clause, kind)]
        for again in found[1:]:
            self._problem(again, f"a second '{again.keyword}' in one block")
        return found[0] if found else None

    def _text(self, block: tree.Block, kind: type[tree.TextClause]) -> str:
        clause = self._one(block, kind)
        return str(clause.text) if clause else ""

    def _words(self, block: tree.Block, kind: type[tree.WordsClause]) -> tuple[tree.Word, ...]:
        return tuple(
            word for clause in block.clauses if isinstance(clause, kind) for word in clause.words
        )

    def _spans(self, block: tree.Block) -> tuple[Span, ...]:
        """Pair `since` with the `until` after it; a backport belongs to the span before it."""
        spans: list[_Open] = []
        for clause in block.clauses:
            if not isinstance(clause, tree.BoundaryClause):
                continue
            boundary = self._boundary(clause.boundary, clause.reason)
            if boundary is None:
                continue
            if isinstance(clause, tree.Since):
                if spans and spans[-1].until is None:
                    self._problem(clause, "a second 'since' before the 'until' of the first")
                spans.append(_Open(boundary))
            elif not spans:
                self._problem(clause, f"'{clause.keyword}' without a 'since' before it")
            elif isinstance(clause, tree.Until):
                if spans[-1].until is not None:
                    self._problem(clause, "a second 'until' for one 'since'")
                spans[-1].until = boundary
            else:
                spans[-1].backports.append(boundary)
        return tuple(
            Span(since=span.since, until=span.until, backports=tuple(span.backports))
            for span in spans
        )
