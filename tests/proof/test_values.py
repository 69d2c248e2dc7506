# SPDX-License-Identifier: MIT
"""Proof 7: what the schema says of values is what the kind of the key and real values say."""

from __future__ import annotations

import re

import pytest

from tests.conftest import RealNote, real_notes
from vmcoreinfo_codegen.core.key import Kind
from vmcoreinfo_codegen.model import Format, Schema, Unit

NOTES = real_notes()

# What VMCOREINFO_SYMBOL, _SIZE, _OFFSET and _LENGTH print.
KINDS = {
    Kind.SYMBOL: (Format.HEX, Unit.ADDRESS),
    Kind.SIZE: (Format.DECIMAL, Unit.BYTES),
    Kind.OFFSET: (Format.DECIMAL, Unit.BYTES),
    Kind.LENGTH: (Format.DECIMAL, Unit.COUNT),
}
# Arrays of characters, of which the kernel prints how long they are.
OF_CHARACTERS = {"LENGTH(printk_info_subsystem)", "LENGTH(printk_info_device)"}

# Of numbers and bare keys the kernel's own names say what they are.
NAMES = [
    (r"NUMBER\(PG_\w+_mask\)|NUMBER\(sme_mask\)|NUMBER\(KERNELPACMASK\)", Unit.MASK),
    (r"NUMBER\(PG_\w+\)", Unit.BIT),
    (r"NUMBER\(PAGE_\w+_MAPCOUNT_VALUE\)", Unit.PAGE_TYPE),
    (r"NUMBER\(\w+_BITS\)", Unit.BITS),
    (r"NUMBER\((?:HUGETLB_PAGE_DTOR|NR_FREE_PAGES|SUSE_PRODUCT_CODE)\)", Unit.INDEX),
    (r"NUMBER\((?:pgtable_l5_enabled|RADIX_MMU)\)", Unit.BOOLEAN),
    (r"NUMBER\((?:PHYS_OFFSET|phys_ram_base)\)", Unit.PHYSICAL_ADDRESS),
    (r"NUMBER\((?:TCR_EL1_T1SZ|tcr_el1_t1sz|satp)\)", Unit.REGISTER),
    (r"KERNELOFF\w+|NUMBER\((?:phys_base|kimage_voffset|va_kernel_pa_offset)\)", Unit.DISPLACEMENT),
    (r"PAGESIZE|NUMBER\(KERNEL_IMAGE_SIZE\)", Unit.BYTES),
    (r"OSRELEASE|BUILD-ID", Unit.TEXT),
    (r"CRASHTIME", Unit.SECONDS),
    (r"NUMBER\(\w+\)|\w+_(?:OFFSET|START)|[SE]DMA|[SE]AMODE31|IDENTITYBASE", Unit.ADDRESS),
    (r"CONFIG_\w+", None),
]


def test_units_are_those_of_the_kind(schema: Schema) -> None:
    """Of each architecture that prints the key in code of its own too."""
    for entry in schema.entries:
        units = {entry.unit, *(export.unit for export in entry.exports)}
        if entry.key in OF_CHARACTERS:
            assert units == {Unit.BYTES}
        elif entry.kind in KINDS:
            form, unit = KINDS[entry.kind]
            assert (entry.format, units) == (form, {unit}), entry.key
        else:
            said = next((unit for name, unit in NAMES if re.fullmatch(name, entry.key)), "no name")
            assert units == {said}, entry.key


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.file)
def test_real_values_are_of_their_unit(schema: Schema, note: RealNote) -> None:
    arch = schema.architecture(note.arch)
    assert arch is not None
    for key, text in note.values.items():
        entry = schema.by_key[key]
        if entry.format not in (Format.DECIMAL, Format.SIGNED, Format.HEX, Format.PREFIXED_HEX):
            continue
        value = int(text, 16 if entry.format in (Format.HEX, Format.PREFIXED_HEX) else 10)
        fits = {
            Unit.BIT: 0 <= value < arch.bits,
            Unit.BITS: 0 < value <= 64,
            Unit.BOOLEAN: value in (0, 1),
            Unit.COUNT: value > 0,
            Unit.PAGE_TYPE: -(1 << 31) <= value < 1 << 32,
            Unit.ADDRESS: value >= (arch.kernel_half or 0),
        }
        assert entry.unit is None or fits.get(entry.unit, True), f"{key}={text} is no {entry.unit}"


def test_every_page_size_of_the_corpus_is_one_of_its_architecture(schema: Schema) -> None:
    for note in NOTES:
        arch = schema.architecture(note.arch)
        assert arch is not None and int(note.values["PAGESIZE"]) in arch.pages
