# SPDX-License-Identifier: MIT
"""What the system's libkdumpfile finds in real dumps is what is predicted: addresses by the note."""

from __future__ import annotations

import ctypes.util
from pathlib import Path

import pytest

from tests.command import Run
from tests.compat.translation import check
from tests.dump.real import GUESTS, Guest, name_of

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def library() -> Path:
    name = ctypes.util.find_library("kdumpfile")
    found = [path for path in Path("/usr/lib").glob(f"*/{name}") if name]
    if not found:
        pytest.skip("libkdumpfile is not here")
    return found[0]


@pytest.mark.parametrize("which", GUESTS, ids=name_of)
def test_translation_by_the_note(
    run: Run, tmp_path: Path, which: Guest, library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On dumps of every kernel, their notes whole and without entries."""
    check(run, which, {"libkdumpfile": library}, tmp_path, capsys)
