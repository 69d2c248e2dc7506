# SPDX-License-Identifier: MIT
"""What the documentation shows is what happens: links, commands, programs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import Run
from tests.conftest import ROOT

PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "CONTRIBUTING.md"])
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def fences(page: Path) -> list[tuple[str, str, str]]:
    """Fenced blocks as (text before, language, content)."""
    text = page.read_text()
    return [(text[: m.start()], m[1], m[2]) for m in _FENCE.finditer(text)]


def commands() -> list[tuple[str, str, str]]:
    """Blocks that show a command and its output, as (page, command, output)."""
    found = []
    for page in PAGES:
        for _, language, content in fences(page):
            if not language and content.startswith("$ vmcoreinfo "):
                command, _, output = content.partition("\n")
                found.append((page.name, command.removeprefix("$ "), output))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize(("page", "command", "shown"), commands(), ids=lambda v: v[:40])
def test_commands_give_what_is_shown(run: Run, page: str, command: str, shown: str) -> None:
    ran = run(*shlex.split(command)[1:])
    pattern = "".join(
        r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n" for line in shown.splitlines()
    )
    assert re.fullmatch(pattern, ran.out), f"{page}: {command}\n{ran.out}"


def test_there_are_commands() -> None:
    assert len(commands()) >= 6


def program(language: str) -> tuple[str, Path, str]:
    """A whole program of the page for tool developers: itself, its input, its output."""
    found = fences(ROOT / "docs" / "tool-developers.md")
    for number, (before, name, content) in enumerate(found):
        if name == language:
            note = re.findall(r"`(tests/corpus/notes/[^`]+)`", before)[-1]
            return content, ROOT / note, found[number + 1][2]
    raise AssertionError(f"no {language} program")


def test_the_c_program(tmp_path: Path) -> None:
    source, note, output = program("c")
    (tmp_path / "program.c").write_text(source)
    generated = ROOT / "generated" / "c"
    flags = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
    files = [str(tmp_path / "program.c"), str(generated / "vmcoreinfo.c")]
    subprocess.run(
        ["gcc", *flags, f"-I{generated}", *files, "-o", str(tmp_path / "program")], check=True
    )
    with note.open("rb") as stdin:
        ran = subprocess.run(
            [tmp_path / "program"], stdin=stdin, capture_output=True, text=True, check=True
        )
    assert (ran.stdout, ran.stderr) == (output, "")


def test_the_python_program() -> None:
    source, note, output = program("python")
    with note.open("rb") as stdin:
        ran = subprocess.run(
            [sys.executable, "-c", source], stdin=stdin, capture_output=True, text=True, check=True
        )
    assert (ran.stdout, ran.stderr) == (output, "")


def test_sync_does_what_contributing_says(run: Run) -> None:
    usage = run("sync", "--help").out
    for option in re.findall(r"`(--[a-z-]+)`", (ROOT / "CONTRIBUTING.md").read_text()):
        assert option in usage
