# SPDX-License-Identifier: MIT
"""Verdicts on notes in Arrow tables: what the command says of files."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from vmcoreinfo_codegen.compat.arrow import JudgeNotes
from vmcoreinfo_codegen.query.tool_names import UnknownTool

from ..command import Run
from ..fleet.made import notes

TOOLS = ("makedumpfile@1.7.2", "crash@8.0.2", "drgn@0.3.0")


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "notes"
    folder.mkdir()
    for number, text in enumerate([*notes(30), b"nothing of the kind\n"]):
        (folder / f"{number:03}").write_bytes(text)
    return sorted(folder.iterdir())


def test_it_is_what_the_command_says(run: Run, files: list[Path], tmp_path: Path) -> None:
    asked = pa.table(
        {"path": [str(path) for path in files], "note": [path.read_bytes() for path in files]}
    )
    answer = pickle.loads(pickle.dumps(JudgeNotes(TOOLS)))(asked)
    command = ["compat", str(files[0].parent)]
    for tool in TOOLS:
        command += ["--consumer", tool]
    out = tmp_path / "verdicts.parquet"
    run(*command, "--format", "parquet", "-o", str(out), "--jobs", "2")
    assert answer.to_pylist() == pyarrow.parquet.read_table(out).to_pylist()
    told = {}
    for line in run(*command, "--format", "ndjson").out.splitlines():
        one = json.loads(line)
        for tool in one["tools"] or [{"consumer": None, "verdict": None}]:
            told[one["input"], tool["consumer"]] = (one["error"], tool["verdict"])
    rows = answer.to_pylist()
    assert {(r["path"], r["tool"]): (r["error"], r["verdict"]) for r in rows} == told
    assert len(rows) > len(files)


def test_what_it_can_not_be_asked(files: list[Path]) -> None:
    asked = pa.table({"note": [files[0].read_bytes()]})
    with pytest.raises(
        UnknownTool, match="unknown consumer 'makedumpfle'; did you mean makedumpfile"
    ):
        JudgeNotes(["makedumpfle"])(asked)
