# SPDX-License-Identifier: MIT
"""Audits of notes in Arrow tables: what the command says of files."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from vmcoreinfo_codegen.audit.arrow import SCHEMA_OF_FILES, AuditNotes
from vmcoreinfo_codegen.query.names import UnknownName

from ..command import Run
from ..fleet.made import notes

NOTE = Path(__file__).parents[1] / "corpus" / "notes" / "x86_64-6.1.0-56-cloud-amd64-kdump.note"

FLEET = 20


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Notes of a fleet, one that ends in CRASHTIME, and what is none."""
    texts = [*notes(FLEET), NOTE.read_bytes(), b"nothing of the kind\n", b"\x7fELF"]
    paths = [tmp_path / "notes" / f"{number:03}" for number in range(len(texts))]
    paths[0].parent.mkdir()
    for path, text in zip(paths, texts, strict=True):
        path.write_bytes(text)
    return paths


def table(files: list[Path], **more: list[Any]) -> pa.Table:
    return pa.table(
        {
            "path": [str(path) for path in files],
            "note": [path.read_bytes() for path in files],
            **more,
        }
    )


def test_it_is_what_the_command_says(run: Run, files: list[Path], tmp_path: Path) -> None:
    folder, out = str(files[0].parent), tmp_path / "audits.parquet"
    run("audit", folder, "--format", "parquet", "-o", str(out), "--jobs", "2")
    written = pyarrow.parquet.read_table(out)
    assert written.schema.names == SCHEMA_OF_FILES.names
    answer = AuditNotes()(table(files))
    assert answer.to_pylist() == written.to_pylist()
    said = [
        json.loads(line) for line in run("audit", folder, "--format", "ndjson").out.splitlines()
    ]
    alike = (
        "path",
        "readable",
        "release",
        "arch",
        "build_id",
        "error",
        "warning",
        "info",
        "findings",
    )
    for row, line in zip(answer.to_pylist(), said, strict=True):
        assert {name: row[name] for name in alike} == {name: line[name] for name in alike}
        seconds = row["crash_time"] and int(row["crash_time"].timestamp())
        assert seconds == line["crash_time"]
    assert answer["keys"][FLEET].as_py()[:2] == ["OSRELEASE", "BUILD-ID"]
    assert [answer["readable"][at].as_py() for at in range(FLEET, FLEET + 3)] == [
        True,
        False,
        False,
    ]


def test_batches_and_columns_of_ones_own(files: list[Path]) -> None:
    asked = table(files, host=[f"host{at}" for at in range(len(files))])
    function = pickle.loads(pickle.dumps(AuditNotes(least="error")))
    whole = function(asked)
    assert whole.schema == function.answer_schema(asked.schema)
    assert whole["host"].to_pylist() == asked["host"].to_pylist()
    parts = list(function.batches(iter(asked.to_batches(max_chunksize=10))))
    assert all(isinstance(part, pa.RecordBatch) for part in parts) and len(parts) == 3
    assert pa.Table.from_batches(parts).to_pylist() == whole.to_pylist()
    assert {f["severity"] for row in whole["findings"].to_pylist() for f in row} == {"error"}
    texts = pa.table({"text": [files[0].read_text(), None]})
    answer = AuditNotes("text")(texts)
    assert answer["release"].to_pylist() == [whole["release"][0].as_py(), None]
    assert answer.schema.names[0] == "readable"
    none = function(asked.slice(0, 0))
    assert none.num_rows == 0 and none.schema == whole.schema


def test_what_it_can_not_be_asked(files: list[Path]) -> None:
    with pytest.raises(
        KeyError, match="no column 'text' with the notes; the columns are path, note"
    ):
        AuditNotes("text")(table(files[:1]))
    with pytest.raises(
        ValueError, match="these columns are also in the result: release; rename them"
    ):
        AuditNotes()(table(files[:1], release=["mine"]))
    with pytest.raises(UnknownName, match="unknown architecture"):
        AuditNotes(arch="z80")(table(files[:1]))


@pytest.mark.long
def test_a_frame_of_pandas(files: list[Path]) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not here: ray[data] brings it")
    asked = table(files)
    frame = AuditNotes().frame(pandas.DataFrame(asked.to_pydict()))
    assert frame["release"].tolist()[:5] == AuditNotes()(asked)["release"].to_pylist()[:5]


def test_parquet_of_nothing_and_of_some(run: Run, files: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "some.parquet"
    run("audit", str(NOTE), "--failing", "--format", "parquet", "-o", str(out))
    assert pyarrow.parquet.read_table(out).num_rows == 0
    out.unlink()
    assert (
        run("audit", str(tmp_path / "absent" / "*"), "--format", "parquet", "-o", str(out)).code
        == 2
    )
    assert not out.exists()


def test_names_that_are_no_utf8(run: Run, tmp_path: Path) -> None:
    odd = Path(str(tmp_path).encode().decode() + "/a\udcff")
    odd.write_bytes(NOTE.read_bytes())
    out = tmp_path / "odd.parquet"
    assert run("audit", str(odd), "--format", "parquet", "-o", str(out)).code == 0
    assert pyarrow.parquet.read_table(out)["path"].to_pylist() == [f"{tmp_path}/a\\udcff"]
