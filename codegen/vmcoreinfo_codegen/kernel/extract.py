# SPDX-License-Identifier: MIT
"""Extracts every VMCOREINFO line that a kernel tree prints, and every place that was not
understood.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..core.condition import NEVER, Condition, TooLarge, minimal
from ..core.release import Release
from ..limits import Limit
from ..model import Architecture, Schema
from .gathered import SourceFile, Tree, TreeError
from .lexing import ends_of_calls
from .printing import APPEND, NotPrinted, Printed, Printers
from .source import Source

# A place that may print, according to a plain text search.
_SITE = re.compile(r"\b(?:VMCOREINFO_\w++|vmcoreinfo_append_str)\s*+\(")
# `void vmcoreinfo_append_str(const char *fmt, ...)`: its own declaration.
_DECLARES = re.compile(r"\(\s*+const\s++char\b")
# A kernel has some 170.
_MOST_PLACES = 50_000
_MOST_SHOWN = 200


@dataclass(frozen=True)
class Export:
    """One line that a tree prints. `arch` is the folder under arch/, None for every architecture.

    `value` is the printed expression, as in `Printed`.
    """

    key: str
    arch: str | None
    condition: Condition
    format: str
    printf: str
    value: str
    macro: str
    file: str
    line: int
    function: str | None


@dataclass(frozen=True)
class Finding:
    """A place that seems to print according to a text search, but was not understood."""

    file: str
    line: int
    text: str
    reason: str


@dataclass(frozen=True)
class Sites:
    """Counts of the places that a plain text search finds, by what they are."""

    exports: int
    definitions: int
    declarations: int
    comments: int
    not_understood: int

    @property
    def seen(self) -> int:
        return (
            self.exports
            + self.definitions
            + self.declarations
            + self.comments
            + self.not_understood
        )


@dataclass(frozen=True)
class Extraction:
    """The exports of a tree, in the order of files and lines."""

    tree: str
    release: Release | None
    architectures: frozenset[str]
    exports: tuple[Export, ...]
    not_understood: tuple[Finding, ...]
    sites: Sites
    macros: Mapping[str, str]
    """The line that each used macro prints, with NAME and FIELD for its arguments."""
    names: tuple[str, ...] = ()
    """Names of the kernel in the tree's files, besides the release in its Makefile."""


def extract(tree: Tree) -> Extraction:
    """The exports of a tree. Raises TreeError if it prints in more places than any kernel."""
    sources = [source_of(file) for file in tree.files]
    found = extract_sources(tree.name, tree.release, tree.architectures, sources)
    return replace(found, names=tree.names)


def extract_sources(
    name: str,
    release: Release | None,
    architectures: frozenset[str],
    sources: Sequence[Source],
    headers: Sequence[Source] = (),
) -> Extraction:
    """The exports of files, by the macros that they define, or else the headers. Raises
    TreeError.
    """
    printers = Printers([*sources, *headers])
    exports: list[Export] = []
    findings: list[Finding] = []
    counts = {"definitions": 0, "declarations": 0, "comments": 0}
    understood = 0
    limit = Limit(name, _MOST_PLACES, "places that print", TreeError)
    for source in sources:
        mine: list[Export] = []
        for printed in _exports(source, printers, findings, counts, limit):
            understood += 1
            mine += printed
        exports += mine
        names = frozenset[str]().union(*(export.condition.names() for export in mine))
        findings += [
            _finding(source, strange.line, strange.text, strange.reason)
            for strange in source.strange
            # A condition that encloses no export is irrelevant.
            if mine and (strange.stand_in is None or strange.stand_in in names)
        ]
    sites = Sites(exports=understood, not_understood=_calls(findings), **counts)
    order = sorted(exports, key=lambda e: (e.file, e.line))
    return Extraction(
        name,
        release,
        architectures,
        tuple(order),
        tuple(sorted(findings, key=lambda f: (f.file, f.line))),
        sites,
        _forms(order, printers),
    )


