# SPDX-License-Identifier: MIT
"""The keys that the sources of a tool read, and apparent reads that are not understood."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import PurePosixPath

from ..core.code import HOLES, Match, Pattern, matches, pattern
from ..core.key import Kind, kind_of
from ..core.tokens import Token
from ..kernel.gathered import SourceFile, TreeError
from ..limits import Limit
from ..model import Schema
from ..model.consumer import Consumer
from ..model.forms import ReadingForm
from .shape import is_required
from .source import ToolSource
from .strings import Named, Strings, unquoted

# Strings in no pattern that can still be reads: "OFFSET(page.lru)", "^NUMBER\(VA_BITS\)=".
_KEY = re.compile(r"\^?((?:SYMBOL|SIZE|OFFSET|LENGTH|NUMBER)\([\w.:>\[\]-]+\))(=.*)?", re.DOTALL)
_PLAIN = re.compile(r"\^?([A-Z][A-Z0-9_]*(?:-[A-Z][A-Z0-9_]*)*)(=.*)?", re.DOTALL)
_PLAIN_KINDS = (Kind.BARE, Kind.CONFIG)
_ANY = re.compile(r"\^?([\w.()\[\]:>-]+)(=.*)?", re.DOTALL)
_BASE = re.compile(r"0[xX][0-9a-fA-F]{1,2}|[0-9]{1,2}")
_MOST_READS = 20_000
_MOST_NAMES = 200_000
_MOST_BEHIND = 80
_MOST_SHOWN = 200


@dataclass(frozen=True)
class Read:
    """A place that reads a key.

    `arch` is the architecture whose dumps the place is for, None for all, according to the name of
    the file and the conditions around. `bases` are the bases in which its value is read as a
    number, empty if the code does not show one; `required` tells whether the function gives up
    without the key, None if the code does not show that.
    """

    key: str
    arch: str | None
    file: str
    line: int
    function: str | None
    form: str
    bases: tuple[int, ...]
    required: bool | None


@dataclass(frozen=True)
class Unclear:
    """A place that looks like a read but was not understood."""

    file: str
    line: int
    text: str
    reason: str


@dataclass(frozen=True)
class ToolReading:
    """The reads in a tool's sources, in the order of files and lines."""

    tree: str
    files: int
    reads: tuple[Read, ...]
    not_understood: tuple[Unclear, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(read.key for read in self.reads))


def reading_of(
    tree: str, files: Sequence[SourceFile], schema: Schema, consumer: Consumer
) -> ToolReading:
    """The reads by a consumer's code patterns. Raises TreeError if there are more than in any
    tool.
    """
    forms = _Forms(schema, consumer)
    sources = [ToolSource(file) for file in files if forms.can_be_in(file.data)]
    named: dict[str, Named] = {}
    limit = Limit(tree, _MOST_NAMES, "strings with a name", TreeError)
    for one in (one for source in sources for one in source.named()):
        limit.spend()
        named[one.name] = one
    known = {source.path for source in sources}
    names = forms.names_of_keys(named.values())
    others = [file for file in files if file.path not in known and _has_word(file.data, names)]
    sources = sorted([*sources, *map(ToolSource, others)], key=lambda source: source.path)
    places = Limit(tree, _MOST_READS, "places that read keys", TreeError)
    found = [_Reader(source, forms, Strings(named), places) for source in sources]
    for reader in found:
        reader.read()
    return ToolReading(
        tree,
        len(files),
        tuple(read for reader in found for read in reader.reads),
        tuple(one for reader in found for one in sorted(reader.unclear, key=lambda u: u.line)),
    )


