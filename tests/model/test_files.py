# SPDX-License-Identifier: MIT
"""`source` lines: the order of the files, and each way of getting it wrong, at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Run
from tests.model.test_builder import HEAD
from vmcoreinfo_codegen.model.builder import load
from vmcoreinfo_codegen.problem import SchemaError


def entry(key: str) -> str:
    return f"{key} {{\n\tvalue signed bit\n\tsince 6.6\n}}\n"


def write(folder: Path, **files: str) -> Path:
    """Files by their name, `schema.vmci` with all declarations; `_` stands for a folder."""
    for name, text in files.items():
        path = folder / f"{name.replace('_', '/')}.vmci"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((HEAD if name == "schema" else "schema 1\n") + text)
    return folder


def test_what_a_file_says_stands_where_it_is_sourced(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        schema=entry("A") + 'source "b/inner.vmci"\n' + entry("C") + 'source "a.vmci"\n',
        b_inner=f'section "one"\n{entry("X")}source "b/more.vmci"\n{entry("Z")}',
        b_more=f'{entry("Q")}section "two"\n{entry("Y")}',
        a=entry("D"),
    )
    schema = load(folder)
    assert [entry.key for entry in schema.entries] == ["A", "X", "Q", "Y", "Z", "C", "D"]
    # A section ends with its file, and goes on behind a file sourced inside it.
    sections = [entry.exports[0].section for entry in schema.entries]
    assert sections == ["", "one", "", "two", "one", "", ""]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"schema": 'source "kernel/pgae.vmci"\nsource "kernel/page.vmci"\n', "kernel_page": ""},
            "schema.vmci:{after}:8: error: no file kernel/pgae.vmci in schema/; "
            "did you mean kernel/page.vmci? [VMCI002]",
        ),
        (
            {"schema": "", "kernel_new": entry("X")},
            "kernel/new.vmci:1:1: error: no file sources it; schema/schema.vmci needs a line "
            "'source \"kernel/new.vmci\"', where the kernel prints its entries [VMCI002]",
        ),
        (
            {"schema": 'source "a.vmci"\nsource "a.vmci"\n', "a": entry("X")},
            "schema.vmci:{after2}:8: error: a.vmci is sourced a second time; "
            "it is already in schema/schema.vmci:{after}:8 [VMCI002]",
        ),
        (
            {"schema": 'source "a.vmci"\n', "a": 'source "a.vmci"\n'},
            "a.vmci:2:8: error: a.vmci is sourced a second time; "
            "it is already in schema/schema.vmci:{after}:8 [VMCI002]",
        ),
        (
            {"schema": 'source "a.vmci"\n', "a": 'source "schema.vmci"\n'},
            "a.vmci:2:8: error: schema.vmci is sourced a second time; "
            "it is the top file, which sources the others [VMCI002]",
        ),
        (
            {"schema": 'source "../a.vmci"\n'},
            "schema.vmci:{after}:8: error: no file ../a.vmci in schema/ [VMCI002]",
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_place(
    tmp_path: Path, files: dict[str, str], message: str
) -> None:
    folder = write(tmp_path / "schema", **files)
    with pytest.raises(SchemaError) as raised:
        load(folder)
    first = HEAD.count("\n") + 1
    expected = "schema/" + message.format(after=first, after2=first + 1)
    assert [str(problem) for problem in raised.value.problems] == [expected]


def test_a_line_that_cannot_be_read_is_the_one_problem(tmp_path: Path) -> None:
    folder = write(tmp_path, schema='sorce "a.vmci"\n', a=entry("X"))
    with pytest.raises(SchemaError) as raised:
        load(folder)
    (problem,) = raised.value.problems
    assert problem.hint == "did you mean source?"


def test_a_folder_without_the_file_that_sources_the_others(run: Run, tmp_path: Path) -> None:
    folder = write(tmp_path / "schema", a=entry("X"), b=entry("Y"))
    ran = run("list", "--schema", str(folder))
    assert ran.code == 2
    assert "schema/schema.vmci:1:1: error: no such file; it must list all others" in ran.err
    assert 'source "a.vmci"' in ran.err
