# SPDX-License-Identifier: MIT
"""The library behind `sync`: releases that it takes, and which call a commit is looked for by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from tests.sync.small import FIRST, RELEASES
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.kernel.git import GitError, Repository
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.builder import load
from vmcoreinfo_codegen.sync.steps import Close, Plan
from vmcoreinfo_codegen.sync.synchronise import (
    SyncError,
    commits_of,
    release_to_sync,
    synchronise,
)

R = Release.parse
ENTRIES = """\
schema 1

NUMBER(moved) {
	doc		"Bit whose newest macro stands first."
	value		signed bit
	via		VMCOREINFO_NEW since 6.8
	via		VMCOREINFO_OLD until 6.8
	since		6.6
}

NUMBER(bare) {
	doc		"Bit that no macro is known to print."
	value		signed bit
	since		6.6
}
"""
DIFF = [
    "--- a/schema/kernel/all.vmci",
    "+++ b/schema/kernel/all.vmci",
    "@@ -6,6 +6,7 @@",
    " \tvia\t\tVMCOREINFO_NEW since 6.8",
    " \tvia\t\tVMCOREINFO_OLD until 6.8",
    " \tsince\t\t6.6",
    "+\tuntil\t\t6.10",
    " }",
    " ",
    " NUMBER(bare) {",
    "--- a/schema/releases.vmci",
    "+++ b/schema/releases.vmci",
    "@@ -27,3 +27,4 @@",
    " release 6.7\t2024-01-07",
    " release 6.8\t2024-03-10",
    " release 6.9\t2024-05-12",
    "+release 6.10\t2024-07-14",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (
        ("schema.vmci", FIRST),
        ("releases.vmci", RELEASES),
        ("macros.vmci", "schema 1\n"),
        ("kernel/all.vmci", ENTRIES),
    ):
        path = tmp_path / "schema" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "schema"


def closing(schema: Schema, release: str, *keys: str) -> Plan:
    return Plan(R(release), [Close(key, schema.by_key[key].exports[0]) for key in keys])


class _Asked:
    """A repository that tells which text was looked for, and fails where it is told to."""

    def __init__(self, fails_at: int = 9) -> None:
        self.texts: list[str] = []
        self._fails_at = fails_at

    def git(self, *words: str) -> bytes:
        (text,) = (word for word in words if word.startswith("-S"))
        self.texts.append(text.removeprefix("-S"))
        if len(self.texts) == self._fails_at:
            raise GitError("shallow")
        return b"0123456789abcdef\n"


def test_a_call_that_is_gone_is_the_one_of_the_release_before(folder: Path) -> None:
    schema, asked = load(folder), _Asked()
    repository = cast(Repository, asked)
    assert commits_of(closing(schema, "6.10", "NUMBER(moved)"), repository, "HEAD") == (
        {"NUMBER(moved)": "0123456789ab"},
        "",
    )
    commits_of(closing(schema, "6.7", "NUMBER(moved)"), repository, "HEAD")
    assert asked.texts == ["VMCOREINFO_NEW(moved)", "VMCOREINFO_OLD(moved)"]


def test_an_entry_without_a_macro_gets_no_commit(folder: Path) -> None:
    schema, asked = load(folder), _Asked()
    found = commits_of(closing(schema, "6.10", "NUMBER(bare)"), cast(Repository, asked), "HEAD")
    assert (found, asked.texts) == (({}, ""), [])


def test_where_git_fails_what_was_found_stays(folder: Path) -> None:
    schema, asked = load(folder), _Asked(fails_at=2)
    plan = closing(schema, "6.10", "NUMBER(moved)", "NUMBER(moved)")
    found, stopped = commits_of(plan, cast(Repository, asked), "HEAD")
    assert found == {"NUMBER(moved)": "0123456789ab"}
    assert stopped == "no commits recorded for NUMBER(moved) and later entries: shallow"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nonsense", "'nonsense' is not a kernel release"),
        ("6.9.3", "release 6.9.3: stable releases are declared by hand"),
        ("6.5", "release 6.5 is older than 6.9, but not declared"),
    ],
)
def test_releases_that_no_schema_is_brought_to(folder: Path, text: str, message: str) -> None:
    with pytest.raises(SyncError, match=message):
        release_to_sync(load(folder), text)


def test_a_closed_entry_as_answer_summary_and_diff(folder: Path) -> None:
    schema = load(folder)
    made = closing(schema, str(release_to_sync(schema, "6.10-rc2")), "NUMBER(moved)")
    done = synchronise(folder, schema, made, "2024-07-14", {})
    assert (folder / "kernel/all.vmci").read_text() == ENTRIES
    answer = done.answer()
    assert (answer.release, answer.declared) == ("6.10", True)
    assert answer.steps == {"closed": ["NUMBER(moved)"]}
    assert answer.files == ["schema/kernel/all.vmci", "schema/releases.vmci"]
    assert done.summary() == ("schema: Linux 6.10\n\nDeclare 6.10.\nClosed:\n- NUMBER(moved)\n")
    assert done.diff() == "".join(f"{line}\n" for line in DIFF)
    assert [problem.rule for problem in done.problems if problem.severity == "error"]
    assert done.has_errors
    warned = tuple(replace(problem, severity="warning") for problem in done.problems)
    assert not replace(done, problems=warned).has_errors
    done.write(folder)
    again = load(folder)
    assert again.latest == R("6.10")
    assert again.by_key["NUMBER(moved)"].last is not None
