# SPDX-License-Identifier: MIT
"""`compat` of several tools, kernels and dumps in one call."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.command import Run
from tests.conftest import ROOT
from tests.dump import make

NOTES = ROOT / "tests/corpus/notes"
NOTE = NOTES / "x86_64-6.12.117+deb13-amd64.note"
OF_ARM = NOTES / "arm64-6.12.117+deb13-cloud-arm64.note"
GOOD = ["--consumer", "drgn@0.3.0"]
BAD = ["--consumer", "makedumpfile@1.7.2"]
KERNEL = ["--kernel", "6.9", "--arch", "x86_64"]


def verdicts(found: dict[str, Any], by: str = "consumer") -> dict[str, str]:
    return {cell[by]: cell["verdict"] for cell in found["cells"]}


@pytest.mark.parametrize("tools", [GOOD + BAD, BAD + GOOD])
def test_the_worst_of_several_tools_counts(run: Run, tools: list[str]) -> None:
    ran = run("compat", *tools, *KERNEL, "--format", "json")
    assert ran.code == 1 and ran.json("compat")["verdict"] == "wrong"
    assert verdicts(ran.json("compat")) == {"drgn": "ok", "makedumpfile": "wrong"}
    assert run("compat", *GOOD, *KERNEL).code == 0


def test_several_kernels(run: Run) -> None:
    ran = run("compat", *BAD, *KERNEL, "--kernel", "6.1")
    lines = ran.out.splitlines()
    assert [line.split()[:4] for line in lines] == [
        ["KERNEL", "TOOL", "VERDICT", "RESTS"],
        ["6.9", "makedumpfile", "1.7.2", "wrong"],
        ["6.1", "makedumpfile", "1.7.2", "ok"],
    ]
    assert ran.code == 1


def test_every_tool_that_reads_the_architecture(run: Run) -> None:
    of_x86 = run("compat", "--consumer", "all", *KERNEL, "--format", "json").json("compat")
    of_s390x = run(
        "compat", "--consumer", "all", "--kernel", "6.9", "--arch", "s390x", "--format", "json"
    ).json("compat")
    assert "zgetdump" in verdicts(of_s390x) and "zgetdump" not in verdicts(of_x86)
    assert {"crash", "drgn", "libkdumpfile", "makedumpfile"} <= verdicts(of_x86).keys()
    named = run("compat", "--consumer", "zgetdump", *GOOD, *KERNEL, "--format", "json")
    assert verdicts(named.json("compat"))["zgetdump"] == "unknown" and named.code == 4


def test_several_dumps(run: Run) -> None:
    ran = run("compat", str(NOTE), str(OF_ARM), *GOOD, *BAD, "--format", "json")
    cells = ran.json("compat")["cells"]
    assert [(cell["input"], cell["arch"], cell["consumer"]) for cell in cells] == [
        (str(NOTE), "x86_64", "drgn"),
        (str(NOTE), "x86_64", "makedumpfile"),
        (str(OF_ARM), "arm64", "drgn"),
        (str(OF_ARM), "arm64", "makedumpfile"),
    ]
    table = run("compat", str(NOTE), str(OF_ARM), *GOOD)
    assert table.out.split("\n")[0].split() == [
        *["INPUT", "KERNEL", "ARCH", "TOOL", "VERDICT", "RESTS", "ON", "WHY"]
    ]


def test_what_can_not_be_read_keeps_no_other(run: Run, tmp_path: Path) -> None:
    none = tmp_path / "none"
    cut = tmp_path / "cut"
    cut.write_bytes(make.elf(NOTE.read_bytes())[:100])
    ran = run("compat", str(none), str(NOTE), str(cut), *GOOD, "--format", "json")
    found = ran.json("compat")
    assert ran.code == 2
    assert [cell["input"] for cell in found["cells"]] == [str(NOTE)]
    assert [one["input"] for one in found["unreadable"]] == [str(none), str(cut)]
    assert ran.err.count("vmcoreinfo: error: ") == 2 and f"{none}: No such file" in ran.err


def test_a_dump_that_is_cut_is_no_ok(run: Run, tmp_path: Path) -> None:
    """Its note is whole; what a tool does with the pages that are left is not known."""
    dump = tmp_path / "vmcore"
    whole = make.elf(NOTE.read_bytes())
    dump.write_bytes(whole)
    assert run("compat", str(dump), *GOOD).code == 0
    dump.write_bytes(whole[:-100])
    ran = run("compat", str(dump), *GOOD, "--format", "json")
    assert ran.code == 4 and ran.json("compat")["verdict"] == "unknown"
    assert any("the dump ends 100 bytes before" in why for why in ran.json("compat")["not_known"])
    assert run("compat", str(dump), *BAD).code == 1


def test_junit(run: Run, tmp_path: Path) -> None:
    none = tmp_path / "none"
    ran = run("compat", str(NOTE), str(none), *GOOD, *BAD, "--format", "junit")
    root = ElementTree.fromstring(ran.out)
    assert (root.get("tests"), root.get("failures")) == ("3", "2")
    of_note, of_none = root
    assert [case.get("name") for case in of_note] == ["drgn 0.3.0", "makedumpfile 1.7.2"]
    assert [case[0].get("type") for case in (*of_note, *of_none) if len(case)] == [
        "wrong", "unreadable",
    ]  # fmt: skip


def test_sarif_of_one_prediction(run: Run) -> None:
    ran = run("compat", *BAD, *KERNEL, "--format", "sarif")
    (found,) = json.loads(ran.out)["runs"]
    (result,) = found["results"]
    assert result["ruleId"] == "wrong" and result["level"] == "error"
    assert (
        "makedumpfile 1.7.2 on 6.9, x86_64: wrong: recognise slab pages"
        in result["message"]["text"]
    )
    assert result["ruleId"] in {rule["id"] for rule in found["tool"]["driver"]["rules"]}


def test_what_a_distribution_has_on_a_dump(run: Run) -> None:
    ran = run("compat", "--distribution", "debian13", str(NOTE), "--format", "json")
    found = ran.json("compat")
    assert verdicts(found) == {
        **{"crash": "ok", "drgn": "ok", "libkdumpfile": "ok", "makedumpfile": "degraded"}
    }
    assert {cell["input"] for cell in found["cells"]} == {str(NOTE)} and ran.code == 0


@pytest.fixture
def tools_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two tools that can be asked for their releases, and nothing else."""
    for name, told in (("makedumpfile", "makedumpfile: version 1.7.2 (released on x)"),
                       ("drgn", "drgn 0.3.0 (using Python 3.11)")):  # fmt: skip
        (tmp_path / name).write_text(f"#!/bin/sh\necho '{told}'\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/nothing")
    return tmp_path


