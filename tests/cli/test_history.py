# SPDX-License-Identifier: MIT
"""`vmcoreinfo history` over a repository with real exports, tag by tag."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.command import Run
from tests.sync.recorded import write_recorded

TAGS = {"v6.7.3": "6.7.3", "v6.8": "6.8.1", "v7.2": "7.2.13", "v7.3": "7.3.4"}


def git(repository: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    command = ["git", "-C", str(repository), *identity, *arguments]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("linux")
    git(top, "init", "-q")
    for tag, version in TAGS.items():
        for path in top.iterdir():
            if path.name != ".git":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        write_recorded(version, top)
        git(top, "add", "-A")
        git(top, "commit", "-qm", tag)
        git(top, "tag", tag)
    git(top, "tag", "not-a-release")
    return top


def test_lives_agree(run: Run, repository: Path) -> None:
    ran = run("history", str(repository), "--tags", "v.*")
    assert (ran.code, ran.out) == (0, ""), ran.out
    assert "4 tags, v6.7.3 to v7.3: " in ran.err
    assert " 0 differ from the schema, 0 places not understood" in ran.err
    answer = run("history", str(repository), "--tags", "v.*", "--format", "json").json("history")
    assert answer["tags"] == list(TAGS)
    lives = {
        entry["key"]: entry["seen"] for entry in answer["entries"] if "x86_64" in entry["archs"]
    }
    assert lives["SYMBOL(vmap_area_list)"] == ["v6.7.3..v6.8"]
    assert lives["NUMBER(VMALLOC_START)"] == ["v7.2..v7.3"]
    assert lives["OSRELEASE"] == ["v6.7.3..v7.3"]


def test_a_difference_shows(run: Run, repository: Path, tmp_path: Path) -> None:
    schema = tmp_path / "schema"
    shutil.copytree("schema", schema)
    kallsyms = schema / "kernel/kallsyms.vmci"
    text = kallsyms.read_text()
    kallsyms.write_text(text.replace("since\t\t6.0-rc3", "since\t\t6.8"))
    ran = run("history", str(repository), "--tags", "v6.*", "--schema", str(schema))
    assert ran.code == 1
    _, row = ran.out.splitlines()
    assert row.split()[:3] == ["SYMBOL(kallsyms_num_syms)", "v6.7.3..v6.8", "v6.8"]


@pytest.mark.parametrize(
    ("tags", "message"), [("w.*", "no tag matches 'w.*'"), ("v(", "not a regular expression")]
)
def test_tags_that_are_none(run: Run, repository: Path, tags: str, message: str) -> None:
    ran = run("history", str(repository), "--tags", tags)
    assert ran.code == 2
    assert message in ran.err


def test_what_is_no_repository(run: Run, tmp_path: Path) -> None:
    ran = run("history", str(tmp_path))
    assert ran.code == 2
    assert "git rev-parse" in ran.err


@pytest.mark.long
def test_another_format_shows(run: Run, repository: Path, tmp_path: Path) -> None:
    schema = tmp_path / "schema"
    shutil.copytree("schema", schema)
    path = schema / "kernel/address-space.vmci"
    text = path.read_text()
    assert text.count("\tvalue\t\t0x-hex address\n") >= 1
    path.write_text(
        text.replace(
            "\tvalue\t\t0x-hex address\n",
            "\tvalue\t\tsigned address until 7.3\n\tvalue\t\t0x-hex since 7.3\n",
        )
    )
    ran = run("history", str(repository), "--tags", "v7.*", "--schema", str(schema))
    assert ran.code == 1
    (told,) = (line for line in ran.out.splitlines() if line.startswith("NUMBER(VMALLOC_START) on"))
    assert told.endswith(": printed as 0x-hex in v7.2, signed in the schema")
    options = ("--tags", "v7.*", "--schema", str(schema), "--format", "json")
    answer = run("history", str(repository), *options).json("history")
    (entry,) = (e for e in answer["entries"] if e["key"] == "NUMBER(VMALLOC_START)")
    assert entry["differs"] == ["v7.2"]
    assert entry["formats"] == [{"tag": "v7.2", "seen": "0x-hex", "in_schema": "signed"}]
