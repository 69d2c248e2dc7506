# SPDX-License-Identifier: MIT
"""The program of the documentation."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.docs.test_docs import Program, programs, said
from tests.javascript.conftest import SCRIPTS


@pytest.mark.parametrize("program", programs("javascript", "require"), ids=lambda p: p.page)
def test_programs_of_the_pages(node: str, program: Program, tmp_path: Path) -> None:
    for path in SCRIPTS.glob("*.js"):
        shutil.copy(path, tmp_path)
    (tmp_path / "program.js").write_text(program.source)
    assert said(program, node, tmp_path / "program.js") == (program.output, "")
