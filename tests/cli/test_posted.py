# SPDX-License-Identifier: MIT
"""Every verb that reads notes takes them as people post them, and says that it did."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import NOTE, ROOT, Run

TEXT = (ROOT / NOTE).with_suffix(".txt").read_bytes()
POST = b"Hi,\n\nhere is the note:\n\n" + b"".join(
    b"> kdump.sh[224]:   " + line + b"\r\n" for line in TEXT.splitlines()
)


@pytest.fixture
def post(tmp_path: Path) -> str:
    path = tmp_path / "mail"
    path.write_bytes(POST)
    return str(path)


def remark(path: str) -> str:
    lines = len(TEXT.splitlines())
    return (
        f"read as a posted note: 7.3.4+deb13-amd64 ({lines} entries, lines 5 to {lines + 4}); "
        "without the prefix of each line, such as '> kdump.sh[224]:'"
    )


def test_note(run: Run, post: str) -> None:
    ran = run("note", post)
    assert (ran.code, ran.out.encode()) == (0, TEXT)
    assert ran.err == f"vmcoreinfo: {post}: {remark(post)}\n"
    where = run("note", post, "--where", "--format", "json").json("note")
    assert (where["format"], where["offset"]) == ("posted", None)
    assert where["remarks"] == [remark(post)]
    assert run("note", "-", stdin=POST).out.encode() == TEXT
    assert run("note", NOTE, "--input-format", "posted").out.encode() == TEXT


def test_parse(run: Run, post: str, tmp_path: Path) -> None:
    answer = run("parse", post, "--format", "json").json("parse")
    assert (answer["format"], answer["remarks"]) == ("posted", [remark(post)])
    assert [entry["line"] for entry in answer["entries"]] == list(
        range(5, len(TEXT.splitlines()) + 5)
    )
    plain = run("parse", NOTE, "--format", "json").json("parse")
    assert (plain["format"], plain["remarks"]) == ("note", [])
    same = [entry | {"line": 0} for entry in answer["entries"]]
    assert same == [entry | {"line": 0} for entry in plain["entries"]]


def test_what_is_wrong_with_a_line_is_told_at_that_of_the_post(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "mail"
    path.write_bytes(POST.replace(b"SIZE(page)=64", b"SIZE(page)=6x"))
    line = POST.splitlines().index(b"> kdump.sh[224]:   SIZE(page)=64") + 1
    ran = run("parse", str(path))
    assert f"{path}:{line}: error: SIZE(page): the value is not a decimal number" in ran.err
    assert f"{path}:{line}: error" in run("parse", str(path), "--get", "SIZE(page)").err
    answer = run("audit", str(path), "--format", "json").json("audit")
    found = [f for f in answer["inputs"][0]["findings"] if f["key"] == "SIZE(page)"]
    assert found[0]["line"] == line


def test_audit(run: Run, post: str) -> None:
    ran = run("audit", post, NOTE)
    assert f"\n  {remark(post)}\n" in ran.out
    answer = run("audit", post, NOTE, str(ROOT / "absent"), "--format", "json").json("audit")
    posted, plain, absent = answer["inputs"]
    assert (posted["format"], posted["remarks"]) == ("posted", [remark(post)])
    assert (plain["format"], plain["remarks"], absent["format"]) == ("note", [], None)
    assert [f["rule"] for f in posted["findings"]] == [f["rule"] for f in plain["findings"]]


def test_compat_and_adapt(run: Run, post: str) -> None:
    asked = ("--consumer", "makedumpfile@1.7.8", "--arch", "x86_64", "--format", "json")
    posted, plain = (run("compat", one, *asked).json("compat") for one in (post, NOTE))
    assert (posted["format"], plain["format"]) == ("posted", "note")
    assert posted["verdict"] == plain["verdict"]
    assert remark(post) in run("compat", post, *asked).err
    adapt = ("--for", "makedumpfile@1.7.8", "--arch", "x86_64", "--format", "json")
    posted, plain = (run("adapt", one, *adapt).json("adapt") for one in (post, NOTE))
    assert (posted["format"], plain["format"]) == ("posted", "note")
    assert posted["text"] == plain["text"]


def test_derive_has_no_memory_to_read(run: Run, post: str) -> None:
    answer = run("derive", post, "--format", "json").json("derive")
    assert answer["format"] == "posted"
    plain = run("derive", NOTE, "--format", "json").json("derive")
    assert answer["values"] == plain["values"]


def test_nothing_of_it_is_a_note(run: Run) -> None:
    ran = run("parse", "CONTRIBUTING.md", "--input-format", "posted")
    assert ran.code == 2
    assert "no note entry in any of its" in ran.err
    assert "expected lines like OSRELEASE=6.12.0, with any prefix" in ran.err
