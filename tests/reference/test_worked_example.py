# SPDX-License-Identifier: MIT
"""The entry that CONTRIBUTING adds by hand goes the way that it tells, in a copy of the schema."""

from __future__ import annotations

import re
import shutil
import textwrap
from pathlib import Path

import pytest

from tests.command import Run
from tests.conftest import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text()


def entry() -> tuple[str, str]:
    """The first entry that the page shows: its key and its text."""
    blocks = re.findall(r"^ *```\w*\n(.*?)^ *```$", PAGE, re.DOTALL | re.MULTILINE)
    for block in map(textwrap.dedent, blocks):
        heading = re.match(r"(\S+) \{\n", block)
        if heading:
            return heading[1], block
    raise AssertionError("no entry in CONTRIBUTING.md")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped schema with the entry, its release not yet declared."""
    folder = tmp_path / "schema"
    shutil.copytree(ROOT / "schema", folder)
    key, text = entry()
    # What the page says of 7.4 holds of a release that no schema declares, also when 7.4 is out.
    with (folder / "kernel" / "page-flags.vmci").open("a") as file:
        file.write("\n" + re.sub(r"(since\s+)\S+", r"\g<1>99.0", text))
    assert key not in (ROOT / "schema" / "kernel" / "page-flags.vmci").read_text()
    (number,) = re.findall(r"`(number\t\t.*?)`", PAGE)
    numbers = folder / "numbers.vmci"
    keys, behind, archs = numbers.read_text().partition("\n}\n\narch-numbers {")
    numbers.write_text(f"{keys}\n\t{number}{behind}{archs}")
    return folder


@pytest.mark.long
def test_step_by_step(run: Run, copy: Path, tmp_path: Path) -> None:
    key, _ = entry()
    declared = re.findall(r"release [\d.]+\t([\d-]+)", PAGE)
    assert len(declared) == 1
    with (copy / "releases.vmci").open("a") as file:
        file.write(f"release 99.0\t{declared[0].replace('2026', '2099')}\n")

    at = ("--schema", str(copy))
    assert run("fmt", str(copy)).code == 0
    checked = run("check", *at)
    assert (checked.code, checked.out) == (0, "")
    assert run("generate", "--out", str(tmp_path / "generated"), *at).code == 0
    assert run("explain", key, *at).code == 0
    assert f'"{key}"' in (tmp_path / "generated/python/vmcoreinfo/entries.py").read_text()


def test_a_release_that_is_not_declared_is_told(run: Run, copy: Path) -> None:
    ran = run("check", "--schema", str(copy))
    assert ran.code == 1
    assert "release 99.0 is not declared" in ran.out
