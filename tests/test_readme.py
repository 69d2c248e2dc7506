# SPDX-License-Identifier: MIT
"""What the README shows is what happens."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from vmcoreinfo_codegen.cli.main import main

README = (ROOT / "README.md").read_text()
NOTE = "tests/corpus/notes/x86_64-6.12.117+deb13-amd64.note"


def blocks(text: str) -> list[tuple[str, str]]:
    """Fenced blocks as (language, content)."""
    fence = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
    return [(found[1], found[2]) for found in fence.finditer(text)]


def block(language: str, start: str = "") -> str:
    """The first fenced block of a language that starts so."""
    for name, content in blocks(README):
        if name == language and content.startswith(start):
            return content
    raise AssertionError(f"no {language} block that starts with {start!r}")


def expected_output() -> str:
    assert f"For `{NOTE}` both print:" in README
    return block("", "vmalloc starts at ")


BEFORE_6_9 = "tests/corpus/notes/x86_64-6.1.0-56-amd64.note"
# Of kernels on either side of 6.9, of a kernel with another key for it (riscv64), and none at all.
OTHERS = [
    BEFORE_6_9,
    "tests/corpus/notes/x86_64-5.10.0-30-amd64.note",
    "tests/corpus/notes/arm64-7.3.4+deb13-arm64.note",
    "tests/corpus/notes/riscv64-6.12.107+deb13-riscv64.note",
    "tests/corpus/notes/s390x-6.1.0-50-s390x.note",
    "CHANGELOG.md",
    "/dev/null",
]


def check_others(command: list[str | Path]) -> None:
    """It says something of each note: what it found, or why there is nothing."""
    assert f"such as `{BEFORE_6_9}`, they exit with 1:" in README
    for path in OTHERS:
        with (ROOT / path).open("rb") as note:
            ran = subprocess.run(command, stdin=note, capture_output=True, text=True, check=False)
        if ran.returncode:
            assert ran.returncode == 1
            assert (ran.stdout, ran.stderr) == ("", block("", "the note does not say ")), path
        else:
            assert ran.stdout.startswith("vmalloc starts at 0x"), path
        assert (ran.returncode == 0) == (path in OTHERS[2:4]), path


def test_the_example_of_the_first_screen(capsys: pytest.CaptureFixture[str]) -> None:
    shown = block("", "$ vmcoreinfo explain ")
    command, _, output = shown.partition("\n")
    assert command == "$ vmcoreinfo explain 'OFFSET(vmap_area.va_start)'"
    assert main(["explain", "OFFSET(vmap_area.va_start)"]) == 0
    assert capsys.readouterr().out == output


def test_the_python_program() -> None:
    program = block("python")
    assert len([line for line in program.splitlines() if line]) <= 7
    with (ROOT / NOTE).open("rb") as note:
        ran = subprocess.run(
            [sys.executable, "-c", program], stdin=note, capture_output=True, text=True, check=True
        )
    assert ran.stdout == expected_output()
    check_others([sys.executable, "-c", program])


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_the_c_program(compiler: str, tmp_path: Path) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"no {compiler} here")
    body = block("c").partition("int main(void)\n{\n")[2]
    assert len([line for line in body.splitlines() if line.strip(" \t{}")]) <= 10
    (tmp_path / "program.c").write_text(block("c"))
    generated = ROOT / "generated" / "c"
    subprocess.run(
        [
            compiler,
            "-std=c99",
            *["-Wall", "-Wextra", "-Wconversion", "-Werror"],
            f"-I{generated}",
            str(tmp_path / "program.c"),
            str(generated / "vmcoreinfo.c"),
            "-o",
            str(tmp_path / "program"),
        ],
        check=True,
    )
    with (ROOT / NOTE).open("rb") as note:
        ran = subprocess.run(
            [tmp_path / "program"], stdin=note, capture_output=True, text=True, check=True
        )
    assert ran.stdout == expected_output()
    check_others([tmp_path / "program"])


def test_the_two_commands_are_what_ci_runs() -> None:
    commands = block("", "make ")
    assert [line.split("#")[0].strip() for line in commands.splitlines()] == ["make", "make test"]
    makefile = (ROOT / "Makefile").read_text()
    assert "\ndemo:" in makefile and "\ntest:" in makefile
    assert "\nmake test\n" in (ROOT / ".ci" / "run").read_text()


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert len(links) > 10
    for link in links:
        path = link.replace(".[ch]", ".h")
        assert (ROOT / path).exists(), link


def test_the_numbers_are_true() -> None:
    from vmcoreinfo import ENTRIES, FIRST_RELEASE, LATEST_RELEASE

    assert f"{len(ENTRIES)} keys, {FIRST_RELEASE} to {LATEST_RELEASE}" in README
