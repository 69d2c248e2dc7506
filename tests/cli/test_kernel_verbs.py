# SPDX-License-Identifier: MIT
"""`extract` and `diff --kernel` from the command line."""

from __future__ import annotations

import csv
import io
import json
import tarfile
from pathlib import Path

import pytest

from tests.command import Run
from tests.sync.recorded import write_recorded


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A tree with all exports of 7.3.4."""
    return write_recorded("7.3.4", tmp_path / "linux")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def test_extract(run: Run, top: Path) -> None:
    ran = run("extract", str(top))
    assert ran.code == 0
    assert len(ran.out.splitlines()) == 1 + 165
    assert "places found by text search: 165 exports" in ran.err
    answer = run("extract", str(top), "--format", "json").json("extract")
    assert (answer["release"], answer["not_understood"]) == ("7.3.4", [])
    by_key = {export["key"]: export for export in answer["exports"] if export["arch"] == "*"}
    assert by_key["SYMBOL(vmemmap)"] == {
        "key": "SYMBOL(vmemmap)",
        "arch": "*",
        "condition": "CONFIG_SPARSEMEM_VMEMMAP",
        "format": "hex",
        "macro": "VMCOREINFO_SYMBOL_ARRAY",
        "file": "kernel/vmcore_info.c",
        "line": by_key["SYMBOL(vmemmap)"]["line"],
        "function": "save",
    }
    rows = list(csv.reader(io.StringIO(run("extract", str(top), "--format", "csv").out)))
    assert len(rows) == 166


def test_extract_for_one_architecture(run: Run, top: Path) -> None:
    def keys(arch: str) -> set[str]:
        answer = run("extract", str(top), "--arch", arch, "--format", "json").json("extract")
        assert {export["arch"] for export in answer["exports"]} <= {"*", arch}
        return {export["key"] for export in answer["exports"]}

    assert "SYMBOL(vmemmap_list)" in keys("ppc64")
    assert "SYMBOL(vmemmap_list)" not in keys("ppc")
    assert "CONFIG_X86_PAE" in keys("i386") and "NUMBER(phys_base)" not in keys("i386")


def test_extract_tells_what_it_does_not_understand(run: Run, top: Path) -> None:
    edit(top / "kernel/vmcore_info.c", "VMCOREINFO_NUMBER(PG_lru);", "VMCOREINFO_NEW(PG_lru);")
    ran = run("extract", str(top))
    assert ran.code == 1
    assert (
        "not understood: no definition of VMCOREINFO_NEW found: VMCOREINFO_NEW(PG_lru);" in ran.err
    )
    (finding,) = run("extract", str(top), "--format", "json").json("extract")["not_understood"]
    assert finding["file"] == "kernel/vmcore_info.c"
    # Of very many the first ones.
    many = "VMCOREINFO_NEW(PG_lru);\n" * 1500
    edit(top / "kernel/vmcore_info.c", "VMCOREINFO_NEW(PG_lru);", many)
    told = run("extract", str(top)).err.splitlines()
    assert told[-2:-1] == ["... and 500 more; --format json lists all"]
    assert len(told) == 1002
    assert (
        len(run("extract", str(top), "--format", "json").json("extract")["not_understood"]) == 1500
    )


def test_diff_of_schema_and_tree(run: Run, top: Path) -> None:
    same = run("diff", "--kernel", str(top))
    assert (same.code, same.out) == (0, "")
    assert "entries compared on its architectures, 0 differences" in same.err

    core = top / "kernel/vmcore_info.c"
    edit(core, "VMCOREINFO_NUMBER(PG_lru);", "VMCOREINFO_NUMBER(PG_lru_new);")
    edit(
        core,
        "VMCOREINFO_NUMBER(PG_private);",
        'vmcoreinfo_append_str("NUMBER(PG_private)=0x%lx\\n", x);',
    )
    edit(
        core,
        "\tVMCOREINFO_NUMBER(PG_swapbacked);\n",
        "#ifdef CONFIG_SWAP\n\tVMCOREINFO_NUMBER(PG_swapbacked);\n#endif\n",
    )
    edit(top / "arch/arm64/kernel/vmcore_info.c", "\tVMCOREINFO_NUMBER(VA_BITS);\n", "")
    ran = run("diff", "--kernel", str(top), "--format", "json")
    assert ran.code == 1
    answer = ran.json("diff")
    assert {(c["change"], c["key"], tuple(c["archs"] or ())) for c in answer["changes"]} == {
        ("missing", "NUMBER(PG_lru)", ()),
        ("extra", "NUMBER(PG_lru_new)", ()),
        ("format", "NUMBER(PG_private)", ()),
        ("condition", "NUMBER(PG_swapbacked)", ()),
        ("missing", "NUMBER(VA_BITS)", ("arm64",)),
    }
    table = run("diff", "--kernel", str(top), "--arch", "aarch64").out
    assert "- NUMBER(VA_BITS)" in table
    assert "condition: always in the schema, CONFIG_SWAP in the tree" in table
    assert "NUMBER(VA_BITS)" not in run("diff", "--kernel", str(top), "--arch", "x86_64").out


def test_diff_as_sarif(run: Run, top: Path) -> None:
    edit(top / "kernel/vmcore_info.c", "VMCOREINFO_NUMBER(PG_lru);", "VMCOREINFO_NUMBER(PG_new);")
    log = json.loads(run("diff", "--kernel", str(top), "--format", "sarif").out)
    assert log["version"] == "2.1.0"
    (run_,) = log["runs"]
    results = {r["ruleId"]: r for r in run_["results"]}
    assert (
        set(results) == {"missing", "extra"} <= {r["id"] for r in run_["tool"]["driver"]["rules"]}
    )
    place = results["extra"]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "kernel/vmcore_info.c"
    assert place["region"]["startLine"] > 1
    at = results["missing"]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert at == "schema/kernel/page-flags.vmci"


def test_diff_tells_entries_in_another_file(run: Run, top: Path) -> None:
    """As the note is the same, that is no difference."""
    moved = top / "kernel/crash/vmcore_info.c"
    moved.parent.mkdir()
    (top / "kernel/vmcore_info.c").rename(moved)
    ran = run("diff", "--kernel", str(top))
    assert ran.code == 0
    assert ran.out.startswith("> kernel/crash/vmcore_info.c:")
    assert "printed by kernel/vmcore_info.c according to the schema" in ran.out
    (told,) = run("diff", "--kernel", str(top), "--format", "json").json("diff")["moved"]
    assert (told["in_schema"], told["in_tree"]) == (
        "kernel/vmcore_info.c",
        str(moved.relative_to(top)),
    )
    assert "NUMBER(PG_lru)" in told["keys"] and "SYMBOL(prb)" not in told["keys"]
    log = json.loads(run("diff", "--kernel", str(top), "--format", "sarif").out)
    (result,) = log["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("moved", "note")


def test_diff_as_another_release(run: Run, top: Path) -> None:
    out = run("diff", "--kernel", str(top), "--release", "7.0").out
    assert "+ OFFSET(page.compound_info)" in out and "- OFFSET(page.compound_head)" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["extract", "docs"], "not a kernel tree: no Makefile with VERSION"),
        (["extract", "none"], "No such file or directory"),
        (["extract", "README.md"], "neither a folder nor a readable tarball"),
        (["extract", ".", "--rev", "no-such-revision"], "git rev-parse"),
        (["diff", "--kernel", "docs"], "not a kernel tree"),
        (["diff", "6.8"], "give two releases, or a tree with --kernel"),
        (["diff", "6.8", "6.9", "--kernel", "docs"], "give two releases, or a tree with --kernel"),
        (["diff", "6.8", "6.9", "--format", "sarif"], "give a tree with --kernel"),
    ],
)
def test_what_cannot_be_read(run: Run, arguments: list[str], message: str) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_progress_on_a_terminal_alone(
    run: Run, top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tarball = tmp_path / "linux.tar.xz"
    with tarfile.open(tarball, "w:xz") as tar:
        tar.add(top, "linux-7.3.4")
    monkeypatch.setattr("vmcoreinfo_codegen.cli.progress.DELAY", 0)
    assert "reading" not in run("extract", str(tarball)).err
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert "reading linux.tar.xz" in run("extract", str(tarball)).err
