# SPDX-License-Identifier: MIT
"""Reads patches and trees: what they change on every architecture of a schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from ..core.condition import ALWAYS
from ..core.release import Release
from ..kernel.definitions import Definition, definitions
from ..kernel.extract import Export, Extraction, Finding, extract_sources
from ..kernel.gathered import TreeError
from ..kernel.printing import Printed, Printers
from ..kernel.source import Source
from ..model import Schema
from .change import KernelChange, NameSpace, Redefined, Unseen
from .diff import MARK
from .images import Images, Piece, applied, pieces_of
from .macros import changed_macros, header, printed_by
from .problem import PatchError
from .series import Patch
from .view import State, View
from .viewing import view

# Every architecture has both files; a patch that deletes one removes the architecture.
_ARCHITECTURE = re.compile(r"arch/\w+/(?:Kconfig|Makefile)")
# Functions that print and store the text of the note; changes inside them are not evaluated.
_WRITERS = ("vmcoreinfo_append_str", "update_vmcoreinfo_note", "append_elf_note", "final_note")


def of_series(
    schema: Schema, base: Release, series: Sequence[Patch], tree: Mapping[str, Source] | None = None
) -> list[KernelChange]:
    """The changes of each patch, one after the other. Raises PatchError.

    `tree` are the files that print, by their paths; without it only the hunks are read.
    """
    found = []
    for patch in series:
        change, tree = _of_patch(schema, base, patch, tree)
        found.append(change)
    return found


def of_extractions(
    schema: Schema, subject: str, before: Extraction, after: Extraction, images: Images | None
) -> KernelChange:
    """The differences between two extractions; `images` are the pieces that differ, if known."""
    known = {arch.source for arch in schema.architectures}
    return KernelChange(
        subject,
        {arch.name: view(before, after, schema, arch) for arch in schema.architectures},
        dict(_foreign(before, after, known)),
        _redefined(images) if images else {},
        (*(images.unseen if images else ()), *_not_understood(before, after)),
    )


def _of_patch(
    schema: Schema, base: Release, patch: Patch, tree: Mapping[str, Source] | None
) -> tuple[KernelChange, Mapping[str, Source] | None]:
    """The change of a patch, and the files of the tree after it."""
    images = pieces_of(patch.files) if tree is None else applied(patch.files, tree)
    old = [piece.source for piece in images.before]
    new = [piece.source for piece in images.after]
    if tree is not None:
        touched = {file.old for file in patch.files}
        rest = [source for path, source in tree.items() if path not in touched]
        old, new = rest + old, rest + new
        tree = {source.path: source for source in new}
    headers = [header(schema, base)]
    try:
        before, after = (
            extract_sources("the patch", None, frozenset(), sources, headers)
            for sources in (old, new)
        )
        change = of_extractions(schema, patch.subject, before, after, images)
    except TreeError as error:
        raise PatchError(str(error)) from error
    views = change.views
    unseen = [*change.unseen, *_writers(change.redefined)]
    if tree is None:
        macros = changed_macros(old, new)
        if macros:
            printers = Printers([*old, *headers]), Printers([*new, *headers])
            views, more = _with_macros(schema, base, change, macros, printers)
            unseen += more
    touches = any(
        line[0] != " " and MARK.search(line)
        for file in patch.files
        for hunk in file.hunks
        for line in hunk.lines
    )
    ended = frozenset(
        file.old.split("/")[1]
        for file in patch.files
        if file.old and file.new is None and _ARCHITECTURE.fullmatch(file.old)
    )
    whole = replace(
        change,
        views=views,
        unseen=tuple(dict.fromkeys(unseen)),
        touches=touches,
        ended=ended,
        patch=patch,
    )
    return whole, tree


def _with_macros(
    schema: Schema,
    base: Release,
    change: KernelChange,
    macros: Set[str],
    printers: tuple[Printers, Printers],
) -> tuple[dict[str, View], list[Unseen]]:
    """The views, with entries that the patch does not show but whose macros print something
    else.
    """
    views: dict[str, View] = {}
    lost: dict[str, set[str]] = {}
    for arch in schema.architectures:
        own = change.view(arch)
        before, after = dict(own.before), dict(own.after)
        for prediction, old, new in printed_by(schema.predict(base, arch), macros, *printers):
            key, condition, via = prediction.key, prediction.condition, prediction.via
            if old == new or key in own.before or key in own.after or via is None:
                continue
            if old is None or new is None:
                lost.setdefault(via.macro, set()).add(key)
                continue
            before[old.key] = State((_export(old, via.macro, printers[0]),), condition)
            after[new.key] = State((_export(new, via.macro, printers[1]),), condition)
        views[arch.name] = View(before, after, own.moved, own.unplaced)
    unseen = [
        Unseen("", 1, macro, f"what it prints for {len(keys)} entries was not understood")
        for macro, keys in lost.items()
    ]
    return views, unseen


def _export(printed: Printed, macro: str, printers: Printers) -> Export:
    found = printers.macro(macro, "")
    return Export(
        key=printed.key,
        arch=None,
        condition=ALWAYS,
        format=printed.format,
        printf=printed.printf,
        value=printed.value,
        macro=macro,
        file=found.file if found else "",
        line=found.line if found else 1,
        function=None,
    )


def _foreign(before: Extraction, after: Extraction, known: set[str]) -> Iterator[tuple[str, View]]:
    """The entries printed in folders under arch/ that belong to no architecture of the schema."""
    sides: list[dict[str, dict[str, State]]] = []
    for extraction in (before, after):
        found: dict[str, dict[str, State]] = {}
        for export in extraction.exports:
            if export.arch is not None and export.arch not in known:
                state = State((export,), export.condition)
                found.setdefault(export.arch, {})[export.key] = state
        sides.append(found)
    for folder in sorted(sides[0].keys() | sides[1].keys()):
        yield folder, View(sides[0].get(folder, {}), sides[1].get(folder, {}))


def _not_understood(before: Extraction, after: Extraction) -> Iterator[Unseen]:
    """Places that print and are not understood, if only on one side."""
    sides = [{(f.file, f.text, f.reason): f for f in e.not_understood} for e in (before, after)]
    one_sided: list[Finding] = [
        *(finding for key, finding in sides[1].items() if key not in sides[0]),
        *(finding for key, finding in sides[0].items() if key not in sides[1]),
    ]
    for finding in one_sided:
        yield Unseen(finding.file, finding.line, finding.text, finding.reason)


def _writers(redefined: Mapping[NameSpace, Redefined]) -> Iterator[Unseen]:
    """Changes to the functions that print and store the text."""
    for name in _WRITERS:
        one = redefined.get(("function", name))
        if one is not None and one.before and one.after:
            yield Unseen(
                one.file, one.line, one.shown, "changes to how the note is written are not followed"
            )


def _redefined(images: Images) -> dict[NameSpace, Redefined]:
    old, new = (_defined(pieces) for pieces in (images.before, images.after))
    changed: dict[NameSpace, Redefined] = {}
    for at in [*old, *(at for at in new if at not in old)]:
        before, after = old.get(at, {}), new.get(at, {})
        if before.keys() != after.keys():
            place = next((one for text, one in after.items() if text not in before), None)
            one = place or next(iter((after or before).values()))
            texts = tuple(before), tuple(after)
            changed[at] = Redefined(one.kind, one.name, *texts, one.file, one.line)
    return changed


def _defined(pieces: Iterable[Piece]) -> dict[NameSpace, dict[str, Definition]]:
    """The definitions of each name, by their texts."""
    found: dict[NameSpace, dict[str, Definition]] = {}
    for piece in pieces:
        for one in definitions(piece.source, piece.section):
            of = "value" if one.kind in ("macro", "enumerator", "variable") else one.kind
            found.setdefault((of, one.name), {}).setdefault(one.text, one)
    return found