def _calls(findings: list[Finding]) -> int:
    return sum(not finding.text.startswith("#") for finding in findings)


def _forms(exports: list[Export], printers: Printers) -> dict[str, str]:
    """The line that each macro prints; if files define their own, in the last file that uses it."""
    files = {export.macro: export.file for export in exports}
    forms = {name: printers.form(name, file) for name, file in files.items()}
    return {name: form for name, form in forms.items() if form is not None}


def source_of(file: SourceFile) -> Source:
    """A file as a source."""
    # Latin-1 decodes any bytes; keys and formats are always ASCII.
    try:
        text = file.data.decode("utf-8")
    except UnicodeDecodeError:
        text = file.data.decode("latin-1")
    return Source(file.path, text.replace("\r\n", " \n"))


def _finding(source: Source, line: int, text: str, reason: str) -> Finding:
    shown = [
        f"{part[:_MOST_SHOWN]}..." if len(part) > _MOST_SHOWN else part for part in (text, reason)
    ]
    return Finding(source.path, line, *shown)


def _exports(
    source: Source,
    printers: Printers,
    findings: list[Finding],
    counts: dict[str, int],
    limit: Limit,
) -> Iterator[list[Export]]:
    """The lines of each place that prints; other places are counted or added to `findings`."""
    found = set(printers.calls(source.code))
    for match in _SITE.finditer(source.text):
        at = match.start()
        if source.bare[at] != source.text[at]:
            counts["comments"] += 1
        elif source.code[at] != source.text[at]:
            counts["definitions"] += 1
        else:
            found.add(at)
    places = sorted(found)
    limit.spend(len(places))
    ends = ends_of_calls(source.code, places)
    for at in places:
        call = source.code[at : ends.get(at, at)]
        if call.startswith(APPEND) and _DECLARES.search(call):
            counts["declarations"] += 1
            continue
        try:
            printed = _printed(call, source, printers)
            limit.spend(len(printed) - 1)
            condition = source.condition_at(at)
        except (NotPrinted, TooLarge) as error:
            line = source.line_of(at)
            findings.append(_finding(source, line, source.line_at(at), str(error)))
            continue
        name = call.partition("(")[0].strip()
        yield [
            Export(
                key=one.key,
                arch=_folder(source.path),
                condition=condition,
                format=one.format,
                printf=one.printf,
                value=one.value,
                macro=name,
                file=source.path,
                line=source.line_of(at),
                function=source.function_at(at),
            )
            for one in printed
        ]


def _printed(call: str, source: Source, printers: Printers) -> list[Printed]:
    if not call:
        raise NotPrinted("the call is incomplete")
    printed = printers.lines(call, source.path)
    if not printed:
        raise NotPrinted("the call prints nothing")
    return printed


def _folder(path: str) -> str | None:
    parts = path.split("/")
    return parts[1] if parts[0] == "arch" and len(parts) > 2 else None


def exports_of(
    extraction: Extraction, schema: Schema, arch: Architecture
) -> Iterator[tuple[Export, Condition]]:
    """The exports on one architecture, with conditions reduced to what the architecture leaves
    open.
    """
    known = schema.fixed_config(arch)
    for export in extraction.exports:
        if not belongs(export, schema, arch):
            continue
        condition = export.condition.simplify(known)
        with contextlib.suppress(TooLarge):
            condition = minimal(condition)
        if condition != NEVER:
            yield export, condition


def belongs(export: Export, schema: Schema, arch: Architecture) -> bool:
    """Whether the file of an export is built for an architecture, according to its path."""
    if export.arch is None:
        return True
    if export.arch != arch.source:
        return False
    stem = export.file.removesuffix(".c").removesuffix(".h")
    marked = [a for a in schema.architectures if a.suffix and a.source == arch.source]
    owners = [a for a in marked if stem.endswith(a.suffix)]
    return not owners or arch in owners
