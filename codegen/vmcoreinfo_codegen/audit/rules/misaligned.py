# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from vmcoreinfo import Line

from ...core.key import Kind, argument_of
from ..boot import Boot, BootLine
from ..layout import alignment_of_struct, compiler_of, member_of
from ..rule import Found, Rule, Severity
from ..subject import Subject

_OF_PAGES = ("KERNELOFFSET", "NUMBER(phys_base)", "NUMBER(kimage_voffset)", "NUMBER(PHYS_OFFSET)")
"""Page-aligned distances and addresses; pages have at least 4 KiB."""
_LEAST_PAGE = 4096
_INT = 4
_TABLES = "kallsyms_"
"""Tables of bytes, which are not aligned."""


def _check(subject: Subject) -> Iterator[Found]:
    compiler = compiler_of(subject.archs)
    if compiler is None:
        return
    for line, entry in subject.entries():
        value = line.value
        if not isinstance(value, int):
            continue
        if entry.kind is Kind.OFFSET:
            member = member_of(subject.schema, line.key, value, compiler)
            if member is not None:
                yield from _found(line, value, member.layout.align, "its type")
        elif entry.kind is Kind.SIZE:
            align = alignment_of_struct(subject.schema, argument_of(line.key), compiler)
            yield from _found(line, value, align, "its members")


def _check_boot(subject: Subject, boot: Boot) -> Iterator[Found]:
    compiler = compiler_of(subject.archs)
    least = min(_INT, compiler.most) if compiler is not None else 1
    for line in boot.lines:
        if line.key in _OF_PAGES:
            if line.value % _LEAST_PAGE:
                message = (
                    f"{line.text} is not a multiple of {_LEAST_PAGE}, but must be page-aligned"
                )
                yield Found(line.key, message, line.line)
        elif line.entry.kind is Kind.SYMBOL and _TABLES not in line.key:
            yield from _found(line, line.value, least, "variables and functions")


def _found(line: Line | BootLine, value: int, align: int, what: str) -> Iterator[Found]:
    if value % align:
        message = f"{line.text} is not a multiple of {align}, the alignment of {what}"
        yield Found(line.key, message, line.line)


RULE = Rule(
    id="VMCA025",
    name="misaligned",
    doc="Offsets, sizes and addresses are aligned as the compiler or the page tables require on "
    "the architecture.",
    severity=Severity.ERROR,
    is_of_values=True,
    remedy="the line was changed or is from another kernel: compare with the kernel's types using "
    "--btf, or extract the note again",
    example="""
OSRELEASE=6.12.0
SIZE(page)=65 ### 65 is not a multiple of 8, the alignment of its members
OFFSET(page.flags)=3 ### 3 is not a multiple of 8, the alignment of its type
OFFSET(page._refcount)=52
KERNELOFFSET=1c000001 ### 1c000001 is not a multiple of 4096, but must be page-aligned
""",
    check=_check,
    check_boot=_check_boot,
)
