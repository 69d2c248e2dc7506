# SPDX-License-Identifier: MIT
"""Clauses of consumers that say how their sources read keys."""

from __future__ import annotations

from dataclasses import dataclass

from .node import Clause, Listed, Part, Quoted, Text, Word, WordsClause


class Sources(WordsClause, rule="sources"):
    """`sources "*.c" "arch/*.c"`: the files that may read keys."""


class Bases(Listed, rule="bases"):
    """Bases of numbers, in the order in which they are tried."""


@dataclass(frozen=True)
class Form(Clause, rule="form", layout="\t{code}[ of {key}][ in {function}][ base {bases}]"):
    """`form "READ_NUMBER(NAME, _)" of "NUMBER(NAME)" in function base 10 16`."""

    code: Quoted
    key: Quoted | None
    function: Word | None
    bases: Bases | None


@dataclass(frozen=True)
class Converts(Clause, rule="converts", layout="\t{code}[ base {bases}]"):
    """`converts "htol(...)" base 16`: code that parses a string as a number."""

    code: Quoted
    bases: Bases | None


@dataclass(frozen=True)
class PassedForm(Part, rule="passed_form", layout="{code}[ in {function}]"):
    """`"STREQ(ln, KEY)" in function`: code that does not read the note."""

    code: Quoted
    function: Word | None


@dataclass(frozen=True)
class PassedFunction(Part, rule="passed_function", layout="in {function}"):
    """`in function`: the whole body of a function."""

    function: Word


class PassedKeys(Listed, rule="passed_keys"):
    """Keys that are read but that no purpose needs."""


@dataclass(frozen=True)
class Passes(Clause, rule="passes", layout="\t{what}"):
    """`passes in read_vmcoreinfo_xen "Xen's own note"`: code that only looks like a read of this
    note."""

    what: PassedForm | PassedFunction | PassedKeys
    text: Text
