# SPDX-License-Identifier: MIT
"""Keys that kernels printed in several formats: each parser takes all of them, and warns of none."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.emit.driver import SANITIZE, STRICT
from tests.emit.test_operators import HEAD
from tests.emit.test_rust import STRICT as RUST
from tests.emit.test_rust import rustc
from tests.emit.test_subsets import written
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.builder import build, parse_files
from vmcoreinfo_codegen.problem import Problem
from vmcoreinfo_codegen.subset.selection import Selection, read_patterns

ENTRIES = """\
release 6.7	2024-01-07
release 6.8	2024-03-10
NUMBER(wide) {
	value decimal mask until 6.7
	value signed since 6.7 until 6.8
	value 0x-hex since 6.8
	since 6.6
}
NUMBER(plain) {
	value decimal mask until 6.7
	value signed since 6.7
	since 6.6
}
NUMBER(count) {
	value decimal mask until 6.7
	value 0x-hex since 6.7
	since 6.6
}
NUMBER(place) {
	value hex mask until 6.7
	value 0x-hex since 6.7
	since 6.6
}
"""
NAMES = ("wide", "plain", "count", "place", "a")
HIGH = 1 << 63
ALL = (1 << 64) - 1
# A value, and for each name the number, or what became of it; `?` where another base is told.
CASES = {
    "12": (12, 12, 12, 0x12, "12 ?"),
    "-1": (ALL, ALL, "malformed", "malformed", "malformed"),
    "0x1f": (0x1F, "31 ?", 0x1F, 0x1F, 0x1F),
    "18446744073709551615": (ALL, ALL, ALL, "out-of-range", f"{ALL} ?"),
    "9223372036854775808": (HIGH, HIGH, HIGH, "out-of-range", f"{HIGH} ?"),
    "-9223372036854775808": (HIGH, HIGH, "malformed", "malformed", "malformed"),
    "-9223372036854775809": ("out-of-range", "out-of-range", *["malformed"] * 3),
    "0xffffffffffffffff": (ALL, f"{ALL} ?", ALL, ALL, ALL),
    "ff": ("malformed", "malformed", "malformed", 0xFF, "malformed"),
    "": ("malformed",) * 5,
}
EXPECTED = [str(answer) for case in CASES.values() for answer in case]
LINES = [f"NUMBER({name})={value}\n" for value in CASES for name in NAMES]
WANTED = Selection(patterns=read_patterns("NUMBER(*)\n", "keys"))

PROGRAM = """\
#include "vmcoreinfo.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void report(void *context, const struct vmcoreinfo_diagnostic *found)
{
	if (found->id == VMCOREINFO_OTHER_BASE_LINE)
		*(int *)context = 1;
}

int main(void)
{
	char line[128];

	while (fgets(line, sizeof(line), stdin)) {
		static const enum vmcoreinfo_key keys[] = { KEYS };
		struct vmcoreinfo info;
		int other = 0;
		size_t i;

		vmcoreinfo_parse(&info, line, strlen(line), report, &other);
		for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			enum vmcoreinfo_status status = vmcoreinfo_get_status(&info, keys[i]);
			uint64_t value = info.values[keys[i]].bits;

			if (status == VMCOREINFO_OK)
				printf("%" PRIu64 "%s\\n", value, other ? " ?" : "");
			else if (status != VMCOREINFO_ABSENT)
				printf("%s\\n", vmcoreinfo_status_name(status));
		}
	}
	return 0;
}
"""

RUST_PROGRAM = """\
#[path = "PATH"]
mod parser;
use parser::{DiagnosticId, Key, Status, VmcoreInfo};

fn main() {
    for line in std::io::stdin().lines() {
        let line = line.unwrap() + "\\n";
        let mut other = false;
        let info = VmcoreInfo::parse_with(line.as_bytes(), |found| {
            other |= found.id == DiagnosticId::OtherBase;
        });
        for key in Key::ALL {
            match info.status(key) {
                Status::Ok => {
                    let mark = if other { " ?" } else { "" };
                    println!("{}{}", info.number(key).unwrap(), mark);
                }
                Status::Absent => {}
                status => println!("{}", status.name()),
            }
        }
    }
}
"""


@pytest.fixture(scope="module")
def changing() -> Schema:
    problems: list[Problem] = []
    schema, _ = build(parse_files([("x.vmci", HEAD + ENTRIES)], problems), problems)
    assert problems == []
    return schema


def said(program: Path) -> list[str]:
    ran = subprocess.run(
        [program],
        input="".join(LINES),
        capture_output=True,
        text=True,
        check=False,
        env={"ASAN_OPTIONS": "detect_leaks=0"},
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def test_c(changing: Schema, sanitizer: str, tmp_path: Path) -> None:
    written(changing, WANTED, "c", tmp_path)
    keys = ", ".join(f"VMCOREINFO_NUMBER_{name}" for name in NAMES)
    (tmp_path / "program.c").write_text(PROGRAM.replace("KEYS", keys))
    files = [str(tmp_path / name) for name in ("program.c", "vmcoreinfo.c")]
    command = [sanitizer, *STRICT, *SANITIZE, f"-I{tmp_path}", *files]
    subprocess.run([*command, "-o", str(tmp_path / "program")], check=True)
    assert said(tmp_path / "program") == EXPECTED


def test_python(changing: Schema, tmp_path: Path) -> None:
    written(changing, WANTED, "python", tmp_path)
    (path,) = tmp_path.glob("*.py")
    spec = importlib.util.spec_from_file_location("changing", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["changing"] = module
    spec.loader.exec_module(module)
    answers = []
    for line in LINES:
        info = module.parse(line.encode())
        (found,) = info.lines
        other = any(d.id == "other-base" for d in info.diagnostics)
        if found.status == "ok":
            assert found.number == info[found.key]
            answers.append(f"{info[found.key] & ALL}{' ?' if other else ''}")
        else:
            answers.append(found.status)
    assert answers == EXPECTED
    assert module.parse(b"NUMBER(plain)=18446744073709551615\n")["NUMBER(plain)"] == -1


@pytest.mark.long
def test_rust(changing: Schema, tmp_path: Path) -> None:
    written(changing, WANTED, "rust", tmp_path)
    (path,) = tmp_path.glob("*.rs")
    (tmp_path / "program.rs").write_text(RUST_PROGRAM.replace("PATH", path.name))
    rustc(*RUST, "-Adead_code", "program.rs", "-o", "program", cwd=tmp_path)
    assert said(tmp_path / "program") == EXPECTED
