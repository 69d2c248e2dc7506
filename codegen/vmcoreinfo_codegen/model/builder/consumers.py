# SPDX-License-Identifier: MIT
"""Consumers, from the tree to the model."""

from __future__ import annotations

import re
from typing import TypedDict

from ...core.condition import ALWAYS
from ...core.tool import ToolRelease
from ...problem import shortened
from ...syntax import tree
from ..consumer import (
    Adaptation,
    Alternative,
    Build,
    Command,
    Consumer,
    ConsumerRelease,
    Copied,
    KernelRange,
    Need,
    ParserTrait,
    Reading,
    Removal,
    Supported,
)
from ..vocabulary import DumpFormat, DumpSource, Format, Trait, Verdict
from .forms import conversions, forms, passed, sources
from .reading import Reader

_VERSION_OPTIONS = ("--version", "-v", "-V")
_LEVELS = (1, 2, 4, 8, 16)
"""Bits of a dump level (DL_EXCLUDE_* in makedumpfile.h)."""
_URL = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&()*+,;=%-]+")


class ToolBounds(TypedDict):
    """The bounds of an `OfReleases` model."""

    since: ToolRelease | None
    until: ToolRelease | None


def consumer(read: Reader, block: tree.Consumer) -> Consumer:
    needs = [_need(read, node) for node in block.body if isinstance(node, tree.Need)]
    releases = [
        _tool_release(read, clause)
        for clause in block.clauses
        if isinstance(clause, tree.ToolRelease)
    ]
    found = [release for release in releases if release is not None]
    if not found:
        read.problem(block, f"consumer {block.name} needs a 'release'")
    return Consumer(
        name=str(block.name),
        doc=read.text(block, tree.Doc),
        url=_url(read, block),
        version_option=_version_option(read, block),
        commands=tuple(
            Command(
                name=str(clause.name),
                run=str(clause.run),
                is_extra=clause.extra is not None,
                location=read.at(clause),
            )
            for clause in block.clauses
            if isinstance(clause, tree.Command)
        ),
        supported=tuple(
            Supported(archs=read.arch_names(clause.names) or (), **_of_releases(read, clause.range))
            for clause in block.clauses
            if isinstance(clause, tree.Architectures)
        ),
        releases=tuple(found),
        builds=tuple(
            built
            for clause in block.clauses
            if isinstance(clause, tree.Build)
            if (built := _build(read, clause)) is not None
        ),
        readings=tuple(
            _reading(read, clause) for clause in block.clauses if isinstance(clause, tree.Reads)
        ),
        traits=tuple(
            trait
            for clause in block.clauses
            if isinstance(clause, tree.Parser)
            if (trait := _trait(read, clause)) is not None
        ),
        sources=sources(read, block),
        forms=forms(read, block),
        conversions=conversions(read, block),
        passed=passed(read, block),
        needs=tuple(need for need in needs if need is not None),
        location=read.at(block.name),
    )


def _url(read: Reader, block: tree.Block) -> str:
    url = read.text(block, tree.Url)
    if url and not _URL.fullmatch(url):
        read.problem(block, f"'{shortened(url)}' is not a web address", "https://…")
        return ""
    return url


def _version_option(read: Reader, block: tree.Block) -> str:
    option = read.text(block, tree.VersionOption)
    if option and option not in _VERSION_OPTIONS:
        # The tool is run with the option, so a schema must not choose freely.
        hint = f"one of {', '.join(_VERSION_OPTIONS)}"
        read.problem(block, f"'{shortened(option)}' is not an option that prints a release", hint)
        return ""
    return option


def _reading(read: Reader, clause: tree.Reads) -> Reading:
    formats = [read.known(Format, word, "format") for word in clause.formats]
    return Reading(
        subjects=tuple(map(str, clause.subjects)),
        formats=tuple(format_ for format_ in formats if format_ is not None),
        **_of_releases(read, clause.range),
    )


def _trait(read: Reader, clause: tree.Parser) -> ParserTrait | None:
    trait = read.known(Trait, clause.trait, "trait of a parser")
    verdict = read.known(Verdict, clause.verdict, "verdict")
    if trait is None or verdict is None:
        return None
    if trait.has_limit != (clause.limit is not None):
        needs = "needs a number of bytes" if trait.has_limit else "takes no number"
        read.problem(clause.trait, f"'{clause.trait}' {needs}")
        return None
    return ParserTrait(
        trait=trait,
        limit=int(str(clause.limit), 0) if clause.limit else None,
        subjects=tuple(map(str, clause.subjects or ())),
        dumps=tuple(
            format_
            for word in clause.dumps or ()
            if (format_ := read.known(DumpFormat, word, "format of a dump")) is not None
        ),
        **_of_releases(read, clause.range),
        verdict=verdict,
        text=str(clause.text),
        location=read.at(clause),
    )


def _of_releases(read: Reader, bounds: tree.Range | None) -> ToolBounds:
    bounds = bounds or tree.Range()
    return {"since": _tool(read, bounds.since), "until": _tool(read, bounds.until)}


