# SPDX-License-Identifier: MIT
"""`check`, `fmt`, `generate` and `completion`."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.command import Run
from tests.conftest import ROOT
from vmcoreinfo_codegen.check import all_rules
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.targets import TARGETS


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "schema", tmp_path / "schema")
    return tmp_path / "schema"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_check_of_the_shipped_schema(run: Run, schema: Schema) -> None:
    ran = run("check")
    assert (ran.code, ran.out) == (0, "")
    counts = f"{len(schema.entries)} entries, {len(schema.derivations)} derivations"
    assert f"{counts}, {len(all_rules())} rules: no problems" in ran.err
    assert run("check", "--format", "json").json("check") == {"problems": []}


def test_check_tells_all_problems_at_once(run: Run, copy: Path) -> None:
    edit(copy / "kernel" / "kallsyms.vmci", "since\t\t6.0 ", "sincce\t\t6.0 ")
    edit(copy / "macros.vmci", "decimal bytes", "decimal byte")
    edit(copy / "kernel" / "address-space.vmci", "commit 55c49fee57af", "commit 55c49fe")
    ran = run("check", "--schema", str(copy))
    assert ran.code == 1
    rules = [
        problem["rule"]
        for problem in run("check", "--schema", str(copy), "--format", "json").json("check")[
            "problems"
        ]
    ]
    assert {"VMCI001", "VMCI002", "VMCI018"} <= set(rules)
    assert "did you mean since?" in ran.out
    assert "did you mean bytes?" in ran.out
    assert ran.out.startswith("schema/")


def test_check_explains_its_rules(run: Run) -> None:
    listed = run("check", "--rules").out
    as_json = json.loads(run("check", "--rules", "--format", "json").out)
    assert [rule["id"] for rule in as_json] == ["VMCI001", "VMCI002", *(r.id for r in all_rules())]
    for rule in all_rules():
        assert rule.id in listed
        assert rule.doc in run("check", "--rule", rule.name).out
    assert "The file is valid" in run("check", "--rule", "VMCI001").out
    assert run("check", "--rule", "VMCI002").code == 0
    assert run("check", "--rule", "VMCI999").code == 1


def test_fmt(run: Run, copy: Path) -> None:
    assert run("fmt", "--check").code == 0
    page = copy / "kernel" / "page.vmci"
    shipped = page.read_text()
    edit(page, "\tsince\t\t", "  since   ")
    checked = run("fmt", "--check", str(copy))
    assert (checked.code, checked.out) == (1, f"would change {page}\n")
    assert run("fmt", str(page)).out == f"changed {page}\n"
    assert page.read_text() == shipped
    assert run("fmt", str(copy)).out == ""


def test_fmt_leaves_a_file_with_errors_alone(run: Run, copy: Path) -> None:
    page = copy / "kernel" / "page.vmci"
    edit(page, "since", "sinec")
    broken = page.read_text()
    ran = run("fmt", str(page), "--format", "json")
    assert ran.code == 2
    assert ran.json("fmt")["problems"][0]["hint"] == "did you mean since?"
    assert page.read_text() == broken
    assert run("fmt", str(copy / "none.vmci")).code == 2


def test_fmt_as_a_filter(run: Run) -> None:
    ran = run("fmt", "-", stdin=b"schema 1\nrelease   6.9 2024-05-12\n")
    assert (ran.code, ran.out) == (0, "schema 1\nrelease 6.9\t2024-05-12\n")
    assert run("fmt", "--check", "-", stdin=b"schema   1\n").code == 1
    assert run("fmt", "-", stdin=b"shema 1\n").code == 2


def test_shipped_products_are_as_the_schema_makes_them(run: Run) -> None:
    ran = run("generate", "--check")
    assert ran.code == 0, ran.out
    assert "products are up to date" in ran.out


@pytest.mark.long
def test_generate_writes_only_what_changed(run: Run, tmp_path: Path) -> None:
    first = run("generate", "--out", str(tmp_path), "--format", "json").json("generate")
    assert {path.partition("/")[0] for path in first["written"]} == set(TARGETS)
    header = tmp_path / "c" / "vmcoreinfo.h"
    assert header.read_bytes() == (ROOT / "generated/c/vmcoreinfo.h").read_bytes()
    before = header.stat().st_mtime_ns
    header_of_old = tmp_path / "c" / "old.h"
    header_of_old.write_text(header.read_text().replace("vmcoreinfo 0.1", "vmcoreinfo 0.0", 1))
    mine = tmp_path / "c" / "mine.h"
    mine.write_text("/* by hand */\n")
    source = tmp_path / "c" / "vmcoreinfo.c"
    stale = source.read_text() + "stale"
    source.write_text(stale)
    checked = run("generate", "--out", str(tmp_path), "--check")
    assert checked.code == 1
    remedy = f"run '{shlex.join(['vmcoreinfo', 'generate', '--out', str(tmp_path)])}'"
    assert f"{tmp_path}/c/vmcoreinfo.c:1:1: stale; {remedy}\n" in checked.out
    assert source.read_text() == stale
    second = run("generate", "--out", str(tmp_path), "--format", "json").json("generate")
    assert second["written"] == ["c/vmcoreinfo.c"]
    assert second["removed"] == ["c/old.h"]
    assert mine.exists()
    assert header.stat().st_mtime_ns == before


def test_generate_one_target(run: Run, tmp_path: Path) -> None:
    assert run("generate", "c", "--out", str(tmp_path)).code == 0
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == [
        "CMakeLists.txt",
        "libvmcoreinfo.pc.in",
        "meson.build",
        "vmcoreinfo.c",
        "vmcoreinfo.h",
        "vmcoreinfo.map",
    ]
    wrong = run("generate", "cc", "--out", str(tmp_path))
    assert wrong.code == 2 and "did you mean c?" in wrong.err


def test_generate_refuses_a_schema_with_problems(run: Run, copy: Path, tmp_path: Path) -> None:
    edit(copy / "kernel" / "address-space.vmci", "commit 55c49fee57af", "commit 55c49fe")
    ran = run("generate", "--schema", str(copy), "--out", str(tmp_path / "out"))
    assert ran.code == 1
    assert "VMCI018" in ran.err
    assert not (tmp_path / "out").exists()


@pytest.mark.long
def test_a_new_entry_reaches_every_product(run: Run, copy: Path, tmp_path: Path) -> None:
    """The way of a change: one entry in the schema, and both parsers know it."""
    with (copy / "kernel" / "page.vmci").open("a") as file:
        file.write(
            '\nNUMBER(PG_new) {\n\tdoc\t\t"Bit number of the new page flag."\n'
            "\tvalue\t\tsigned bit\n\tvia\t\tVMCOREINFO_NUMBER\n\tsince\t\t7.3\n}\n"
        )
    checked = run("check", "--schema", str(copy))
    assert checked.code == 1 and "NUMBER(PG_new) has no number" in checked.out
    numbers = copy / "numbers.vmci"
    keys, behind, archs = numbers.read_text().partition("}\n\narch-numbers")
    numbers.write_text(f"{keys}\tnumber\t\tNUMBER(PG_new)\n{behind}{archs}")
    assert run("check", "--schema", str(copy)).code == 0
    assert run("generate", "--schema", str(copy), "--out", str(tmp_path / "out")).code == 0
    # It has the number behind the last one.
    number = keys.count("\tnumber\t")
    assert f"VMCOREINFO_NUMBER_PG_new = {number}," in (tmp_path / "out/c/vmcoreinfo.h").read_text()
    assert (
        "def NUMBER_PG_new(self)" in (tmp_path / "out/python/vmcoreinfo/properties.py").read_text()
    )
    assert "PG_new" in (tmp_path / "out/tables/entries.md").read_text()
    assert "PG_new" in (tmp_path / "out/rst/vmcoreinfo.rst").read_text()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run: Run, shell: str, tmp_path: Path) -> None:
    ran = run("completion", shell)
    assert ran.code == 0
    assert "OFFSET(page.lru)" in ran.out
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here to read the script with")
    script = tmp_path / "completion"
    script.write_text(ran.out)
    subprocess.run([shell, "-n", str(script)], check=True)


def test_completion_in_bash(run: Run, tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash here")
    script = tmp_path / "completion"
    script.write_text(run("completion", "bash").out)

    def complete(*words: str) -> list[str]:
        code = (
            f"source '{script}'; COMP_WORDS=({' '.join(repr(w) for w in words)}); "
            f"COMP_CWORD={len(words) - 1}; _shtab_vmcoreinfo; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        )
        ran = subprocess.run([bash, "-c", code], capture_output=True, text=True, check=True)
        return ran.stdout.split("\n")

    assert "explain" in complete("vmcoreinfo", "ex")
    assert "aarch64" in complete("vmcoreinfo", "list", "--arch", "aar")
    assert "OFFSET(vmap_area.va_start)" in complete("vmcoreinfo", "explain", "OFFSET(vmap")


def test_a_defect_is_told_as_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import vmcoreinfo_codegen.cli.verbs.list_ as verb

    def broken(*_: object) -> None:
        raise ZeroDivisionError("just so")

    monkeypatch.setattr(verb, "listing", broken)
    ran = run("list")
    assert ran.code == 3
    assert "internal error: ZeroDivisionError: just so" in ran.err
