# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model import Export, KernelFiles, Schema
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    if not schema.kernel_files:
        return
    for entry in schema.entries:
        for export in entry.exports:
            if export.is_out_of_tree:
                continue
            files = schema.files_of(export)
            said = {name for one in files for name in one.archs or ()}
            missing = [name for name in export.archs or () if name not in said]
            if missing or not files:
                block = _block(export, missing)
                message = f"no source file is given for {entry.key}"
                where = f" on {' '.join(missing)}" if missing else ""
                yield export.location, message + where, f"add it to '{block}'"
            for one in files:
                early = _before(schema, export, one)
                if early:
                    message = f"{entry.key} is exported by {early}, but its first file is from "
                    since = one.files[0].since
                    hint = "leave out the 'since' of the first file, or add the one before"
                    yield one.files[0].location, f"{message}{since and since.release} on", hint


def _block(export: Export, missing: list[str]) -> str:
    of = f" of {export.subsystem}" if export.subsystem else ""
    return f"files{of}" + (f" on {' '.join(missing)}" if missing else "")


def _before(schema: Schema, export: Export, files: KernelFiles) -> str:
    """The first release that exports it before its first file; empty if there is none."""
    first = files.files[0].since
    if first is None:
        return ""
    there = (declared.release for declared in schema.releases)
    early = (release for release in there if release.moment < first.release.opening)
    return next((str(release) for release in early if export.contains(release)), "")


RULE = Rule(
    id="VMCI059",
    name="missing-kernel-file",
    doc="If a schema gives source files at all, it gives one for each entry of mainline, on each of "
    "its architectures and in each release that has it.",
    example="""
files {
	file		"kernel/vmcore_info.c" since 6.9 ### NUMBER(PG_lru) is exported by 6.8, but its first file is from 6.9 on
}

NUMBER(PG_lru) {
	doc		"Bit number of the lru page flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.8
}

subsystem printk

NUMBER(PG_private) on x86_64 arm64 { ### no source file is given for NUMBER(PG_private) on arm64
	doc		"Bit number of the private page flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.8
}

files of printk on x86_64 {
	file		"arch/x86/kernel/printk.c"
}
""",
    check=_check,
)
