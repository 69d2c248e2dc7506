# SPDX-License-Identifier: MIT
"""Consumers, from the tree to the model."""

from __future__ import annotations

import re
from typing import TypedDict

from ..problem import shortened
from ..syntax import tree
from ..terms.condition import ALWAYS
from ..terms.tool import ToolRelease
from .consumer import (
    Adaptation,
    Alternative,
    Consumer,
    ConsumerRelease,
    KernelRange,
    Need,
    ParserTrait,
    Reading,
)
from .vocabulary import DumpFormat, DumpSource, Format, Trait, Verdict
from .words import Words

_URL = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&()*+,;=%-]+")


class ToolBounds(TypedDict):
    """What an `OfReleases` model is bounded by."""

    since: ToolRelease | None
    until: ToolRelease | None


class ConsumerBuilder(Words):
    """Builds what a `consumer` block says."""

    def consumer(self, block: tree.Consumer) -> Consumer:
        needs = [self._need(node) for node in block.body if isinstance(node, tree.Need)]
        releases = [
            self._tool_release(clause)
            for clause in block.clauses
            if isinstance(clause, tree.ToolRelease)
        ]
        found = [release for release in releases if release is not None]
        if not found:
            self._problem(block, f"consumer {block.name} needs a 'release'")
        return Consumer(
            name=str(block.name),
            doc=self._text(block, tree.Doc),
            url=self._url(block),
            releases=tuple(found),
            readings=tuple(
                self._reading(clause) for clause in block.clauses if isinstance(clause, tree.Reads)
            ),
            traits=tuple(
                trait
                for clause in block.clauses
                if isinstance(clause, tree.Parser)
                if (trait := self._trait(clause)) is not None
            ),
            needs=tuple(need for need in needs if need is not None),
            location=self._at(block.name),
        )

    def _url(self, block: tree.Block) -> str:
        url = self._text(block, tree.Url)
        if url and not _URL.fullmatch(url):
            self._problem(block, f"'{shortened(url)}' is no address of a page", "https://…")
            return ""
        return url

    def _reading(self, clause: tree.Reads) -> Reading:
        formats = [self._known(Format, word, "format") for word in clause.formats]
        return Reading(
            subjects=tuple(map(str, clause.subjects)),
            formats=tuple(format_ for format_ in formats if format_ is not None),
            **self._of_releases(clause.range),
        )

    def _trait(self, clause: tree.Parser) -> ParserTrait | None:
        trait = self._known(Trait, clause.trait, "trait of a parser")
        verdict = self._known(Verdict, clause.verdict, "verdict")
        if trait is None or verdict is None:
            return None
        if trait.has_limit != (clause.limit is not None):
            needs = "needs a number of bytes" if trait.has_limit else "takes no number"
            self._problem(clause.trait, f"'{clause.trait}' {needs}")
            return None
        return ParserTrait(
            trait=trait,
            limit=int(str(clause.limit), 0) if clause.limit else None,
            subjects=tuple(map(str, clause.subjects or ())),
            dumps=tuple(
                format_
                for word in clause.dumps or ()
                if (format_ := self._known(DumpFormat, word, "format of a dump")) is not None
            ),
            **self._of_releases(clause.range),
            verdict=verdict,
            text=str(clause.text),
            location=self._at(clause),
        )

    def _of_releases(self, bounds: tree.Range | None) -> ToolBounds:
        bounds = bounds or tree.Range()
        return {"since": self._tool(bounds.since), "until": self._tool(bounds.until)}

    def _tool(self, word: tree.Word | None) -> ToolRelease | None:
        if word is None:
            return None
        try:
            return ToolRelease.parse(str(word))
        except ValueError as error:
            self._problem(word, str(error))
            return None

    def _tool_release(self, clause: tree.ToolRelease) -> ConsumerRelease | None:
        release = self._tool(clause.release)
        if release is None:
            return None
        return ConsumerRelease(
            release=release,
            date=str(clause.date) if clause.date else None,
            kernels=self._kernels(tree.Range(clause.first, clause.last) if clause.first else None),
            location=self._at(clause),
        )

    def _kernels(self, kernels: tree.Range | None) -> KernelRange | None:
        if kernels is None:
            return None
        return KernelRange(
            since=self._optional_release(kernels.since), until=self._optional_release(kernels.until)
        )

    def _need(self, block: tree.Need) -> Need | None:
        without = self._one(block, tree.Without)
        depends = self._one(block, tree.DependsOn)
        kernels = self._one(block, tree.NeedKernels)
        alternatives = [
            Alternative(
                keys=tuple(str(r.key) for r in clause.requirements if isinstance(r, tree.Wanted)),
                of_dump=tuple(
                    source
                    for r in clause.requirements
                    if isinstance(r, tree.FromDump)
                    if (source := self._known(DumpSource, r.source, "source in a dump")) is not None
                ),
                others=tuple(str(r.text) for r in clause.requirements if isinstance(r, tree.Other)),
                **self._of_releases(clause.range),
                kernels=self._kernels(clause.kernels),
                when=clause.when,
                location=self._at(clause),
            )
            for clause in block.clauses
            if isinstance(clause, tree.Alternative)
        ]
        if without is None or not alternatives:
            self._problem(block, f"need \"{block.purpose}\" needs an 'any' and a 'without'")
            return None
        verdict = self._known(Verdict, without.verdict, "verdict")
        if verdict is None:
            return None
        return Need(
            purpose=str(block.purpose),
            doc=self._text(block, tree.Doc),
            archs=self._arch_names(block.archs),
            condition=depends.condition if depends else ALWAYS,
            kernels=self._kernels(kernels.range) if kernels else None,
            alternatives=tuple(alternatives),
            adaptations=tuple(
                Adaptation(
                    key=str(clause.key),
                    expression=clause.expression,
                    text=str(clause.text),
                    location=self._at(clause),
                )
                for clause in block.clauses
                if isinstance(clause, tree.Adapt)
            ),
            fallback=self._text(block, tree.Fallback),
            verdict=verdict,
            text=str(without.text),
            location=self._at(block),
        )
