# SPDX-License-Identifier: MIT
"""The results of each derivation, as explicit data."""

from __future__ import annotations

from tests.emit.cases.addresses import KASLR_OFFSET, PHYS_BASE, VMALLOC_START
from tests.emit.cases.case import Case
from tests.emit.cases.pages import LOGS, PAGES
from tests.emit.cases.widths import (
    PAGE_SHIFT,
    PHYSMEM,
    SECTION_MAPS,
    SECTION_SIZES,
    VA_BITS,
    constants,
)

CASES: list[Case] = [
    *VMALLOC_START,
    *KASLR_OFFSET,
    *PHYS_BASE,
    *PAGE_SHIFT,
    *VA_BITS,
    *constants("section_size_bits", SECTION_SIZES),
    *constants("max_physmem_bits", PHYSMEM),
    *constants("section_map_mask", SECTION_MAPS),
    *PAGES,
    *LOGS,
]
