# SPDX-License-Identifier: MIT
"""In which base tools read numbers: what a kernel that prints another one breaks."""

from __future__ import annotations

import pytest

from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.model import Format, Schema

DECIMAL, SIGNED, HEX, PREFIXED = Format.DECIMAL, Format.SIGNED, Format.HEX, Format.PREFIXED_HEX


def reads(schema: Schema, tool: str, release: str, key: str) -> set[Format]:
    consumer = next(one for one in schema.consumers if one.name == tool)
    found = ToolRelease.parse(release)
    return {f for f in (DECIMAL, SIGNED, HEX, PREFIXED) if consumer.can_read(key, f, found)}


@pytest.mark.parametrize(
    ("tool", "release", "key", "forms"),
    [
        # By atol() and strtoul() in base 10.
        ("crash", "9.0.2", "NUMBER(VA_BITS)", {DECIMAL, SIGNED}),
        ("crash", "9.0.2", "NUMBER(SECTION_SIZE_BITS)", {DECIMAL, SIGNED}),
        ("crash", "9.0.2", "NUMBER(phys_ram_base)", {DECIMAL, SIGNED}),
        ("crash", "9.0.2", "NUMBER(sme_mask)", {DECIMAL, SIGNED}),
        ("crash", "9.0.2", "SIZE(page)", {DECIMAL}),
        ("crash", "9.0.2", "PAGESIZE", {DECIMAL, SIGNED}),
        # By htol() and strtoul() in base 16.
        ("crash", "9.0.2", "NUMBER(MODULES_VADDR)", {HEX, PREFIXED}),
        ("crash", "8.0.5", "NUMBER(VMALLOC_START)", {HEX, PREFIXED}),
        ("crash", "9.0.2", "NUMBER(PHYS_OFFSET)", {HEX, PREFIXED}),
        ("crash", "9.0.2", "KERNELOFFSET", {HEX, PREFIXED}),
        ("crash", "9.0.2", "SYMBOL(_stext)", {HEX, PREFIXED}),
        # 19d3c56c9fca "arm64: rewrite the arm64_get_vmcoreinfo_ul to arm64_get_vmcoreinfo" (in 8.0.5)
        ("crash", "8.0.4", "NUMBER(MODULES_VADDR)", {DECIMAL, SIGNED, PREFIXED}),
        ("libkdumpfile", "0.5.4", "NUMBER(TCR_EL1_T1SZ)", {DECIMAL, SIGNED, PREFIXED}),
        ("libkdumpfile", "0.3.0", "OFFSET(list_head.next)", {DECIMAL, SIGNED}),
        ("libkdumpfile", "0.5.4", "PAGESIZE", {DECIMAL, SIGNED}),
        ("drgn", "0.2.0", "NUMBER(VA_BITS)", {DECIMAL, SIGNED, PREFIXED}),
        ("drgn", "0.2.0", "NUMBER(KERNELPACMASK)", {HEX, PREFIXED}),
        ("drgn", "0.2.0", "KERNELOFFSET", {HEX, PREFIXED}),
        ("vmcore-dmesg", "2.0.32", "OFFSET(prb_desc.state_var)", {DECIMAL}),
        ("vmcore-dmesg", "2.0.32", "NUMBER(PHYS_OFFSET)", {DECIMAL, SIGNED, PREFIXED}),
        ("vmcore-dmesg", "next", "NUMBER(PAGE_OFFSET)", {HEX, PREFIXED}),
        ("makedumpfile", "1.7.9", "NUMBER(VA_BITS)", {DECIMAL, SIGNED, PREFIXED}),
        ("makedumpfile", "1.7.9", "KERNELOFFSET", {HEX, PREFIXED}),
        ("qemu", "2.12", "NUMBER(phys_base)", {HEX, PREFIXED}),
        ("volatility3", "2.11", "KERNELOFFSET", {HEX, PREFIXED}),
    ],
)
def test_forms_that_a_release_reads(
    schema: Schema, tool: str, release: str, key: str, forms: set[Format]
) -> None:
    assert reads(schema, tool, release, key) == forms


def test_what_kernels_print_is_read(schema: Schema) -> None:
    """crash reads all that it wants in the form that kernels print, but what 7.2.0 mended."""
    crash = next(one for one in schema.consumers if one.name == "crash")
    misread = {
        (key, str(release.release))
        for release in crash.releases
        for key in crash.keys_of(release.release)
        if not crash.can_read(key, schema.by_key[key].format, release.release)
        if schema.by_key[key].format.is_number
    }
    assert misread == {("NUMBER(phys_base)", "7.1.9")}
