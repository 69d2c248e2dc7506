# SPDX-License-Identifier: MIT
"""Architectures, macros and kinds, from the tree to the model."""

from __future__ import annotations

from ...core.key import Kind
from ...problem import did_you_mean, shortened
from ...syntax import tree
from ..architecture import Architecture
from ..entry import KindDefault
from ..macro import Macro, Print
from ..numbers import Mark, Numbers
from .c_types import aligned
from .entries import debug_infos, values, vias
from .reading import Reader

# Each bare key is printed in its own way.
_WITH_DEFAULTS = [kind.value for kind in Kind if kind is not Kind.BARE]


def architecture(read: Reader, block: tree.Architecture) -> Architecture | None:
    spans = read.spans(block)
    source, bits = read.words(block, tree.Source), read.words(block, tree.Bits)
    if len(spans) != 1 or len(source) != 1 or len(bits) != 1:
        read.problem(block, f"arch {block.name} needs 'source', 'bits' and 'since', once each")
        return None
    pages, half = read.words(block, tree.Page), read.words(block, tree.KernelHalf)
    start = read.words(block, tree.MemoryStart)
    alignment = read.words(block, tree.Alignment)
    return Architecture(
        name=str(block.name),
        doc=read.text(block, tree.Doc),
        source=str(source[0]),
        suffix=" ".join(map(str, read.words(block, tree.Suffix))),
        bits=int(str(bits[0]), 0),
        elf_machines=tuple(int(str(m), 0) for m in read.words(block, tree.ElfMachine)),
        pages=tuple(int(str(size), 0) for size in pages) or (4096,),
        kernel_half=int(str(half[0]), 0) if half else None,
        memory_start=int(str(start[0]), 0) if start else None,
        aliases=tuple(map(str, read.words(block, tree.Alias))),
        config=tuple(map(str, read.words(block, tree.Config))),
        optional=tuple(map(str, read.words(block, tree.Optional))),
        alignment=aligned(read, alignment[0]) if alignment else int(str(bits[0]), 0) // 8,
        debug_infos=debug_infos(read, block),
        span=spans[0],
        location=read.at(block.name),
    )


def macro(read: Reader, block: tree.Macro) -> Macro | None:
    spans = read.spans(block)
    if len(spans) != 1:
        read.problem(block, f"macro {block.name} needs one 'since'")
        return None
    prints = [
        Print(
            printf=str(clause.printf),
            value=str(clause.value) if clause.value else "",
            **read.bounds(clause.range),
        )
        for clause in block.clauses
        if isinstance(clause, tree.Prints)
    ]
    return Macro(
        name=str(block.name),
        doc=read.text(block, tree.Doc),
        prints=tuple(prints),
        span=spans[0],
        location=read.at(block.name),
    )


def kind_default(read: Reader, block: tree.Kind) -> KindDefault | None:
    """The defaults of a kind."""
    name = str(block.name)
    if name not in _WITH_DEFAULTS:
        hint = did_you_mean(name, _WITH_DEFAULTS) or f"one of {', '.join(_WITH_DEFAULTS)}"
        read.problem(block.name, f"unknown kind '{shortened(name)}'", hint)
        return None
    kind = Kind(name)
    formats, unit = values(read, block)
    if not formats:
        read.problem(block, f"kind {kind} needs a 'value'")
        return None
    return KindDefault(
        kind=kind,
        formats=formats,
        unit=unit,
        vias=vias(read, block),
        location=read.at(block.name),
    )


def numbers(read: Reader, block: tree.KeyNumbers | tree.ArchNumbers) -> Numbers:
    """The numbered names, and the numbers that releases of the products had."""
    words: list[tree.Word] = []
    marks: list[Mark] = []
    for clause in block.clauses:
        if isinstance(clause, (tree.KeyNumber, tree.ArchNumber)):
            words.append(clause.name)
        elif isinstance(clause, tree.Released):
            marks.append(
                Mark(
                    release=str(clause.release),
                    count=len(words),
                    digest=str(clause.digest),
                    location=read.at(clause),
                )
            )
    return Numbers(
        names=tuple(map(str, words)),
        places=tuple(map(read.at, words)),
        marks=tuple(marks),
        location=read.at(block),
    )