def test_what_is_installed(run: Run, tools_here: Path) -> None:
    found = run("compat", "--installed", *KERNEL, "--format", "json").json("compat")
    assert {(cell["consumer"], cell["release"]) for cell in found["cells"]} == {
        ("makedumpfile", "1.7.2"), ("drgn", "0.3.0"),
    }  # fmt: skip
    (tools_here / "drgn").unlink()
    (tools_here / "makedumpfile").unlink()
    ran = run("compat", "--installed", *KERNEL)
    assert ran.code == 2 and "no known tool is installed" in ran.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([*GOOD, *BAD, *KERNEL, "--from", "6.6"], "--from works with one tool and one kernel"),
        ([*GOOD, *BAD], "no kernel given; use --kernel and --arch"),
        ([*GOOD, *BAD, "--kernel", "6.9"], "no kernel given; use --kernel and --arch"),
        ([*GOOD, "--kernel", "6.9", "--format", "junit"], "use --kernel and --arch"),
        ([*GOOD, *BAD, *KERNEL, "--level", "31"], "--command and --level need a single tool"),
        ([str(NOTE), str(NOTE), *GOOD, "--kernel", "6.9", "--kernel", "6.6"], "only one --kernel"),
        ([*GOOD, "--consumer", "alll", *KERNEL], "unknown consumer 'alll'"),
    ],
)
def test_what_can_not_be_asked(run: Run, options: list[str], said: str) -> None:
    ran = run("compat", *options)
    assert ran.code == 2 and said in ran.err
