# SPDX-License-Identifier: MIT
"""Many thousand notes by one process, by two, and by Ray Data: the same answer.

A million of them are `make fleet`, whose figures are in docs/performance.md.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.fleet.__main__ import audit, differences, engine
from tests.fleet.made import write_notes

COUNT = 20_000


@pytest.mark.long
def test_they_say_the_same(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="ray is not here: 'make long-test' installs it")
    files, tables = tmp_path / "notes", tmp_path / "tables"
    write_notes(files, tables, COUNT)
    one, two, ray = (tmp_path / name for name in ("one.parquet", "two.parquet", "ray"))
    commands = (audit(files, one, 1), audit(files, two, 2), engine(tables, ray))
    codes = [subprocess.run(command, capture_output=True).returncode for command in commands]
    assert codes == [1, 1, 0]
    assert differences(one, two) == 0
    assert differences(one, ray / "*.parquet") == 0
    assert differences(one, tables / "*.parquet", "path") == 0
