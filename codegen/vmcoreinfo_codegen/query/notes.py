# SPDX-License-Identifier: MIT
"""Notes and other data found in images, notes put into dumps, and derived values, as answers."""

from __future__ import annotations

from collections.abc import Sequence

import vmcoreinfo.derive
from vmcoreinfo import VmcoreInfo

from ..debuginfo.btf_in_memory import FoundBtf
from ..debuginfo.config_in_memory import FoundConfig
from ..debuginfo.kallsyms import STARTS, Kallsyms
from ..dump import attach
from ..dump.carve import Carved, first_alike
from ..model import Derivation
from ..model.vocabulary import Format
from ..record import Value
from .interface.notes import (
    Attached,
    BtfFinds,
    CarvedBtf,
    CarvedConfig,
    CarvedKallsyms,
    CarvedNote,
    ConfigFinds,
    DerivedValue,
    KallsymsFinds,
    NoteFinds,
)


def note_finds(image: str, found: Sequence[Carved]) -> NoteFinds:
    """The notes found in an image, the likeliest first."""
    return NoteFinds(
        image=image,
        notes=[
            CarvedNote(
                offset=text.offset,
                physical=text.physical,
                bytes=len(text.text),
                release=text.release,
                known=text.known,
                lines=text.lines,
                place=text.place,
                same_as=like,
            )
            for text, like in zip(found, first_alike(found), strict=True)
        ],
    )


class SearchedImage(Value):
    """The file, and whether its addresses are physical."""

    name: str
    is_placed: bool

    def physical(self, address: int) -> int | None:
        return address if self.is_placed else None

    def offset(self, address: int) -> int | None:
        return None if self.is_placed else address


def btf_finds(
    image: SearchedImage, found: Sequence[FoundBtf], releases: Sequence[str | None]
) -> BtfFinds:
    """The BTF of kernels, and the release of each."""
    first: dict[bytes, int] = {}
    return BtfFinds(
        image=image.name,
        btf=[
            CarvedBtf(
                physical=image.physical(one.physical),
                offset=image.offset(one.physical),
                bytes=one.size,
                types=one.types,
                byte_order="big" if one.order == ">" else "little",
                release=release,
                same_as=None if (like := first.setdefault(one.digest, number)) == number else like,
            )
            for number, (one, release) in enumerate(zip(found, releases, strict=True), 1)
        ],
    )


def config_finds(image: SearchedImage, found: Sequence[FoundConfig]) -> ConfigFinds:
    return ConfigFinds(
        image=image.name,
        configs=[
            CarvedConfig(
                physical=image.physical(one.physical),
                offset=image.offset(one.physical),
                bytes=one.text_size,
                options=one.options,
                title=one.title,
            )
            for one in found
        ],
    )


def kallsyms_finds(image: SearchedImage, found: Sequence[Kallsyms]) -> KallsymsFinds:
    return KallsymsFinds(
        image=image.name,
        kallsyms=[
            CarvedKallsyms(
                physical=image.physical(table.physical),
                offset=image.offset(table.physical),
                symbols=table.count,
                layout=table.layout,
                byte_order="big" if table.big_endian else "little",
                bits=table.bits,
                run_addresses=table.has_run_addresses,
                text=next(table.addresses[name] for name in STARTS if name in table.addresses),
            )
            for table in found
        ],
    )


def attached(out: str, lines: int, made: attach.Attached) -> Attached:
    """A copy of a dump with a note that has so many usable lines."""
    return Attached(
        out=out,
        lines=lines,
        replaced=made.replaced is not None,
        shared=made.shared,
        copied=made.copied,
        mended=list(made.mended),
    )


def derived(derivation: Derivation, info: VmcoreInfo, dump: vmcoreinfo.derive.Dump) -> DerivedValue:
    """A derived value, computed by the parser that came with the tool, or the reason why there is
    none."""
    work_out = vmcoreinfo.derive.DERIVATIONS.get(derivation.name)
    if work_out is None:
        message = "the built-in parser does not have it"
        return _absent(
            derivation,
            f"{message}; generate a parser for this schema with 'vmcoreinfo generate python'",
        )
    try:
        found = work_out(info, dump)
    except vmcoreinfo.derive.ReadError as error:
        return _absent(derivation, str(error))
    if found is None:
        return _absent(derivation, "no recipe applies: required keys are missing")
    return DerivedValue(
        name=derivation.name,
        value=found.value,
        text=f"{found.value:#x}" if derivation.format is Format.HEX else str(found.value),
        unit=_unit(derivation),
        recipe=found.recipe,
        why=None,
    )


def _absent(derivation: Derivation, why: str) -> DerivedValue:
    unit = _unit(derivation)
    return DerivedValue(
        name=derivation.name, value=None, text=None, unit=unit, recipe=None, why=why
    )


def _unit(derivation: Derivation) -> str | None:
    return derivation.unit.value if derivation.unit else None
