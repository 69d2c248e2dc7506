# SPDX-License-Identifier: MIT
"""`extract`, `diff`, `history` and `sync` with `--consumer`, on small trees and repositories."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path

import pytest

from tests.command import Run
from tests.tool import trees

SMALL = """\
# SPDX-License-Identifier: MIT
schema 1

release 2.6.24\t2008-01-24
release 6.1\t2022-12-11

arch x86_64 {
	doc		"64-bit x86."
	source		x86
	bits		64
	since		<=2.6.24
}

arch arm64 {
	doc		"64-bit Arm."
	source		arm64
	bits		64
	since		<=2.6.24
}

macro VMCOREINFO_NUMBER {
	doc		"A number."
	prints		"NUMBER(NAME)=%ld" of "NAME"
	since		<=2.6.24
}

NUMBER(one) {
	doc		"The first."
	value		signed count
	via		VMCOREINFO_NUMBER
	since		<=2.6.24
}

NUMBER(two) on arm64 {
	doc		"The second."
	value		signed count
	via		VMCOREINFO_NUMBER
	since		<=2.6.24
}

consumer tool {
	doc		"Reads notes."
	url		"https://example.org"
	reads		NUMBER as decimal signed
	sources		"*.c"
	form		"get(KEY)"
	converts	"atol(_)" base 10
	converts	"htol(_)" base 16
	release		1.0 2029-01-01

	need "the first" {
		any	NUMBER(one)
		without fatal	"it ends"
	}

	need "the second" on arm64 {
		any	NUMBER(two) since next
		any	"a guess"
		without fallback	"a guess"
	}
}
"""


def source(*keys: str, base: str = "atol") -> str:
    lines = [f'\tif ((s = get("{key}")))\n\t\tx = {base}(s);' for key in keys]
    return "\n".join(["void", "f(void)", "{", *lines, "}", ""])


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    return trees.write(tmp_path / "schema", {"schema.vmci": SMALL})


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    first, second = source("NUMBER(one)"), source("NUMBER(one)", "NUMBER(new)")
    arm64 = {"arm64.c": source("NUMBER(two)")}
    return trees.tagged(
        tmp_path / "tool",
        [
            ("v0.9", {"a.c": ""}),
            ("v1.0", {"a.c": first}),
            ("v1.1-rc1", {"a.c": second}),
            ("tool-1.1", {"a.c": second, **arm64}),
        ],
    )


def test_extract_of_the_shipped_schema(run: Run, tmp_path: Path) -> None:
    top = trees.write(tmp_path / "crash", trees.CRASH)
    ran = run("extract", "--consumer", "crash", str(top))
    assert ran.code == 0, ran.err
    row = next(line for line in ran.out.splitlines() if "VMALLOC_START" in line)
    assert row.split() == [
        "NUMBER(VMALLOC_START)",
        "arm64",
        "16",
        "yes",
        "arm64.c:11",
        "arm64_ranges",
    ]
    assert ran.err == "2 sources, 5 places that read 5 keys, 0 not understood\n"
    answer = run("extract", "--consumer", "crash", str(top), "--format", "json").json("extract")
    assert [read["key"] for read in answer["reads"]][:2] == [
        "NUMBER(VMALLOC_START)",
        "NUMBER(VA_BITS)",
    ]
    ran = run("extract", "--consumer", "crash", str(top), "--format", "csv")
    assert ran.out.splitlines()[0] == "key,arch,base,required,file,line,function,form"


def test_a_tarball_and_a_revision_give_the_same(run: Run, tmp_path: Path) -> None:
    top = trees.tagged(tmp_path / "crash", [("9.0.2", trees.CRASH)])
    packed = tmp_path / "crash.tar.gz"
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(top, "crash-9.0.2")
    shutil.rmtree(top / ".git" / "hooks", ignore_errors=True)
    command = ("extract", "--consumer", "crash", "--format", "json")
    folder, tarball = (json.loads(run(*command, str(path)).out) for path in (top, packed))
    revision = json.loads(run(*command, str(top), "--rev", "9.0.2").out)
    assert folder["reads"] == tarball["reads"] == revision["reads"] != []


def test_what_is_not_understood_is_a_finding(run: Run, schema: Path, tmp_path: Path) -> None:
    top = trees.write(tmp_path / "t", {"a.c": source("NUMBER(one)") + 'char *k = "NUMBER(x)";\n'})
    ran = run("extract", "--consumer", "tool", str(top), "--schema", str(schema))
    assert ran.code == 1
    assert (
        'a.c:7: not understood: a key in a form that is not declared: char *k = "NUMBER(x)";'
        in (ran.err)
    )


def test_diff(run: Run, schema: Path, tmp_path: Path) -> None:
    top = trees.write(
        tmp_path / "t",
        {"a.c": source("NUMBER(new)", base="htol"), "arm64.c": source("NUMBER(two)")},
    )
    command = ("diff", "--consumer", "tool", str(top), "--schema", str(schema))
    answer = run(*command, "--release", "1.0", "--format", "json").json("diff")
    told = [(c["change"], c["key"], c["archs"], c["file"], c["line"]) for c in answer["changes"]]
    assert told == [
        ("missing", "NUMBER(one)", None, "schema/schema.vmci", 52),
        ("boundary", "NUMBER(two)", ["arm64"], "arm64.c", 4),
        ("base", "NUMBER(new)", None, "a.c", 4),
        ("extra", "NUMBER(new)", None, "a.c", 4),
    ]
    ran = run(*command, "--release", "1.0")
    assert ran.code == 1
    assert "NUMBER(two) on arm64  arm64.c:4  (since next)" in ran.out
    assert "as tool 1.0: 3 keys compared, 4 differences" in ran.err
    # Without a release it is what comes next.
    answer = run(*command, "--format", "json").json("diff")
    assert [c["key"] for c in answer["changes"]].count("NUMBER(two)") == 0
    sarif = json.loads(run(*command, "--format", "sarif").out)
    assert {r["ruleId"] for r in sarif["runs"][0]["results"]} == {"missing", "base", "extra"}


def test_history(run: Run, schema: Path, repository: Path) -> None:
    command = ("history", "--consumer", "tool", str(repository), "--schema", str(schema))
    ran = run(*command)
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "v1.0  + NUMBER(one)",
        "tool-1.1  + NUMBER(new)",
        "tool-1.1  + NUMBER(two) on arm64",
        "",
        "KEY          READ      SCHEMA  ON",
        "NUMBER(two)  tool-1.1          arm64",
        "NUMBER(new)  tool-1.1",
    ]
    answer = run(*command, "--format", "json").json("history")
    assert [tag["release"] for tag in answer["tags"]] == ["1.0", "1.1"]
    assert run(*command, "--tags", "v.*").code == 0


def test_sync(run: Run, schema: Path, repository: Path) -> None:
    command = ("sync", "--consumer", "tool", str(repository), "--schema", str(schema))
    before = (schema / "schema.vmci").read_text()
    ran = run(*command, "--dry-run")
    assert ran.code == 1
    assert "+\trelease\t\t1.1 2030-05-06\n" in ran.out
    assert (schema / "schema.vmci").read_text() == before
    answer = run(*command, "--dry-run", "--format", "json").json("sync")
    assert answer["declared"] == ["1.1"]
    assert answer["steps"] == {"released": ["NUMBER(two) since 1.1 (the second)"]}
    assert [todo["key"] for todo in answer["by_hand"]] == ["NUMBER(new)"]
    ran = run(*command)
    assert ran.code == 1
    assert ran.out.startswith("schema: tool 1.1\n\nReleased:\n- NUMBER(two) since 1.1 (the second)")
    assert (
        "NUMBER(new): must be done by hand: 1.1 reads it, but the previous release did not"
        in ran.err
    )
    after = (schema / "schema.vmci").read_text()
    assert "\t\tany\tNUMBER(two) since 1.1\n" in after
    ran = run(*command)
    assert (ran.code, ran.out) == (0, "The schema has every tagged release of tool.\n")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("extract", "--consumer", "nobody", "."), "unknown consumer 'nobody'"),
        (("extract", "--consumer", "qemu", "."), "does not describe how its sources read keys"),
        (
            ("extract", "--consumer", "crash", ".", "--arch", "arm64"),
            "--arch works only with a kernel tree",
        ),
        (("extract", "--consumer", "crash", "docs"), "no sources of crash found"),
        (("extract", "--consumer", "crash", "nowhere"), "nowhere"),
        (("diff", "--consumer", "crash"), "--consumer compares with a tool's source tree"),
        (("diff", "--consumer", "crash", "docs", "--release", "x"), "not a release of crash"),
        (("sync", "--consumer", "crash", ".", "--release", "7.4"), "from the tags"),
        (("sync", "."), "not a kernel tree"),
        (("history", "--consumer", "crash", "/"), "/"),
    ],
)
def test_mistakes_are_told(run: Run, command: tuple[str, ...], said: str) -> None:
    ran = run(*command)
    assert ran.code == 2
    assert said in ran.err
