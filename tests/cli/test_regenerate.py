# SPDX-License-Identifier: MIT
"""`regenerate`: what products say of themselves is repeated, and nothing else."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.command import Run
from tests.conftest import ROOT


@pytest.fixture
def tree(run: Run, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody's sources with three parsers in them: a copy of what is made once."""
    made = tmp_path_factory.getbasetemp() / "sources"
    if not made.exists():
        run("generate", "c", "--for", "drgn", "--prefix", "drgn", "--out", str(made))
        keys = b"BUILD-ID\nNUMBER(PG_*)\n"
        run("generate", "c", "python", "--keys", "-", "--out", str(made / "deep"), stdin=keys)
        (made / "main.c").write_text("int main(void) { return 0; }\n")
    shutil.copytree(made, tmp_path / "src")
    return tmp_path / "src"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def new_schema(tmp_path: Path) -> str:
    shutil.copytree(ROOT / "schema", tmp_path / "schema")
    with (tmp_path / "schema/kernel/page.vmci").open("a") as file:
        file.write(
            '\nNUMBER(PG_new) {\n\tdoc\t\t"Bit number of the new page flag."\n'
            "\tvalue\t\tsigned bit\n\tvia\t\tVMCOREINFO_NUMBER\n\tsince\t\t7.3\n}\n"
        )
    return str(tmp_path / "schema")


@pytest.mark.long
def test_nothing_changes_by_itself(run: Run, tree: Path) -> None:
    before = contents(tree)
    ran = run("regenerate", str(tree), "--format", "json")
    assert ran.code == 0
    products = ran.json("regenerate")["products"]
    assert len(products) == 5
    assert {product["state"] for product in products} == {"unchanged"}
    assert contents(tree) == before
    assert run("regenerate", "--check", str(tree)).code == 0


@pytest.mark.long
def test_a_new_key_arrives_where_a_glob_asks_for_it(run: Run, tree: Path, new_schema: str) -> None:
    before = contents(tree)
    checked = run("regenerate", "--check", str(tree), "--schema", new_schema)
    assert checked.code == 1
    assert contents(tree) == before
    rows = [re.split(r" {2,}", line) for line in checked.out.splitlines()[1:]]
    stale = {Path(row[0]).name: row[-1] for row in rows if row[1] == "stale"}
    have_it = {name for name, keys in stale.items() if keys == "+NUMBER(PG_new)"}
    assert have_it == {"vmcoreinfo.h", "vmcoreinfo.c", "vmcoreinfo_subset.py"}
    # They pass over its line.
    assert stale.keys() - have_it == {"drgn_vmcoreinfo.h", "drgn_vmcoreinfo.c"}
    ran = run("regenerate", str(tree), "--schema", new_schema, "--format", "json")
    assert ran.code == 0
    header = next(
        p for p in ran.json("regenerate")["products"] if p["path"].endswith("deep/vmcoreinfo.h")
    )
    assert header["state"] == "written"
    assert header["command"] == "vmcoreinfo generate c --keys -"
    assert (header["added"], header["removed"]) == (["NUMBER(PG_new)"], [])
    assert header["before"]["schema_hash"] != header["now"]["schema_hash"]
    assert "VMCOREINFO_NUMBER_PG_new" in (tree / "deep/vmcoreinfo.h").read_text()
    assert run("regenerate", "--check", str(tree), "--schema", new_schema).code == 0


@pytest.mark.long
def test_a_key_goes_when_nothing_asks_for_it(run: Run, tree: Path) -> None:
    for name in ("vmcoreinfo.h", "vmcoreinfo.c", "vmcoreinfo_subset.py"):
        edit(tree / "deep" / name, "BUILD-ID\n", "OSRELEASE\n")
    told = run("regenerate", str(tree / "deep"), "--format", "json").json("regenerate")["products"]
    assert [product["removed"] for product in told] == [["BUILD-ID"]] * 3


def test_what_was_edited_by_hand_is_put_right(run: Run, tree: Path) -> None:
    before = contents(tree)
    with (tree / "drgn_vmcoreinfo.c").open("a") as file:
        file.write("/* mine */\n")
    (tree / "drgn_vmcoreinfo.h").write_bytes(
        (tree / "drgn_vmcoreinfo.h").read_bytes().replace(b"\n", b"\r\n", 3)
    )
    assert run("regenerate", str(tree)).code == 0
    assert contents(tree) == before or b"\r\n" in (tree / "drgn_vmcoreinfo.h").read_bytes()
    assert b"mine" not in (tree / "drgn_vmcoreinfo.c").read_bytes()


def test_a_file_brings_what_belongs_to_it(run: Run, tree: Path) -> None:
    ran = run("regenerate", str(tree / "deep/vmcoreinfo.h"), "--format", "json")
    paths = [Path(p["path"]).name for p in ran.json("regenerate")["products"]]
    assert paths == ["vmcoreinfo.h", "vmcoreinfo.c"]


def test_a_copy_of_the_whole_parsers_is_known(run: Run, tmp_path: Path) -> None:
    shutil.copy(ROOT / "generated/c/vmcoreinfo.h", tmp_path)
    shutil.copytree(ROOT / "generated/python/vmcoreinfo", tmp_path / "lib" / "vmcoreinfo")
    edit(tmp_path / "lib/vmcoreinfo/derive.py", "def page_shift(", "def page_shaft(")
    ran = run("regenerate", "--check", str(tmp_path), "--format", "json")
    assert ran.code == 1
    states = {Path(p["path"]).name: p["state"] for p in ran.json("regenerate")["products"]}
    assert states.pop("derive.py") == "stale"
    assert set(states.values()) == {"unchanged"} and "vmcoreinfo.h" in states


