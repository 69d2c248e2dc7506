# SPDX-License-Identifier: MIT
"""Lines of vendors, from the tree to the model."""

from __future__ import annotations

from itertools import pairwise

from ...core.build import PLACES, BuildNumber, KernelName
from ...core.condition import ALWAYS, Condition
from ...core.release import Release
from ...problem import shortened
from ...syntax import tree
from ..line import Line, LineBuild, LineChange
from ..vocabulary import Format
from .reading import Reader


def line(read: Reader, block: tree.VendorLine) -> Line | None:
    based = read.one(block, tree.Base)
    base = read.release(based.release) if based is not None else None
    names = [
        name
        for word in read.words(block, tree.Called)
        if (name := _name(read, word, base)) is not None
    ]
    if not names:
        read.problem(block, f"line {block.name} needs a 'called'", 'called "4.18.0-BUILD.el8"')
        return None
    archs = [clause for clause in block.clauses if isinstance(clause, tree.Architectures)]
    for clause in [one for one in archs if one.range is not None]:
        read.problem(clause, "the architectures of a line can't change")
    return Line(
        name=str(block.name),
        vendor=str(block.vendor or block.name),
        doc=read.text(block, tree.Doc),
        base=base,
        follows_stable=base is None or (based is not None and based.stable is not None),
        names=tuple(names),
        aliases=tuple(map(str, read.words(block, tree.Alias))),
        archs=tuple(a for clause in archs for a in read.arch_names(clause.names) or ()) or None,
        read_of=tuple(
            release
            for word in read.words(block, tree.ReadOf)
            if (release := read.release(word)) is not None
        ),
        builds=_builds(read, block),
        location=read.at(block.name),
    )


def _name(read: Reader, word: tree.Word, base: Release | None) -> KernelName | None:
    name = KernelName(str(word))
    given = [place for place in PLACES if place != "NUMBER" and str(word).count(place) > 1]
    if given:
        read.problem(word, f"'{shortened(str(word))}' has {given[0]} twice")
        return None
    if (base is None) != ("RELEASE" in name.places):
        message = (
            "names no mainline release" if base is None else "names a release other than its base"
        )
        hint = "write RELEASE for it" if base is None else f"write {base} instead of RELEASE"
        read.problem(word, f"'{shortened(str(word))}' {message}", hint)
        return None
    return name


def _builds(read: Reader, block: tree.VendorLine) -> tuple[LineBuild, ...]:
    found = [
        build
        for node in block.body
        if isinstance(node, tree.KernelBuild)
        if (build := _build(read, node)) is not None
    ]
    for before, after in pairwise(found):
        if before.last >= after.first:
            read.problem(
                block, f"build {after.first} is declared after {before.last}, but is not later"
            )
    return tuple(found)


def _build(read: Reader, block: tree.KernelBuild) -> LineBuild | None:
    first = _number(read, block.first)
    last = _number(read, block.last) if block.last else first
    if first is None or last is None:
        return None
    if last < first:
        read.problem(block, f"build {last} comes before {first}")
        return None
    changes = [_change(read, node) for node in block.body]
    return LineBuild(
        first=first,
        last=last,
        release=str(block.release or ""),
        doc=read.text(block, tree.Doc),
        changes=tuple(change for change in changes if change is not None),
        date=str(block.date) if block.date else None,
        has=tuple(map(str, read.words(block, tree.Has))),
        lacks=tuple(map(str, read.words(block, tree.Lacks))),
        location=read.at(block.first),
    )


def _number(read: Reader, word: tree.Word) -> BuildNumber | None:
    try:
        return BuildNumber.parse(str(word))
    except ValueError as error:
        read.problem(word, str(error))
        return None


def _change(read: Reader, clause: tree.Node) -> LineChange | None:
    if not isinstance(clause, (tree.AsOf, tree.Exported, tree.Gone)):
        return None
    like, format_ = None, None
    condition: Condition = ALWAYS
    if isinstance(clause, tree.AsOf):
        like = read.release(clause.release)
        if like is None:
            return None
    elif isinstance(clause, tree.Exported):
        condition = clause.condition or ALWAYS
        format_ = read.known(Format, clause.format, "format") if clause.format else None
    return LineChange(
        keys=tuple(map(str, clause.keys)),
        archs=read.arch_names(clause.archs),
        like=like,
        gone=isinstance(clause, tree.Gone),
        condition=condition,
        format=format_,
        location=read.at(clause),
    )
