# SPDX-License-Identifier: MIT
"""Properties of a raw image that follow from the note that is put before it."""

from __future__ import annotations

import vmcoreinfo

from ..audit.identify import architectures_of, kernel_of
from ..dump.memory import PhysicalMemory
from ..dump.problem import DumpError
from ..dump.raw import RawImage, order_of, ranges_of
from ..dump.reader import Found
from ..dump.source import Source
from ..model import Schema
from ..model.architecture import Architecture


def raw_image(schema: Schema, source: Source, found: Found, start: int | None) -> RawImage:
    """The raw image; `start` is the physical address of its first byte, None for the one that all
    machines share.

    Raises DumpError if machines differ in it, and for a note of another boot.
    """
    fit = architectures_of_note(schema, found)
    if len(fit) != 1 or not fit[0].elf_machines:
        names = " or ".join(one.name for one in fit) or "no known architecture"
        raise DumpError(
            f"{found.name}: the note fits {names}; the headers of a raw image need a "
            "single architecture"
        )
    (arch,) = fit
    memory = PhysicalMemory(source)
    if not memory.is_raw and start is not None:
        raise DumpError(f"{source.name} has the addresses of its memory; leave out --memory-start")
    if start is None:
        start = arch.memory_start if memory.is_raw else 0
    if start is None:
        raise DumpError(
            f"{source.name}: the start address of a raw image is unknown, and differs between "
            f"{arch.name} machines; give it with --memory-start"
        )
    lines = vmcoreinfo.parse(found.text).lines
    symbols = [line.number for line in lines if line.key.startswith("SYMBOL(")]
    order = order_of(memory, arch.bits, [one for one in symbols if one is not None])
    if order is None:
        raise DumpError(
            f"{source.name}: none of the addresses in {found.name} occurs in it: it is not a raw "
            "memory image, or the note is from another boot"
        )
    return RawImage(ranges_of(source, start), arch.bits, order, arch.elf_machines[0])


def architectures_of_note(schema: Schema, found: Found) -> list[Architecture]:
    """The architecture that the input names, else those that fit its keys best."""
    named = schema.architecture(found.arch or "")
    if named is not None:
        return [named]
    info = vmcoreinfo.parse(found.text)
    return architectures_of(kernel_of(schema, info), info)
