# SPDX-License-Identifier: MIT
"""Every operator of expressions: in C, in Python and in the schema's own arithmetic the same."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.test_expression import expression
from tests.emit.driver import SANITIZE, STRICT
from tests.emit.test_subsets import written
from vmcoreinfo_codegen.core.expression import TypeFact, value_of
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.builder import build, parse_files
from vmcoreinfo_codegen.problem import Problem
from vmcoreinfo_codegen.subset.selection import Selection, read_patterns

HEAD = """\
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
NUMBER(a) {
	value 0x-hex mask
	since 6.6
}
NUMBER(b) {
	value 0x-hex mask
	since 6.6
}
"""
A, B = "NUMBER(a)", "NUMBER(b)"
EXPRESSIONS = (
    f"-{A}",
    f"-(-{A})",
    f"{A} - -{B}",
    f"!{A}",
    f"!!{A}",
    f"-!{A}",
    f"!{A} == !{B}",
    f"~-{A} | !~{B}",
    f"{A} != {B}",
    f"({A} != {B}) != 1",
    f"{A} != {B} ? -{A} : !{B}",
    f"-{A} << 63 | -1 >> 63",
    f"-1 != {A} & {B}",
)
VALUES = (0, 1, 2, 128, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
PAIRS = [(a, b) for a in VALUES for b in VALUES]
NAMES = [f"made_{number}" for number in range(len(EXPRESSIONS))]


class Values:
    """The two entries of a note."""

    def __init__(self, a: int, b: int) -> None:
        self.values = {A: a, B: b}

    def fact(self, fact: TypeFact) -> None:
        return None

    def key(self, key: str) -> int:
        return self.values[key]

    def read(self, width: int, address: int) -> None:
        return None


def expected(a: int, b: int) -> list[int | None]:
    return [value_of(expression(text), Values(a, b)) for text in EXPRESSIONS]


def note(a: int, b: int) -> str:
    return f"{A}={a:#x}\n{B}={b:#x}\n"


@pytest.fixture(scope="module")
def small() -> Schema:
    derived = "".join(
        f'derive {name} {{\n\tdoc "Made."\n\tvalue hex mask\n\tfrom {text} as it\n}}\n'
        for name, text in zip(NAMES, EXPRESSIONS, strict=True)
    )
    problems: list[Problem] = []
    schema, _ = build(parse_files([("x.vmci", HEAD + derived)], problems), problems)
    assert problems == []
    return schema


ALL = Selection(patterns=read_patterns("NUMBER(*)\n", "keys"))

PROGRAM = """\
#include "vmcoreinfo.h"
#include <inttypes.h>
#include <stdio.h>

int main(void)
{
	static char note[256];
	struct vmcoreinfo info;
	struct vmcoreinfo_derived derived;
	size_t length;

	while ((length = fread(note, 1, NOTE_SIZE, stdin)) == NOTE_SIZE) {
		vmcoreinfo_parse(&info, note, length, NULL, NULL);
EACH
		putchar('\\n');
	}
	return 0;
}
"""
SIZE = 80


def test_c(small: Schema, sanitizer: str, tmp_path: Path) -> None:
    written(small, ALL, "c", tmp_path)
    each = "\n".join(
        f"\t\tif (vmcoreinfo_derive_{name}(&info, NULL, &derived) != VMCOREINFO_OK)\n\t\t\treturn 1;\n"
        '\t\tprintf("%" PRIx64 " ", derived.value);'
        for name in NAMES
    )
    (tmp_path / "program.c").write_text(PROGRAM.replace("EACH", each))
    files = [str(tmp_path / name) for name in ("program.c", "vmcoreinfo.c")]
    command = [sanitizer, *STRICT, *SANITIZE, f"-DNOTE_SIZE={SIZE}", f"-I{tmp_path}", *files]
    subprocess.run([*command, "-o", str(tmp_path / "program")], check=True)
    ran = subprocess.run(
        [tmp_path / "program"],
        input="".join(note(*pair).ljust(SIZE, "\n") for pair in PAIRS),
        capture_output=True,
        text=True,
        check=False,
        env={"ASAN_OPTIONS": "detect_leaks=0"},
    )
    assert ran.returncode == 0, ran.stderr
    said = [[int(word, 16) for word in line.split()] for line in ran.stdout.splitlines()]
    assert said == [expected(*pair) for pair in PAIRS]


def test_python(small: Schema, tmp_path: Path) -> None:
    written(small, ALL, "python", tmp_path)
    (path,) = tmp_path.glob("*.py")
    spec = importlib.util.spec_from_file_location("operating", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["operating"] = module
    spec.loader.exec_module(module)
    for pair in PAIRS:
        info = module.parse(note(*pair).encode())
        assert [getattr(module, name)(info).value for name in NAMES] == expected(*pair), pair
