# SPDX-License-Identifier: MIT
"""What the documentation shows is what happens: links, commands, programs."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.command import Run
from tests.conftest import ROOT
from tests.docs.pages import Fence, fences, is_shown, steps

PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "CONTRIBUTING.md"])
OF_DUMPS = ("dump-without-a-note.md",)
"""Their sessions need a dump and real tools, and are run by a long test."""
_C = ROOT / "generated" / "c"


@dataclass(frozen=True)
class Program:
    """A whole program of a page: itself, the note it is fed, what it prints."""

    page: str
    source: str
    note: Path
    output: str


def commands() -> list[tuple[str, str, str]]:
    """Blocks that show a command and its output, as (page, command, output)."""
    found = []
    for page in PAGES:
        for fence in fences(page):
            if fence.content.startswith("$ vmcoreinfo ") and "\n$ " not in fence.content:
                command, _, output = fence.content.partition("\n")
                found.append((page.name, command.removeprefix("$ "), output))
    return found


def sessions() -> list[Fence]:
    """Blocks of several commands, one after the other in an empty folder."""
    on_pages = [fence for page in PAGES if page.name not in OF_DUMPS for fence in fences(page)]
    return [f for f in on_pages if f.content.startswith("$ ") and "\n$ " in f.content]


def programs(language: str, whole: str) -> list[Program]:
    """Programs with `whole` in them; note and output are named by what stands behind them."""
    found = []
    for page in PAGES:
        on_page = fences(page)
        for fence, output in zip(on_page, [*on_page[1:], None]):
            if fence.language != language or whole not in fence.content:
                continue
            assert output is not None, f"{page.name}: a program without its output"
            note = re.findall(r"`(tests/corpus/notes/[^`]+\.note)`", output.before)[-1]
            found.append(Program(page.name, fence.content, ROOT / note, output.content))
    return found


def said(program: Program, *command: str | Path) -> tuple[str, str]:
    """Standard output and standard error of a program that is fed its note."""
    with program.note.open("rb") as stdin:
        ran = subprocess.run(command, stdin=stdin, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout, ran.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_anchors_are_headings(page: Path) -> None:
    for path, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", page.read_text()):
        target = (page.parent / path) if path else page
        headings = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE)
        slugs = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
        assert anchor in slugs, f"{path}#{anchor}"


@pytest.mark.parametrize(("page", "command", "shown"), commands(), ids=lambda v: v[:40])
def test_commands_give_what_is_shown(run: Run, page: str, command: str, shown: str) -> None:
    ran = run(*shlex.split(command)[1:])
    assert is_shown(ran.out, shown), f"{page}: {command}\n{ran.out}"


@pytest.mark.parametrize("session", sessions(), ids=lambda session: session.page)
def test_sessions_give_what_is_shown(session: Fence, tmp_path: Path) -> None:
    command = Path(sys.executable).parent / "vmcoreinfo"
    if not command.exists():
        pytest.skip("the command is not installed")
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    # A make that runs the tests would have another one tell where it goes.
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    for line, shown in steps(session):
        ran = subprocess.run(
            ["sh", "-c", line],
            cwd=tmp_path,
            env={**environment, "PATH": path},
            capture_output=True,
            text=True,
        )
        assert is_shown(ran.stdout, shown), f"{line}\n{ran.stdout}{ran.stderr}"


# Compilers differ a little, and so does what is generated between two looks at the page.
_NEARLY = 0.1


@pytest.mark.long
def test_sizes_of_parts_are_nearly_what_is_shown(run: Run, tmp_path: Path) -> None:
    for tool in ("gcc", "size"):
        if shutil.which(tool) is None:
            pytest.skip(f"no {tool} here")
    page = (ROOT / "docs/tool-developers.md").read_text()
    rows = re.findall(
        r"^\| (all|`--for [^|]+`) \| (\d+) \| (\d+) bytes \| (\d+) bytes \|$", page, re.M
    )
    assert len(rows) == 4
    for number, (options, keys, text_and_data, structure) in enumerate(rows):
        folder = tmp_path / str(number)
        if options == "all":
            folder = _C
        else:
            ran = run("generate", "c", *options.strip("`").split(), "--out", str(folder))
            assert f"{keys} of " in ran.out
        source = tmp_path / "size.c"
        source.write_text('#include "vmcoreinfo.h"\nstruct vmcoreinfo parsed = { 0 };\n')
        made = tmp_path / "made.o"
        found = []
        for file in (folder / "vmcoreinfo.c", source):
            subprocess.run(["gcc", "-O2", f"-I{folder}", "-c", file, "-o", made], check=True)
            sizes = subprocess.run(["size", made], capture_output=True, text=True, check=True)
            found.append(int(sizes.stdout.splitlines()[1].split()[3]))
        for shown, measured in zip((text_and_data, structure), found):
            assert measured == pytest.approx(int(shown), rel=_NEARLY), options


def test_there_are_commands_and_programs() -> None:
    assert len(sessions()) >= 1
    assert len(commands()) >= 6
    assert len(programs("c", "int main")) >= 2
    assert len(programs("python", "import vmcoreinfo")) >= 2


@pytest.mark.parametrize("program", programs("c", "int main"), ids=lambda p: p.page)
def test_c_programs(program: Program, tmp_path: Path) -> None:
    source = tmp_path / "program.c"
    source.write_text(program.source)
    flags = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Werror", f"-I{_C}"]
    files = [str(source), str(_C / "vmcoreinfo.c")]
    subprocess.run(["gcc", *flags, *files, "-o", str(tmp_path / "program")], check=True)
    assert said(program, tmp_path / "program") == (program.output, "")


@pytest.mark.parametrize("program", programs("python", "import vmcoreinfo"), ids=lambda p: p.page)
def test_python_programs(program: Program) -> None:
    assert said(program, sys.executable, "-c", program.source) == (program.output, "")


def test_sync_does_what_contributing_says(run: Run) -> None:
    usage = run("sync", "--help").out
    options = re.findall(r"`(--[a-z-]+)`", (ROOT / "CONTRIBUTING.md").read_text())
    assert options
    for option in options:
        assert option in usage
