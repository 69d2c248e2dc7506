# SPDX-License-Identifier: MIT
"""Files of observations: what is written is read again, and what is damaged is told by its line."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest

from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.model.store.observed import (
    Observation,
    ObservationError,
    Observed,
    ObservedDump,
    parse_observed,
    read_observed,
    record,
)
from vmcoreinfo_codegen.model.vocabulary import DumpFormat, DumpSource, Verdict
from vmcoreinfo_codegen.record import Record

DUMP = ObservedDump(
    name="x86_64-6.12-elf",
    kernel="6.12.0",
    arch="x86_64",
    format=DumpFormat.ELF,
    boot=("kaslr",),
    tells=(DumpSource.HEADERS,),
    note="OSRELEASE=6.12.0\nNAME=\xe9\n",
)


def seen(release: str, *without: str, level: int | None = 31, came: str = "ok") -> Observation:
    return Observation(
        on=DUMP.name,
        tool="makedumpfile",
        release=ToolRelease.parse(release),
        without=without,
        run="dmesg" if level is None else "filter",
        level=level,
        came=Verdict(came),
        seen="1 page",
        by="makedumpfile 1.7.9",
    )


def changed(one: Record, **fields: object) -> dict[str, object]:
    (line,) = (
        Observed(dumps=(one,)).lines
        if isinstance(one, ObservedDump)
        else Observed(observations=(one,)).lines  # type: ignore[arg-type]
    )
    found = {**json.loads(line), **fields}
    return {name: value for name, value in found.items() if value is not ...}


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "makedumpfile.jsonl"
    all_of_them = [seen("1.7.10"), seen("1.7.9", "KERNELOFFSET"), seen("1.7.9", level=None)]
    record(path, [DUMP], all_of_them)
    found = read_observed(path)
    assert found.dumps == (DUMP,)
    assert set(found.observations) == set(all_of_them)
    assert [str(one.release) for one in found.observations] == ["1.7.9", "1.7.9", "1.7.10"]
    assert found.dumps[0].text == b"OSRELEASE=6.12.0\nNAME=\xe9\n"


def test_the_file_follows_from_what_is_in_it(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    record(one, [DUMP], [seen("1.7.9"), seen("1.6.0")])
    record(other, [DUMP], [seen("1.6.0", came="wrong")])
    record(other, [DUMP], [seen("1.7.9"), seen("1.6.0")])
    assert one.read_bytes() == other.read_bytes()
    assert len(one.read_bytes().splitlines()) == 3


def test_a_name_stands_for_one_dump(tmp_path: Path) -> None:
    path = tmp_path / "file"
    record(path, [DUMP], [])
    other = ObservedDump(
        name=DUMP.name, kernel="6.1.0", arch="arm64", format=DumpFormat.ELF, note=""
    )
    with pytest.raises(ObservationError, match="a different dump"):
        record(path, [other], [])
    with pytest.raises(ObservationError, match="which does not exist"):
        Observed().merged([], [seen("1.7.9")])


def test_what_can_not_be_read_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "file"
    record(path, [DUMP], [])
    before = path.read_bytes()
    odd = ObservedDump(
        name="a/b",
        kernel="6.1.0",
        arch="arm64",
        format=DumpFormat.ELF,
        has=("Huge pages",),
        note="",
    )
    with pytest.raises(ObservationError, match="file:1: "):
        record(path, [odd], [])
    assert path.read_bytes() == before


def _records(path: Path, release: str) -> None:
    record(path, [DUMP], [seen(release)])


def test_two_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file"
    releases = [f"1.7.{number}" for number in range(8)]
    with multiprocessing.get_context("fork").Pool(4) as pool:
        pool.starmap(_records, [(path, release) for release in releases])
    assert [str(one.release) for one in read_observed(path).observations] == releases


GOOD_DUMP = changed(DUMP)
GOOD = changed(seen("1.7.9"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not a JSON object"),
        ('{"on": 1, "on": 2}', "duplicate field"),
        (changed(DUMP, note=...), "no field 'note'"),
        (changed(DUMP, colour="red"), "unknown field 'colour'"),
        (changed(DUMP, dump="x/y"), "is not a name"),
        (changed(DUMP, dump=DUMP.name), "is listed twice"),
        (changed(DUMP, dump="y", note="\u20ac"), "note: "),
        (changed(DUMP, dump="y", note="x" * (1 << 20 | 1)), "at most 1048576"),
        (changed(DUMP, dump="y", format="raw"), "is not one of elf kdump flattened"),
        (changed(DUMP, dump="y", boot=["b", "a"]), "is not sorted"),
        (changed(DUMP, dump="y", boot="kaslr"), "is not a list"),
        (changed(DUMP, dump="y", arch="\x1b[2J"), "is not a word"),
        (GOOD, "what was run is listed twice"),
        (changed(seen("1.7.9"), on="y"), "no earlier line declares the dump y"),
        (changed(seen("1.7.9"), came="fallback"), "is not one of ok degraded wrong fatal"),
        (changed(seen("1.7.9"), release="new"), "is not a release"),
        (changed(seen("1.7.9"), level=True), "is not a dump level"),
        (changed(seen("1.7.9"), level=-1), "is not a dump level"),
        (changed(seen("1.7.9"), seen="two\nlines"), "is not a line"),
        (changed(seen("1.7.9"), seen="\ud800"), "is not a line"),
    ],
)
def test_a_damaged_line_is_named(line: object, message: str) -> None:
    text = line if isinstance(line, str) else json.dumps(line)
    data = f"{json.dumps(GOOD_DUMP)}\n{json.dumps(GOOD)}\n{text}\n".encode()
    with pytest.raises(ObservationError, match=message) as error:
        parse_observed(data, "file")
    assert str(error.value).startswith("file:3: ")
    assert len(str(error.value)) < 300


def test_a_file_that_was_cut() -> None:
    with pytest.raises(ObservationError, match="file:2: the last line has no newline"):
        parse_observed(f"{json.dumps(GOOD_DUMP)}\n{json.dumps(GOOD)}".encode(), "file")
    assert parse_observed(b"", "file") == Observed()