class _Forms:
    """The code patterns of a consumer, parsed once, and names of the schema."""

    def __init__(self, schema: Schema, consumer: Consumer) -> None:
        self.reads = [(form, pattern(form.code)) for form in consumer.forms]
        self.conversions = [(one.bases, pattern(one.code)) for one in consumer.conversions]
        self.passed = [(pattern(p.code), p.function) for p in consumer.passed if p.code]
        self.passed_functions = {p.function for p in consumer.passed if not p.code and p.function}
        # Wrapper functions: they get the key as an argument.
        self.readers = {wanted.name for _, wanted in self.reads if wanted.name}
        self.plain_keys = {e.key for e in schema.entries if kind_of(e.key) in _PLAIN_KINDS}
        self.archs = {name: a.name for a in schema.architectures for name in (a.name, *a.aliases)}
        # The name of a file of libkdumpfile.
        self.archs.setdefault("ia32", "i386")
        words = "|".join(map(re.escape, sorted({*filter(None, map(_mark, self.reads))})))
        keys = "|".join(map(re.escape, sorted(self.plain_keys)))
        kinds = r"(?:SYMBOL|SIZE|OFFSET|LENGTH|NUMBER)\\{0,2}\("
        self._marks = re.compile(rf"(?:{words or '(?!)'})|[\"']\^?(?:{kinds}|{keys})".encode())

    def names_of_keys(self, named: Iterable[Named]) -> list[str]:
        """The names that stand for keys, and macros that make a key."""
        return [one.name for one in named if any(self._marks.match(t) for t in _bytes(one))]

    def arch_of(self, path: str, macros: Sequence[str]) -> str | None:
        """The architecture of a place, by its file (`arm64.c`) or a macro around it
        (`__aarch64__`).
        """
        words = [PurePosixPath(path).stem, *(macro.strip("_").lower() for macro in macros)]
        return next((self.archs[word] for word in words if word in self.archs), None)

    def can_be_in(self, data: bytes) -> bool:
        """Whether a file has any word of a pattern or a key."""
        return self._marks.search(data) is not None