def test_the_generated_folder_is_in_order(run: Run) -> None:
    assert run("regenerate", "--check", "generated").code == 0


def test_links_and_hidden_folders_are_passed_over(run: Run, tree: Path, tmp_path: Path) -> None:
    search = tmp_path / "search"
    (search / ".git").mkdir(parents=True)
    shutil.copy(tree / "deep/vmcoreinfo.h", search / ".git")
    (search / "link.h").symlink_to(tree / "deep/vmcoreinfo.h")
    ran = run("regenerate", str(search))
    assert ran.code == 1
    assert f"{search}: no files generated by vmcoreinfo" in ran.err


@pytest.mark.long
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("generate c ", "generate c --out /tmp ", "unrecognized arguments: --out /tmp"),
        pytest.param(
            "generate c ",
            "generate c --schema /tmp ",
            "unrecognized arguments: --schema /tmp",
            marks=pytest.mark.long,
        ),
        pytest.param(
            "generate c ",
            "generate c python ",
            "drgn': unrecognized arguments: python",
            marks=pytest.mark.long,
        ),
        pytest.param(
            "generate c ",
            "generate c; touch hacked; ",
            "invalid choice: 'c;'",
            marks=pytest.mark.long,
        ),
        ("generate c ", "generate $(touch hacked) ", "invalid choice: '$(touch'"),
        ("generate c ", "generate c 'open ", "the command can't be read: No closing quotation"),
        ("vmcoreinfo generate c", "rm -rf generate c", "is not a 'vmcoreinfo generate' command"),
        pytest.param(
            "--for drgn", "--fo drgn", "unrecognized arguments: --fo", marks=pytest.mark.long
        ),
        pytest.param(
            "--for drgn", "--for nobody", "unknown consumer 'nobody'", marks=pytest.mark.long
        ),
        (
            "--for drgn",
            "--keys /etc/passwd",
            "expected '--keys -', with the keys listed below the command",
        ),
        pytest.param(
            "--for drgn", "--kernel 6.9..6.8", "6.8 must be after 6.9", marks=pytest.mark.long
        ),
        pytest.param(
            "--for drgn",
            "--for drgn --arch pdp11",
            "unknown architecture 'pdp11'",
            marks=pytest.mark.long,
        ),
        (
            "--prefix drgn",
            "--prefix ../../drgn",
            "--prefix '../../drgn': use at most 64 lower-case letters",
        ),
        pytest.param(
            "--prefix drgn",
            "--prefix other",
            "generates other_vmcoreinfo.h, other_vmcoreinfo.c, not",
            marks=pytest.mark.long,
        ),
    ],
)
def test_a_stamp_that_was_changed_does_nothing(
    run: Run, tree: Path, old: str, new: str, message: str
) -> None:
    header = tree / "drgn_vmcoreinfo.h"
    edit(header, old, new)
    with (tree / "deep/vmcoreinfo.c").open("a") as file:
        file.write("/* to be put right, but not now */\n")
    before = contents(tree)
    ran = run("regenerate", str(tree))
    assert (ran.code, ran.out) == (2, "")
    assert f"{header}:4:22: error: " in ran.err and message in ran.err
    assert contents(tree) == before
    assert not any(Path(folder, "hacked").exists() for folder in (os.getcwd(), tree))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (" * END\n", "", ":4:1: error: the keys do not end with a line ' * END'"),
        (" * END\n", " *\n * END\n", ":4:1: error: the keys do not end with a line ' * END'"),
        (" * END\n", " *  END\n * END\n", ":7:4: error: expected a key, or 'END'"),
        (" * BUILD-ID\n", " * BUILD-I\n", ":5:4: error: unknown key 'BUILD-I'; did you mean"),
        (" * BUILD-ID\n", " * /etc/passwd\n", ":5:4: error: '/etc/passwd' is neither a key"),
        (" <<'END'", "", "expected '--keys -'"),
    ],
)
def test_keys_of_a_stamp_that_were_changed(
    run: Run, tree: Path, old: str, new: str, message: str
) -> None:
    edit(tree / "deep/vmcoreinfo.h", old, new)
    ran = run("regenerate", str(tree / "deep/vmcoreinfo.h"))
    assert ran.code == 2
    assert message in ran.err


def test_all_that_is_wrong_is_told_at_once(run: Run, tree: Path) -> None:
    edit(tree / "drgn_vmcoreinfo.h", "generate c ", "generate c --out x ")
    edit(tree / "deep/vmcoreinfo.h", " * END\n", "")
    err = run("regenerate", str(tree), str(tree / "main.c")).err
    assert "drgn_vmcoreinfo.h:4:22" in err and "deep/vmcoreinfo.h:4:1" in err
    assert f"{tree}/main.c: error: not marked as generated by vmcoreinfo" in err


def test_what_is_none_of_its_own(run: Run, tree: Path) -> None:
    assert run("regenerate", str(tree / "none.h")).code == 2
    table = run("regenerate", "generated/rst/vmcoreinfo.rst")
    assert table.code == 2 and "invalid choice: 'rst'" in table.err
    assert run("regenerate", "docs").code == 1
    os.rename(tree / "drgn_vmcoreinfo.h", tree / "mine.h")
    renamed = run("regenerate", str(tree / "mine.h"))
    assert renamed.code == 2 and "if the file was renamed" in renamed.err
