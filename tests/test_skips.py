# SPDX-License-Identifier: MIT
"""A skip that nobody allowed is a failure in CI, and where CI is told from a developer's machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.dump.real import CORES
from tests.skips import ALLOWED, is_allowed

TESTS = """
import pytest
{module}
def test_of_a_tool():
    pytest.skip("no frobnicator here")
def test_of_the_network():
    pytest.skip("no package index within reach: lark can't be had")
@pytest.mark.skipif(True, reason="never again")
def test_marked():
    pass
@pytest.mark.xfail
def test_expected():
    assert False
"""


def outcome(folder: Path, ci: str, module: str = "") -> str:
    (folder / "test_some.py").write_text(TESTS.format(module=module))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.skips", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [*command, "--rootdir", folder, "test_some.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CI": ci},
        capture_output=True,
        text=True,
    )
    return ran.stdout.strip().splitlines()[-1].rpartition(" in ")[0]


@pytest.mark.long
def test_what_is_skipped_has_failed_in_ci(tmp_path: Path) -> None:
    assert outcome(tmp_path, "") == "3 skipped, 1 xfailed"
    assert outcome(tmp_path, "true") == "1 failed, 1 skipped, 1 xfailed, 1 error"


@pytest.mark.long
def test_so_has_a_whole_module(tmp_path: Path) -> None:
    module = 'pytest.importorskip("frobnicate")'
    assert outcome(tmp_path, "", module) == "1 skipped"
    assert "error" in outcome(tmp_path, "true", module)


def test_what_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert is_allowed(f"Skipped: some.btf is not in {CORES}")
    assert not is_allowed("Skipped: 6.1.193 is newer than what is recorded")
    assert all(ALLOWED.values())


def test_caches_are_where_the_user_has_them(tmp_path: Path) -> None:
    code = "from tests.dump.real import CACHE; print(CACHE)"
    for variables, expected in (
        ({"XDG_CACHE_HOME": str(tmp_path / "caches")}, tmp_path / "caches/vmcoreinfo"),
        ({"XDG_CACHE_HOME": "", "HOME": str(tmp_path)}, tmp_path / ".cache/vmcoreinfo"),
    ):
        ran = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=True,
        )
        assert ran.stdout == f"{expected}\n"
