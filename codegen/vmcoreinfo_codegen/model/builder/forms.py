# SPDX-License-Identifier: MIT
"""How the sources of a consumer read keys, from the tree to the model."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...core.code import HOLES, PatternError, pattern
from ...problem import shortened
from ...syntax import tree
from ..forms import Conversion, PassedOver, ReadingForm
from .reading import Reader

_MOST_BASES = 2
_PLACES = re.compile("|".join(HOLES))
_WORD = re.compile(r"\w+")
_PATH = re.compile(r"[\w*.+-]+(/[\w*.+-]+)*")


def sources(read: Reader, block: tree.Consumer) -> tuple[str, ...]:
    """The files that read keys, as paths in the tree; `*` matches part of a name, `**` any
    folders."""
    found = []
    for word in read.words(block, tree.Sources):
        if _PATH.fullmatch(str(word)) is None:
            read.problem(word, f"'{shortened(str(word))}' is not a path in a tree", "like arch/*.c")
        else:
            found.append(str(word))
    return tuple(found)


def forms(read: Reader, block: tree.Consumer) -> tuple[ReadingForm, ...]:
    clauses = [clause for clause in block.clauses if isinstance(clause, tree.Form)]
    return tuple(form for clause in clauses if (form := _form(read, clause)) is not None)


def _form(read: Reader, clause: tree.Form) -> ReadingForm | None:
    holes = _holes(read, clause.code)
    if holes is None:
        return None
    key = str(clause.key) if clause.key else "KEY"
    wanted, given = sorted(_PLACES.findall(key)), sorted(hole for hole in holes if hole in HOLES)
    if wanted != given or not wanted:
        has = f"has {' and '.join(given)}" if given else "has none of KEY, NAME and FIELD"
        read.problem(clause.code, f"the code {has}, its key {' and '.join(wanted) or 'none'}")
        return None
    return ReadingForm(
        code=str(clause.code),
        key=key,
        function=str(clause.function) if clause.function else "",
        bases=_bases(read, clause.bases),
        location=read.at(clause),
    )


def conversions(read: Reader, block: tree.Consumer) -> tuple[Conversion, ...]:
    found = []
    for clause in block.clauses:
        if not isinstance(clause, tree.Converts) or (holes := _holes(read, clause.code)) is None:
            continue
        if ("BASE" in holes) == (clause.bases is not None):
            read.problem(clause, "give the base either as BASE in the code or with 'base'")
            continue
        bases = _bases(read, clause.bases)
        found.append(Conversion(code=str(clause.code), bases=bases, location=read.at(clause)))
    return tuple(found)


def passed(read: Reader, block: tree.Consumer) -> tuple[PassedOver, ...]:
    return tuple(_passed(read, block))


def _passed(read: Reader, block: tree.Consumer) -> Iterator[PassedOver]:
    for clause in block.clauses:
        if not isinstance(clause, tree.Passes):
            continue
        text, location = str(clause.text), read.at(clause)
        match clause.what:
            case tree.PassedKeys() as keys:
                yield PassedOver(keys=tuple(map(str, keys)), text=text, location=location)
            case tree.PassedFunction(function=function):
                yield PassedOver(function=str(function), text=text, location=location)
            case tree.PassedForm(code=code, function=None) if _WORD.fullmatch(str(code)):
                yield PassedOver(keys=(str(code),), text=text, location=location)
            case tree.PassedForm(code=code, function=function):
                if _holes(read, code) is not None:
                    name = str(function) if function else ""
                    yield PassedOver(code=str(code), function=name, text=text, location=location)


def _holes(read: Reader, code: tree.Quoted) -> tuple[str, ...] | None:
    try:
        return pattern(str(code)).holes
    except PatternError as error:
        read.problem(code, f"'{shortened(str(code))}' is not a form of code: {error}")
        return None


def _bases(read: Reader, words: tuple[tree.Word, ...] | None) -> tuple[int, ...]:
    found = []
    for word in words or ():
        base = int(str(word), 0) if len(str(word)) < 4 else -1
        if base not in (0, 8, 10, 16):
            read.problem(word, f"'{shortened(str(word))}' is not a number base", "0, 8, 10 or 16")
        else:
            found.append(base)
    if len(found) > _MOST_BASES:
        read.problem(words[0] if words else tree.Word("", 0, 0), "more than two bases")
    return tuple(found[:_MOST_BASES])
