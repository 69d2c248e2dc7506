# SPDX-License-Identifier: MIT
"""What a note tells of the raw image that it is put in front of."""

from __future__ import annotations

import vmcoreinfo

from ..audit.identify import architectures_of, kernel_of
from ..dump.problem import DumpError
from ..dump.raw import RawImage, order_of
from ..dump.reader import Found
from ..dump.source import Source
from ..model import Schema
from ..model.architecture import Architecture


def raw_image(schema: Schema, source: Source, found: Found, start: int | None) -> RawImage:
    """`start` is the physical address of its first byte, None where memory begins on every machine.

    Raises DumpError where that differs, and for a note of another boot.
    """
    fit = architectures_of_note(schema, found)
    if len(fit) != 1 or not fit[0].elf_machines:
        names = " or ".join(one.name for one in fit) or "no known architecture"
        raise DumpError(f"{found.name}: the note of {names}; a raw image needs headers of one")
    (arch,) = fit
    start = arch.memory_start if start is None else start
    if start is None:
        raise DumpError(
            f"{source.name}: a raw image does not tell at which physical address it starts, and on "
            f"{arch.name} that differs from machine to machine; tell it by --memory-start"
        )
    lines = vmcoreinfo.parse(found.text).lines
    symbols = [line.number for line in lines if line.key.startswith("SYMBOL(")]
    order = order_of(source, arch.bits, [one for one in symbols if one is not None])
    if order is None:
        raise DumpError(
            f"{source.name}: none of the addresses in {found.name} is anywhere in it: it is no raw "
            "image of memory, or the note is of another boot"
        )
    return RawImage(start, arch.bits, order, arch.elf_machines[0])


def architectures_of_note(schema: Schema, found: Found) -> list[Architecture]:
    """The one that the input names, else those that fit its keys best."""
    named = schema.architecture(found.arch or "")
    if named is not None:
        return [named]
    info = vmcoreinfo.parse(found.text)
    return architectures_of(kernel_of(schema, info), info)