@dataclass
class _Reader:
    """Finds the reads in one source."""

    source: ToolSource
    forms: _Forms
    strings: Strings
    limit: Limit
    unclear: list[Unclear] = field(default_factory=list)
    _taken: set[int] = field(default_factory=set)
    _found: dict[int, tuple[Match, list[Read]]] = field(default_factory=dict)

    @property
    def reads(self) -> Iterator[Read]:
        for place in sorted(self._found):
            yield from self._found[place][1]

    def read(self) -> None:
        self.strings = self.strings.with_own(self.source.named())
        for passed, function in self.forms.passed:
            for match in matches(passed, self.source.tokens, self.source.heads):
                token = self.source.tokens.all[match.start]
                if not function or function == self.source.function_at(token):
                    self._taken.update(range(match.start, match.end))
        for form, wanted in self.forms.reads:
            for match in matches(wanted, self.source.tokens, self.source.heads):
                if match.start not in self._taken:
                    self._take(form, wanted, match)
        self._convert()
        self._look_for_others()
        if self._found:
            for line, text, reason in self.source.strange():
                self.unclear.append(Unclear(self.source.path, line, text, reason))

    def _take(self, form: ReadingForm, wanted: Pattern, match: Match) -> None:
        token = self.source.tokens.all[match.start]
        function = self.source.function_at(token)
        macros = self.source.names_around(token)
        if form.function and function != form.function:
            return
        if macros is None or function in self.forms.passed_functions:
            self._taken.update(range(match.start, match.end))
            return
        keys = self._keys(form, wanted, match)
        if keys is None:
            if not wanted.has_equals and not self._is_definition(match, function):
                self._say(token, "it does not read a string")
            return
        if not keys:
            return
        self.limit.spend(len(keys))
        self._taken.update(range(match.start, match.end))
        bases = form.bases or self._base(match)
        required = is_required(self.source.tokens, match)
        self._found[match.start] = (
            match,
            [
                Read(
                    key=key,
                    arch=self.forms.arch_of(self.source.path, macros),
                    file=self.source.path,
                    line=self.source.line_of(at),
                    function=function,
                    form=form.code,
                    bases=bases,
                    required=required,
                )
                for key, at in keys
            ],
        )

    def _is_definition(self, match: Match, function: str | None) -> bool:
        """Whether a match is in a wrapper function or its head, where the key comes from the
        caller.
        """
        if function in self.forms.readers:
            return True
        if self.source.is_python:
            return self.source.tokens.is_at(match.start - 1, "def")
        return function is None

    def _keys(
        self, form: ReadingForm, wanted: Pattern, match: Match
    ) -> list[tuple[str, Token]] | None:
        """The keys with the tokens that name them; None if unclear."""
        if "NAME" in match.held and self._is_listed(wanted):
            return self._listed(form, match.held["NAME"])
        said: dict[str, str] = {}
        first = self.source.tokens.all[match.start]
        for hole in HOLES:
            if hole not in match.held:
                continue
            text = self._text(match.held[hole], wanted.takes_words)
            if text is None:
                return None
            said[hole] = text
        if "KEY" in said:
            found = _ANY.fullmatch(said["KEY"])
            if found is None:
                return [] if wanted.has_equals else None
            if wanted.has_equals and not found[2]:
                return []
            said["KEY"] = found[1]
        return [(_filled(form.key, said), first)]

    def _is_listed(self, wanted: Pattern) -> bool:
        return any(part.hole == "NAME" and part.is_list for part in wanted.parts)

    def _listed(self, form: ReadingForm, tokens: Sequence[Token]) -> list[tuple[str, Token]] | None:
        found = []
        for token in tokens:
            if token.text == ",":
                continue
            text = self.strings.text_of([token])
            if text is None:
                return None
            found.append((_filled(form.key, {"NAME": text}), token))
        return found

    def _text(self, tokens: Sequence[Token], takes_words: bool) -> str | None:
        if takes_words:
            return tokens[0].text if len(tokens) == 1 and tokens[0].kind == "word" else None
        return self.strings.text_of(tokens)

    def _base(self, match: Match) -> tuple[int, ...]:
        return _base_of(match.held["BASE"]) if "BASE" in match.held else ()

    def _convert(self) -> None:
        """Get the base of each value from the first conversion after its read, before the next
        read.
        """
        calls = sorted(
            (match.start, bases or self._base(match))
            for bases, wanted in self.forms.conversions
            for match in matches(wanted, self.source.tokens, self.source.heads)
        )
        starts = [start for start, _ in calls]
        order = sorted(self._found)
        for place, behind in pairwise([*order, len(self.source.tokens)]):
            match, reads = self._found[place]
            at = bisect_right(starts, match.start)
            end = min(match.end + _MOST_BEHIND, behind)
            if at == len(calls) or calls[at][0] >= end or any(read.bases for read in reads):
                continue
            token = self.source.tokens.all[calls[at][0]]
            if self.source.function_at(token) == reads[0].function:
                self._found[place] = match, [replace(r, bases=calls[at][1]) for r in reads]

    def _look_for_others(self) -> None:
        """Report strings that are a key in no pattern: reads of a kind missing in the schema."""
        for place, token in enumerate(self.source.tokens.all):
            if token.kind != "string" or place in self._taken:
                continue
            text = unquoted(token.text) or ""
            plain = _PLAIN.fullmatch(text)
            if not _KEY.fullmatch(text) and not (plain and plain[1] in self.forms.plain_keys):
                continue
            function = self.source.function_at(token)
            if (
                self.source.names_around(token) is not None
                and function not in self.forms.passed_functions
            ):
                self._say(token, "a key in a form that is not declared")

    def _say(self, token: Token, reason: str) -> None:
        self.limit.spend()
        text = self.source.line_at(token)
        shown = f"{text[:_MOST_SHOWN]}..." if len(text) > _MOST_SHOWN else text
        line = self.source.line_of(token)
        self.unclear.append(Unclear(self.source.path, line, shown, reason))


def _bytes(named: Named) -> Iterator[bytes]:
    return (token.text.encode() for token in named.tokens if token.kind == "string")


def _has_word(data: bytes, words: Sequence[str]) -> bool:
    pattern_ = "|".join(map(re.escape, sorted(words)))
    return bool(words) and re.search(rf"\b(?:{pattern_})\b".encode(), data) is not None


def _mark(form: tuple[ReadingForm, Pattern]) -> str:
    """A word that every match of a pattern contains; empty if the key itself has to be there."""
    declared, wanted = form
    if declared.function or wanted.has_equals:
        return declared.function
    return max(
        (part.text for part in wanted.parts if part.text.isidentifier()), key=len, default=""
    )


def _filled(form: str, said: Mapping[str, str]) -> str:
    return re.sub("|".join(HOLES), lambda match: said.get(match[0], match[0]), form)


def _base_of(tokens: Sequence[Token]) -> tuple[int, ...]:
    """The base in an argument: a number, or a word like NUM_HEX."""
    (token, *more) = tokens
    if more:
        return ()
    if _BASE.fullmatch(token.text):
        return (int(token.text, 0),)
    by_name = {"HEX": 16, "DEC": 10}
    return next(((base,) for end, base in by_name.items() if token.text.endswith(end)), ())
