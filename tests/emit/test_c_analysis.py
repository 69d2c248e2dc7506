# SPDX-License-Identifier: MIT
"""Proves that analysers of two compilers find nothing in the C product, and would find something."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.emit.driver import C_SOURCE, STRICT

FAULT = """
#include <string.h>
int first_of(const char *text);
int first_of(const char *text)
{
	int found;
	const char *at = strchr(text, ':');

	if (!at)
		found = 0;
	else
		return *at;
	return found + *at;
}
"""

ANALYSERS = {
    "gcc": ("gcc", *STRICT, "-O2", "-fanalyzer", "-c", "-o", "/dev/null"),
    "clang-tidy": ("clang-tidy", "--quiet", f"--config-file={ROOT / '.clang-tidy'}"),
}


def analyse(name: str, source: Path) -> subprocess.CompletedProcess[str]:
    program, *options = ANALYSERS[name]
    if not shutil.which(program):
        pytest.skip(f"{program} is not here")
    behind = ["--", "-std=c99"] if name == "clang-tidy" else []
    command = [program, *options, str(source), *behind]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.long
@pytest.mark.parametrize("name", ANALYSERS)
def test_analyser_finds_nothing(name: str) -> None:
    ran = analyse(name, C_SOURCE / "vmcoreinfo.c")
    assert (ran.returncode, ran.stdout) == (0, ""), ran.stdout + ran.stderr


@pytest.mark.parametrize("name", ANALYSERS)
def test_analyser_finds_a_fault(name: str, tmp_path: Path) -> None:
    source = tmp_path / "fault.c"
    source.write_text(FAULT)
    ran = analyse(name, source)
    assert ran.returncode != 0
    assert "null" in (ran.stdout + ran.stderr).lower()