def _tool(read: Reader, word: tree.Word | None) -> ToolRelease | None:
    if word is None:
        return None
    try:
        return ToolRelease.parse(str(word))
    except ValueError as error:
        read.problem(word, str(error))
        return None


def _tool_release(read: Reader, clause: tree.ToolRelease) -> ConsumerRelease | None:
    release = _tool(read, clause.release)
    if release is None:
        return None
    declared = clause.declared
    bounds = tree.Range(declared.first, declared.last) if declared else None
    return ConsumerRelease(
        release=release,
        date=str(clause.date) if clause.date else None,
        kernels=_kernels(read, bounds),
        location=read.at(clause),
    )


def _build(read: Reader, clause: tree.Build) -> Build | None:
    release = _tool(read, clause.release)
    patched = clause.patched
    like = _tool(read, patched.like) if patched else None
    if release is None or (patched and like is None):
        return None
    return Build(
        name=str(clause.name),
        release=release,
        like=like,
        purposes=tuple(map(str, patched.purposes)) if patched else (),
        location=read.at(clause),
    )


def _levels(read: Reader, block: tree.Need) -> int:
    """The bits of a dump level that a need names, or 0."""
    clause = read.one(block, tree.Levels)
    found = 0
    for word in clause.words if clause else ():
        bit = int(str(word), 0)
        if bit not in _LEVELS:
            hint = f"one of {' '.join(map(str, _LEVELS))}"
            read.problem(word, f"'{shortened(str(word))}' is not a bit of a dump level", hint)
        else:
            found |= bit
    return found


def _words(clause: tree.WordsClause | None) -> tuple[str, ...]:
    return tuple(map(str, clause.words)) if clause else ()


def _kernels(
    read: Reader, kernels: tree.Range | None, commit: tree.Commit | None = None
) -> KernelRange | None:
    if kernels is None:
        return None
    since, until = read.optional_release(kernels.since), read.optional_release(kernels.until)
    if commit is not None and since is not None and until is not None:
        read.problem(commit.hash, "a commit belongs to one boundary, but there are two")
    return KernelRange(since=since, until=until, commit=str(commit.hash) if commit else None)


def _of_kernels(
    read: Reader, clause: tree.OfKernels | tree.NeedKernels | None
) -> KernelRange | None:
    return _kernels(read, clause.range, clause.commit) if clause is not None else None


def _need(read: Reader, block: tree.Need) -> Need | None:
    without = read.one(block, tree.Without)
    depends = read.one(block, tree.DependsOn)
    kernels = read.one(block, tree.NeedKernels)
    alternatives = [
        Alternative(
            keys=tuple(str(r.key) for r in clause.requirements if isinstance(r, tree.Wanted)),
            of_dump=tuple(
                source
                for r in clause.requirements
                if isinstance(r, tree.FromDump)
                if (source := read.known(DumpSource, r.source, "source in a dump")) is not None
            ),
            others=tuple(str(r.text) for r in clause.requirements if isinstance(r, tree.Other)),
            **_of_releases(read, clause.range),
            kernels=_of_kernels(read, clause.kernels),
            when=clause.when,
            location=read.at(clause),
        )
        for clause in block.clauses
        if isinstance(clause, tree.Alternative)
    ]
    if without is None or not alternatives:
        read.problem(block, f"need \"{block.purpose}\" needs an 'any' and a 'without'")
        return None
    verdict = read.known(Verdict, without.verdict, "verdict")
    if verdict is None:
        return None
    return Need(
        purpose=str(block.purpose),
        doc=read.text(block, tree.Doc),
        archs=read.arch_names(block.archs),
        commands=_words(read.one(block, tree.Commands)),
        levels=_levels(read, block),
        shows_with=_words(read.one(block, tree.Shows)),
        condition=depends.condition if depends else ALWAYS,
        kernels=_of_kernels(read, kernels),
        alternatives=tuple(alternatives),
        adaptations=tuple(
            Adaptation(
                key=str(clause.key),
                expression=clause.expression,
                text=str(clause.text),
                location=read.at(clause),
            )
            for clause in block.clauses
            if isinstance(clause, tree.Adapt)
        ),
        removals=tuple(
            Removal(
                keys=tuple(map(str, clause.keys)), text=str(clause.text), location=read.at(clause)
            )
            for clause in block.clauses
            if isinstance(clause, tree.Drop)
        ),
        copied=tuple(
            copied
            for clause in block.clauses
            if isinstance(clause, tree.Copied)
            if (copied := _copied(read, clause)) is not None
        ),
        fallback=read.text(block, tree.Fallback),
        verdict=verdict,
        text=str(without.text),
        location=read.at(block),
    )


def _copied(read: Reader, clause: tree.Copied) -> Copied | None:
    verdict = read.known(Verdict, clause.verdict, "verdict")
    if verdict is None:
        return None
    return Copied(
        names=tuple(map(str, clause.names)),
        archs=read.arch_names(clause.archs),
        kernels=_kernels(read, clause.kernels),
        **_of_releases(read, clause.range),
        verdict=verdict,
        text=str(clause.text),
        location=read.at(clause),
    )
