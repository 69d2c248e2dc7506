# SPDX-License-Identifier: MIT
"""The questions of docs/fleets.md, asked of tables of a fleet."""

from __future__ import annotations

import os
import re
from pathlib import Path

import duckdb
import pyarrow
import pyarrow.compute
import pyarrow.parquet
import pytest

from tests.command import Run
from tests.conftest import ROOT
from tests.fleet.made import notes

PAGE = (ROOT / "docs" / "fleets.md").read_text()
QUESTIONS = re.findall(r"^(\S[^\n]*[:?])\n\n```sql\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
TOOLS = ("--consumer", "makedumpfile@1.7.2", "--consumer", "crash@8.0.2")
SOUND = ROOT / "tests/corpus/notes/x86_64-6.12.117+deb13-cloud-amd64.txt"


def test_there_are_ten() -> None:
    assert len(QUESTIONS) == PAGE.count("```sql") == 10


def crashed(text: str, at: int) -> bytes:
    return f"{text}CRASHTIME={at}\n".encode()


def test_each_has_an_answer(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = tmp_path / "fleet"
    fleet.mkdir()
    for number, note in enumerate(notes(40)):
        (fleet / f"{number:03}").write_bytes(note)
    # A build that lost an entry in the last week, a release that was not seen before it, what is no note.
    text, week = SOUND.read_text(), 7 * 86400
    last = 1_800_000_000
    (fleet / "before").write_bytes(crashed(text, last - 2 * week))
    (fleet / "lost").write_bytes(crashed(text.replace("SIZE(page)=64\n", ""), last))
    (fleet / "new").write_bytes(crashed(text.replace("6.12.117+deb13", "6.12.118+deb13"), last))
    (fleet / "unnamed").write_text(re.sub("BUILD-ID=.*\n", "", text))
    (fleet / "empty").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    run("audit", "fleet", "--format", "parquet", "-o", "audits.parquet")
    run("compat", "fleet", *TOOLS, "--format", "parquet", "-o", "verdicts.parquet")
    audits = pyarrow.parquet.read_table("audits.parquet")
    yesterday = audits.filter(pyarrow.compute.field("path") != "fleet/lost")
    pyarrow.parquet.write_table(yesterday, "yesterday.parquet")
    answers = {question: duckdb.execute(sql).fetchall() for question, sql in QUESTIONS}
    assert [question for question, rows in answers.items() if not rows] == []
    by_word = {
        word: next(r for q, r in answers.items() if word in q)
        for word in ("lost", "new since", "Crashes")
    }
    assert [row[-1] for row in by_word["lost"]] == ["SIZE(page)"]
    assert {row[0] for row in by_word["new since"]} == {"fleet/lost"}
    assert [row[1:] for row in by_word["Crashes"]] == [("6.12.118+deb13-cloud-amd64", 1)]
    assert os.path.getsize("audits.parquet") < 200_000
