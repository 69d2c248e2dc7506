# SPDX-License-Identifier: MIT
"""Which source file of the kernel prints an entry, in a release and on an architecture."""

from __future__ import annotations

import pytest

from vmcoreinfo_codegen.check import check_files
from vmcoreinfo_codegen.check.example import PREAMBLE
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.query.explanation import explanation

R = Release.parse
ENTRY = """\
	doc		"About it."
	value		signed count
	via		VMCOREINFO_NUMBER
	since		6.8
"""
TEXT = f"""\
files {{
	file		"kernel/crash_core.c"
	file		"kernel/vmcore_info.c" since 6.9 commit 443cbaf9e2fd
}}

files of printk {{
	file		"kernel/printk/printk.c"
}}

files on x86_64 {{
	file		"arch/x86/kernel/vmcore_info_64.c"
}}

files on arm64 {{
	file		"arch/arm64/kernel/crash_core.c"
	file		"arch/arm64/kernel/vmcore_info.c" since 6.10-rc2
}}

NUMBER(shared) {{
{ENTRY}}}

NUMBER(own) on x86_64 arm64 {{
{ENTRY}}}

subsystem printk

NUMBER(log) {{
{ENTRY}}}
"""


def built(text: str) -> Schema:
    schema, problems = check_files([("x.vmci", PREAMBLE + text)])
    assert problems == []
    return schema


@pytest.mark.parametrize(
    ("key", "release", "arch", "path"),
    [
        ("NUMBER(shared)", "6.8.12", "arm64", "kernel/crash_core.c"),
        ("NUMBER(shared)", "6.9-rc1", "arm64", "kernel/vmcore_info.c"),
        ("NUMBER(own)", "6.9", "x86_64", "arch/x86/kernel/vmcore_info_64.c"),
        ("NUMBER(own)", "6.10-rc1", "arm64", "arch/arm64/kernel/crash_core.c"),
        ("NUMBER(own)", "6.10-rc2", "arm64", "arch/arm64/kernel/vmcore_info.c"),
        ("NUMBER(log)", "6.9", "arm64", "kernel/printk/printk.c"),
    ],
)
def test_one_file_prints_an_entry(key: str, release: str, arch: str, path: str) -> None:
    schema = built(TEXT)
    (export,) = schema.by_key[key].exports
    file = schema.file_of(export, R(release), arch)
    assert file is not None and file.path == path


def test_a_schema_need_not_name_files() -> None:
    schema = built("NUMBER(shared) {\n" + ENTRY + "}\n")
    (entry,) = schema.entries
    assert schema.file_of(entry.exports[0], R("6.9"), "arm64") is None
    assert explanation(schema, entry).exports[0].files == []


def test_explain_has_the_files_of_the_life_of_an_entry() -> None:
    schema = built(
        TEXT.replace(
            "since		6.8\n}\n\nNUMBER(own)",
            'since		6.8\n	until		6.9 "It went."\n}\n\nNUMBER(own)',
        )
    )
    (shared,) = explanation(schema, schema.by_key["NUMBER(shared)"]).exports
    assert [(f.path, f.since, f.until) for f in shared.files] == [
        ("kernel/crash_core.c", "6.8", "6.9")
    ]
    (own,) = explanation(schema, schema.by_key["NUMBER(own)"]).exports
    assert [(f.path, f.archs, f.since, f.until) for f in own.files] == [
        ("arch/x86/kernel/vmcore_info_64.c", ["x86_64"], "6.8", None),
        ("arch/arm64/kernel/crash_core.c", ["arm64"], "6.8", "6.10-rc2"),
        ("arch/arm64/kernel/vmcore_info.c", ["arm64"], "6.10-rc2", None),
    ]
    (log,) = explanation(schema, schema.by_key["NUMBER(log)"]).exports
    assert [(f.path, f.archs, f.commit) for f in log.files] == [
        ("kernel/printk/printk.c", None, None)
    ]
