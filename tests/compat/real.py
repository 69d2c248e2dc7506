# SPDX-License-Identifier: MIT
"""The tools of Debian's suites, side by side."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.command import ROOT
from tests.dump.real import CACHE


def releases_of(tool: str) -> dict[str, Path]:
    """The command of each release that a suite has; skips where none can be had."""
    folder = CACHE / "consumer-tools"
    made = subprocess.run(
        [ROOT / "tests/consumer-tools", folder], capture_output=True, text=True, check=False
    )
    if made.returncode == 2:
        pytest.skip(made.stderr.strip().splitlines()[-1])
    assert made.returncode == 0, made.stderr
    found = {path.name.partition("-")[2]: path for path in sorted(folder.glob(f"{tool}-*"))}
    if not found:
        pytest.skip(f"no suite has {tool}")
    return found
