# SPDX-License-Identifier: MIT
"""`diff --kernel`, `extract` and `history` of vendors' trees: each is compared with its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.command import Run
from tests.sync.recorded import write_recorded
from tests.sync.vendor_tree import commit, git, makefiles, write_vendor_tree

TAGS = {
    "kernel-4.18.0-553.el8_10": "4.18.0-553.8.1.el8_10",
    "5.14.0-427.42.1.el9_4": "5.14.0-427.42.1.el9_4",
    "imports/c9s/kernel-5.14.0-503.11.1.el9_5": "5.14.0-503.11.1.el9_5",
    "5.14.0-503.40.1.el9_5": "5.14.0-503.40.1.el9_5",
    "5.14.0-570.12.1.el9_6": "5.14.0-570.12.1.el9_6",
}
HUGETLB = "NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("linux")
    git(top, "init", "-q")
    # Neither in the order of names nor in that of builds.
    for tag in sorted(TAGS, key=lambda tag: tag[::-1]):
        for path in top.iterdir():
            if path.name != ".git":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        write_vendor_tree(TAGS[tag], top)
        commit(top, tag)
    git(top, "tag", "not-a-kernel")
    return top


@pytest.mark.parametrize("tag", TAGS)
def test_a_tag_names_the_line(run: Run, repository: Path, tag: str) -> None:
    ran = run("diff", "--kernel", str(repository), "--rev", tag, "--format", "json")
    answer = ran.json("diff")
    assert (ran.code, answer["changes"], answer["not_understood"]) == (0, [], 0)
    assert answer["line"]["build"] in tag and answer["compared"] > 400
    major = "rhel8" if "el8" in tag else "rhel9"
    assert (answer["line"]["name"], answer["line"]["read"]) == (major, True)


def test_the_files_name_it_where_no_tag_does(run: Run, tmp_path: Path) -> None:
    top = write_vendor_tree("5.14.0-570.12.1.el9_6", tmp_path / "linux")
    same = run("diff", "--kernel", str(top))
    assert (same.code, same.out) == (0, "")
    assert "as rhel9 9.6, build 570.12.1, based on 5.14: 458 entries compared" in same.err
    # As mainline, or as another build, it is no other tree.
    other = run("diff", "--kernel", str(top), "--release", "5.14")
    assert other.code == 1 and f"+ {HUGETLB}" in other.out
    other = run("diff", "--kernel", str(top), "--release", "rhel9.5", "--arch", "x86_64")
    assert other.code == 1 and "+ NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)" not in other.out
    assert f"+ {HUGETLB}" in other.out
    # A vendor's own architectures count alone.
    (top / "arch/riscv/kernel").mkdir()
    edit = 'void save(void)\n{\n\tvmcoreinfo_append_str("NUMBER(new)=%ld\\n", v);\n}\n'
    (top / "arch/riscv/kernel/vmcore_info.c").write_text(edit)
    assert run("diff", "--kernel", str(top)).code == 0
    assert run("diff", "--kernel", str(top), "--release", "5.14", "--arch", "riscv64").code == 1


def test_a_key_that_is_printed_twice(run: Run, tmp_path: Path) -> None:
    top = write_vendor_tree("5.14.0-570.12.1.el9_6", tmp_path / "linux")
    path = top / "kernel/vmcore_info.c"
    call = '\tvmcoreinfo_append_str("PAGESIZE=%ld\\n", v);\n'
    text = path.read_text()
    assert text.count("PAGESIZE=") == 1
    path.write_text(text + f"void again(void)\n{{\n{call}}}\n")
    assert run("diff", "--kernel", str(top)).code == 0


def test_extract_tells_the_line(run: Run, repository: Path, tmp_path: Path) -> None:
    tag = "kernel-4.18.0-553.el8_10"
    for more in ([], ["--arch", "s390x"]):
        ran = run("extract", str(repository), "--rev", tag, "--format", "json", *more)
        assert ran.json("extract")["line"] == {
            "name": "rhel8",
            "vendor": "rhel",
            "release": "8.10",
            "build": "553",
            "base": "4.18",
            "read": True,
        }
    top = write_recorded("7.3.4", tmp_path / "mainline")
    assert run("extract", str(top), "--format", "json").json("extract")["line"] is None


def test_history_has_the_lives_of_each_line(run: Run, repository: Path) -> None:
    ran = run("history", str(repository))
    assert (ran.code, ran.out) == (0, ""), ran.out
    assert "5 tags, kernel-4.18.0-553.el8_10 to 5.14.0-570.12.1.el9_6: " in ran.err
    answer = run("history", str(repository), "--format", "json").json("history")
    assert answer["tags"] == list(TAGS)
    lives = {
        (entry["line"], entry["key"]): entry["seen"]
        for entry in answer["entries"]
        if "x86_64" in entry["archs"]
    }
    of_9 = list(TAGS)[1:]
    assert lives["rhel8", "OSRELEASE"] == ["kernel-4.18.0-553.el8_10"]
    assert lives["rhel9", "OSRELEASE"] == [f"{of_9[0]}..{of_9[-1]}"]
    assert lives["rhel9", HUGETLB] == ["5.14.0-570.12.1.el9_6"]
    assert lives["rhel9", "OFFSET(folio._folio_dtor)"] == [f"{of_9[1]}..{of_9[2]}"]
    lines = [entry["line"] for entry in answer["entries"]]
    assert lines == sorted(lines) and set(lines) == {"rhel8", "rhel9"}

    chosen = run("history", str(repository), "--tags", r"5\.14.*", "--format", "json")
    assert chosen.json("history")["tags"] == [of_9[0], *of_9[2:]]


def test_history_shows_where_a_line_differs(run: Run, repository: Path, tmp_path: Path) -> None:
    schema = tmp_path / "schema"
    shutil.copytree("schema", schema, ignore=shutil.ignore_patterns("observed"))
    path = schema / "vendor/rhel.vmci"
    text = path.read_text()
    old = f"OFFSET(latched_seq.val) {HUGETLB}"
    assert text.count(old) == 1
    path.write_text(text.replace(old, "OFFSET(latched_seq.val)"))
    ran = run("history", str(repository), "--schema", str(schema))
    assert ran.code == 1
    header, row = ran.out.splitlines()
    assert header.split() == ["LINE", "KEY", "SEEN", "SCHEMA", "ON"]
    assert row.split()[:3] == ["rhel9", HUGETLB, "5.14.0-570.12.1.el9_6"]


def test_history_of_mainline_goes_before(run: Run, tmp_path: Path) -> None:
    """Where there are tags of mainline those of vendors are asked for."""
    top = tmp_path / "linux"
    git(tmp_path, "init", "-q", str(top))
    write_recorded("7.3.4", top)
    commit(top, "v7.3")
    for name, text in makefiles("5.14.0-427.42.1.el9_4").items():
        (top / name).write_text(text)
    commit(top, "kernel-5.14.0-427.42.1.el9_4")
    plain = run("history", str(top), "--format", "json").json("history")
    assert plain["tags"] == ["v7.3"] and {e["line"] for e in plain["entries"]} == {None}
    both = run("history", str(top), "--tags", ".*", "--format", "json")
    assert both.code == 1
    assert both.json("history")["tags"] == ["v7.3", "kernel-5.14.0-427.42.1.el9_4"]
