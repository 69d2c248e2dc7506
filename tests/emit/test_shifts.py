# SPDX-License-Identifier: MIT
"""Shifts of any width: in C, in Python and in the schema's own arithmetic the same, and defined.

A shift by 64 or more is 0 in the language of the schema, and undefined in C.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.test_expression import expression
from tests.emit.driver import SANITIZE, STRICT
from tests.emit.test_subsets import written
from vmcoreinfo_codegen.core.expression import constant_of
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.builder import build, parse_files
from vmcoreinfo_codegen.problem import Problem
from vmcoreinfo_codegen.subset.selection import Selection, read_patterns

SCHEMA = """\
schema 1
release 6.6	2023-10-29
arch x86_64 {
	source x86
	bits 64
	since 6.6
}
OSRELEASE {
	value string text
	since 6.6
}
NUMBER(value) {
	value 0x-hex mask
	since 6.6
}
NUMBER(by) {
	value 0x-hex mask
	since 6.6
}
derive left {
	doc "Shifted to the left."
	value hex address
	from NUMBER(value) << NUMBER(by) as by_note
}
derive right {
	doc "Shifted to the right."
	value hex address
	from NUMBER(value) >> NUMBER(by) as by_note
}
"""
PROGRAM = """\
#include "vmcoreinfo.h"
#include <inttypes.h>
#include <stdio.h>

int main(void)
{
	static char note[4096];
	struct vmcoreinfo info;
	struct vmcoreinfo_derived left, right;

	while (fgets(note, sizeof(note), stdin)) {
		size_t i;

		for (i = 0; note[i]; i++)
			if (note[i] == ' ')
				note[i] = '\\n';
		vmcoreinfo_parse(&info, note, i, NULL, NULL);
		if (vmcoreinfo_derive_left(&info, NULL, &left) != VMCOREINFO_OK ||
		    vmcoreinfo_derive_right(&info, NULL, &right) != VMCOREINFO_OK)
			return 1;
		printf("%" PRIx64 " %" PRIx64 "\\n", left.value, right.value);
	}
	return 0;
}
"""
VALUES = (1, 0x8000000000000001, 0xFFFFFFFFFFFFFFFF)
WIDTHS = (0, 1, 31, 32, 63, 64, 65, 112, 127, 128, 1 << 32, (1 << 32) + 1, 1 << 63, (1 << 64) - 1)
PAIRS = [(value, by) for value in VALUES for by in WIDTHS]


def shifted(value: int, by: int) -> tuple[int, int]:
    if by >= 64:
        return 0, 0
    return value << by & 0xFFFFFFFFFFFFFFFF, value >> by


@pytest.fixture(scope="module")
def small() -> Schema:
    problems: list[Problem] = []
    schema, _ = build(parse_files([("x.vmci", SCHEMA)], problems), problems)
    assert problems == []
    return schema


ALL = Selection(patterns=read_patterns("NUMBER(*)\n", "keys"))


def note(value: int, by: int) -> str:
    return f"NUMBER(value)={value:#x} NUMBER(by)={by:#x} "


def test_c_shifts(small: Schema, sanitizer: str, tmp_path: Path) -> None:
    written(small, ALL, "c", tmp_path)
    (tmp_path / "program.c").write_text(PROGRAM)
    files = [str(tmp_path / name) for name in ("program.c", "vmcoreinfo.c")]
    command = [sanitizer, *STRICT, *SANITIZE, f"-I{tmp_path}", *files]
    subprocess.run([*command, "-o", str(tmp_path / "program")], check=True)
    text = "".join(f"{note(*pair)}\n" for pair in PAIRS)
    ran = subprocess.run(
        [tmp_path / "program"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={"ASAN_OPTIONS": "detect_leaks=0"},
    )
    assert ran.returncode == 0, ran.stderr
    said = [tuple(int(word, 16) for word in line.split()) for line in ran.stdout.splitlines()]
    assert said == [shifted(*pair) for pair in PAIRS]


def test_python_shifts(small: Schema, tmp_path: Path) -> None:
    written(small, ALL, "python", tmp_path)
    (path,) = tmp_path.glob("*.py")
    spec = importlib.util.spec_from_file_location("shifting", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["shifting"] = module
    spec.loader.exec_module(module)
    for pair in PAIRS:
        info = module.parse(note(*pair).replace(" ", "\n").encode())
        assert (module.left(info).value, module.right(info).value) == shifted(*pair), pair


def test_the_schema_shifts() -> None:
    for value, by in PAIRS:
        said = tuple(constant_of(expression(f"{value} {way} {by}")) for way in ("<<", ">>"))
        assert said == shifted(value, by)
