# SPDX-License-Identifier: MIT
"""The parser's wheel is typed: what uses it type-checks, and misuse is found.

Each checker is installed beside the wheel and nothing else of ours. pyright comes from npm by
way of its PyPI package; basedpyright, a fork with the same strict mode, carries all it needs.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.installed import PARSER, environment, wheel

pytestmark = pytest.mark.long

SOUND = """\
from __future__ import annotations

import sys

import vmcoreinfo
from vmcoreinfo import derive


def read(address: int, size: int) -> bytes:
    return address.to_bytes(size, "little")


def moved(data: bytes) -> int:
    info = vmcoreinfo.parse(data)
    offset = info.KERNELOFFSET
    return 0 if offset is None else offset + 1


def start(data: bytes) -> str:
    derived = derive.vmalloc_start(vmcoreinfo.parse(data), derive.Dump("x86_64", read))
    return "none" if derived is None else f"{derived.value:#x} by {derived.recipe.upper()}"


def report(data: bytes) -> list[str]:
    info = vmcoreinfo.parse(data)
    shown = [f"{found.line}: {found.message.upper()}" for found in info.diagnostics]
    keys: list[str] = [line.key for line in info.lines if line.format is None]
    gone = [entry.key for entry in vmcoreinfo.ENTRIES.values() if entry.until is not None]
    value: int | str | bytes | None = info.get("PAGESIZE")
    return [*shown, *keys, *gone, str(value), info.OSRELEASE or "", *usable(info)]


def usable(info: vmcoreinfo.VmcoreInfo) -> list[str]:
    quirk = info.quirk("BUILD-ID", "x86_64")
    why = info.status("BUILD-ID") if quirk is None else f"{quirk.kind} in {quirk.releases}"
    if "PAGESIZE" not in info or "OSRELEASE" not in info:
        return [why]
    line = info.line("PAGESIZE")
    number = 0 if line is None or line.number is None else line.number
    return [why, f"{info['PAGESIZE'] + number:#x}", info["OSRELEASE"].upper()]


print(moved(sys.stdin.buffer.read()), start(b""), report(b""))
"""
WRONG = {
    "info.KERNELOFFSET + 1": "what the note may lack",
    "info.OSRELEASE.upper()": "what the note may lack",
    "info.NUMBER_no_such_thing": "an entry that no kernel has",
    "info['PAGESIZE'].upper()": "a number taken for text",
    "info.line('PAGESIZE').number": "a line that the note may lack",
    "derive.vmalloc_start(b'')": "a text that is not parsed",
    "vmcoreinfo.ENTRIES['PAGESIZE'].sinse": "a field that entries do not have",
}
"""Expressions that a checker has to refuse, each for its reason."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the parser's wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    return environment(folder / "venv", "--no-deps", str(wheel(folder / "built", PARSER)))


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a sound program, and one with all that is wrong, a line each."""
    folder = tmp_path_factory.mktemp("program")
    (folder / "sound.py").write_text(SOUND)
    lines = ["import vmcoreinfo", "from vmcoreinfo import derive", "info = vmcoreinfo.parse(b'')"]
    (folder / "wrong.py").write_text("\n".join([*lines, *(f"print({e})" for e in WRONG)]) + "\n")
    return folder


def lines_of_wrong(shown: str) -> set[int]:
    return {int(line) for line in re.findall(r"wrong\.py:(\d+):\d+(?:: | - )error", shown)}


ALL_WRONG = set(range(4, 4 + len(WRONG)))


def test_mypy(installed: Path, program: Path, tmp_path: Path) -> None:
    checker = environment(tmp_path / "mypy", "mypy")

    def mypy(name: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                str(checker / "bin" / "mypy"),
                *["--strict", "--config-file=", "--show-column-numbers"],
                *["--python-executable", str(installed / "bin" / "python"), name],
            ],
            cwd=program,
            capture_output=True,
            text=True,
        )

    sound = mypy("sound.py")
    assert sound.returncode == 0, sound.stdout
    assert lines_of_wrong(mypy("wrong.py").stdout) == ALL_WRONG


@pytest.mark.parametrize("name", ["pyright", "basedpyright"])
def test_pyright(installed: Path, program: Path, tmp_path: Path, name: str) -> None:
    node = "" if shutil.which("node") or name != "pyright" else "[nodejs]"
    checker = environment(tmp_path / name, f"{name}{node}") / "bin" / name
    began = subprocess.run([str(checker), "--version"], capture_output=True, text=True)
    if began.returncode:
        pytest.skip(f"{name} can't get what it runs from npm")

    def pyright(folder: Path, **settings: object) -> subprocess.CompletedProcess[str]:
        config = {"typeCheckingMode": "strict", "include": ["."], **settings}
        (folder / "pyrightconfig.json").write_text(json.dumps(config))
        python = ["--pythonpath", str(installed / "bin" / "python")]
        return subprocess.run([str(checker), *python], cwd=folder, capture_output=True, text=True)

    sound = pyright(program, include=["sound.py"])
    assert (sound.returncode, sound.stdout[:9]) == (0, "0 errors,"), sound.stdout
    assert lines_of_wrong(pyright(program, include=["wrong.py"]).stdout) == ALL_WRONG
    (package,) = installed.glob("lib/python3*/site-packages/vmcoreinfo")
    copied = shutil.copytree(package, tmp_path / "copy" / "vmcoreinfo")
    for version in ("3.8", "3.11"):
        itself = pyright(copied.parent, pythonVersion=version)
        assert (itself.returncode, itself.stdout[:9]) == (0, "0 errors,"), itself.stdout
