# SPDX-License-Identifier: MIT
"""Alignments and sums that depend on the architecture, and on what the schema says of types."""

from __future__ import annotations

import pytest

from tests.audit.test_edges import found
from vmcoreinfo_codegen.audit.layout import Compiler, compiler_of
from vmcoreinfo_codegen.model import Schema


@pytest.mark.parametrize(
    ("archs", "compiler"),
    [
        ("x86_64", Compiler(8, 8)),
        ("i386", Compiler(4, 4)),
        ("arm", Compiler(4, 8)),
        ("sh", Compiler(4, 4)),
        ("m68k", Compiler(4, 2)),
        ("arm i386", Compiler(4, 4)),
        ("arm m68k", Compiler(4, 2)),
        ("arm arm64", None),
        ("", None),
    ],
)
def test_what_all_compilers_have_in_common(
    schema: Schema, archs: str, compiler: Compiler | None
) -> None:
    named = [schema.architecture(name) for name in archs.split()]
    assert compiler_of([arch for arch in named if arch is not None]) == compiler


@pytest.mark.parametrize(
    ("arch", "line", "align"),
    [
        ("x86_64", "OFFSET(printk_info.ts_nsec)=4", 8),
        ("arm", "OFFSET(printk_info.ts_nsec)=4", 8),
        ("i386", "OFFSET(printk_info.ts_nsec)=4", None),
        ("i386", "OFFSET(printk_info.ts_nsec)=2", 4),
        ("m68k", "OFFSET(printk_info.ts_nsec)=2", None),
        ("x86_64", "OFFSET(printk_info.text_len)=17", 2),
        ("x86_64", "OFFSET(dev_printk_info.device)=17", None),
        ("x86_64", "SIZE(nodemask_t)=12", 8),
        ("arm", "SIZE(nodemask_t)=12", None),
        ("x86_64", "SIZE(printk_info)=84", 8),
        ("x86_64", "SIZE(printk_log)=20", None),
        ("x86_64", "SIZE(printk_log)=18", 4),
    ],
)
def test_alignments(schema: Schema, arch: str, line: str, align: int | None) -> None:
    findings = found(schema, "misaligned", f"OSRELEASE=5.10.0\n{line}\n", arch)
    said = [one.message for one in findings]
    if align is None:
        assert said == []
    else:
        (message,) = said
        assert f"not a multiple of {align}, " in message


@pytest.mark.parametrize(
    ("arch", "lines", "message"),
    [
        ("x86_64", "LENGTH(free_area.free_list)=5 SIZE(free_area)=88", None),
        ("arm", "LENGTH(free_area.free_list)=5 SIZE(free_area)=44", None),
        ("arm", "LENGTH(free_area.free_list)=5 SIZE(free_area)=48", "add up to 44"),
        ("x86_64", "OFFSET(printk_ringbuffer.fail)=80 SIZE(printk_ringbuffer)=88", None),
        ("x86_64", "OFFSET(printk_ringbuffer.fail)=80 SIZE(printk_ringbuffer)=96", "up to 88"),
        ("x86_64", "SIZE(printk_ringbuffer)=96", None),
        ("x86_64", "SIZE(mem_section)=72", "at most 64 bytes"),
        ("arm", "SIZE(prb_desc)=24", "its members have 12 bytes"),
        ("x86_64", "OFFSET(vmap_area.va_start)=8", "it is the first member"),
        ("x86_64", "OFFSET(vmap_area.va_start)=0 OFFSET(vmap_area.list)=0", "is inside"),
        ("x86_64", "OFFSET(page.private)=8 OFFSET(page.lru)=8", None),
    ],
)
def test_sizes_and_sums(schema: Schema, arch: str, lines: str, message: str | None) -> None:
    text = "\n".join(["OSRELEASE=6.12.0", *lines.split(), ""])
    said = [one.message for one in found(schema, "parts-that-do-not-fit", text, arch)]
    assert len(said) == (message is not None), said
    assert message is None or message in said[0]
