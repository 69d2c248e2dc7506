# SPDX-License-Identifier: MIT
"""What is given is in the note once, wherever it belongs; and why an entry is not in it."""

from __future__ import annotations

from vmcoreinfo_codegen.core.expression import Binary, Key
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.debuginfo.facts import Sources
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.synth.synthesis import Kernel, _why, synthesise


def kernel_of(schema: Schema, release: str, given: dict[str, str]) -> Kernel:
    arch = schema.architecture("x86_64")
    assert arch is not None
    return Kernel(schema, Release.parse(release), arch, Sources(), given)


def test_given_keys_that_the_kernel_does_not_print(schema: Schema) -> None:
    """4.4 has no BUILD-ID, and what 6.9 exports it does not: both stay, the first in front."""
    given = {
        "NUMBER(VMALLOC_START)": "1",
        "SIZE(page)": "64",
        "BUILD-ID": "00ff",
        "OSRELEASE": "4.4.0",
    }
    keys = [made.key for made in synthesise(kernel_of(schema, "4.4", given)).entries]
    assert keys == ["OSRELEASE", "BUILD-ID", "PAGESIZE", "SIZE(page)", "NUMBER(VMALLOC_START)"]


def test_an_entry_that_follows_from_others_names_them_once(schema: Schema) -> None:
    kernel = kernel_of(schema, "6.12", {"OSRELEASE": "6.12.0"})
    (prediction,) = (
        p for p in schema.predict(kernel.release, kernel.arch) if p.key == "SYMBOL(_stext)"
    )
    page, bits = Key("PAGESIZE", (0, 0)), Key("NUMBER(MAX_PHYSMEM_BITS)", (0, 0))
    asked = (Binary("-", page, Binary("+", bits, page)),)
    why = _why(kernel, prediction, asked)
    assert why == "follows from PAGESIZE and NUMBER(MAX_PHYSMEM_BITS), which are missing"
