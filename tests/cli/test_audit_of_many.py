# SPDX-License-Identifier: MIT
"""`audit` of inputs by the hundred: which they are, what is written of them, and when."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from vmcoreinfo_codegen import workers

from ..command import Run, interrupted

NOTES = Path(__file__).parents[1] / "corpus" / "notes"
SOUND = NOTES / "x86_64-6.12.117+deb13-amd64.txt"
COMMAND = [sys.executable, "-m", "vmcoreinfo_codegen"]


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """40 notes in folders: every eighth is cut, every tenth lacks a key, one is none."""
    folder = tmp_path / "fleet"
    text = SOUND.read_text()
    for number in range(40):
        path = folder / f"{number // 10}" / f"{number:02}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        told = text.replace("SIZE(page)=64\n", "") if number % 10 == 3 else text
        path.write_text(told[: len(told) // 2] if number % 8 == 5 else told)
    (folder / "2" / "log").write_text("nothing of the kind\n")
    (folder / ".hidden").write_text("of nobody's concern\n")
    return folder


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_folder_is_all_its_files(run: Run, fleet: Path) -> None:
    ran = run("audit", str(fleet), "--format", "ndjson")
    assert ran.code == 2
    paths = [Path(one["path"]) for one in lines(ran.out)]
    assert paths == sorted(p for p in fleet.glob("*/*") if p.is_file())
    assert len(paths) == 41


def test_a_pattern_is_what_fits_it(run: Run, fleet: Path) -> None:
    ran = run("audit", str(fleet / "**" / "0[0-3].txt"), "--format", "ndjson")
    assert [one["path"][-6:] for one in lines(ran.out)] == ["00.txt", "01.txt", "02.txt", "03.txt"]
    # A file that is called like a pattern is that file.
    odd = fleet / "a[b]"
    shutil.copy(SOUND, odd)
    assert [one["path"] for one in lines(run("audit", str(odd), "--format", "ndjson").out)] == [
        str(odd)
    ]


@pytest.mark.parametrize("end", ["\n", "\0"])
def test_a_list_names_them(run: Run, fleet: Path, tmp_path: Path, end: str) -> None:
    names = [str(fleet / "0" / "01.txt"), str(fleet / "3")]
    listed = tmp_path / "list"
    listed.write_text("".join(name + end for name in names))
    null = ["--null"] if end == "\0" else []
    ran = run("audit", "--files-from", str(listed), *null, str(SOUND), "--format", "ndjson")
    found = [one["path"] for one in lines(ran.out)]
    assert found[:2] == [str(SOUND), names[0]]
    assert found[2:] == [f"{fleet}/3/{number}.txt" for number in range(30, 40)]


def test_a_folder_that_can_not_be_read_costs_no_other(
    run: Run, fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_folder, closed = os.scandir, str(fleet / "1")

    def scandir(path: str) -> Any:
        if path == closed:
            raise PermissionError(13, "Permission denied", path)
        return list_folder(path)

    monkeypatch.setattr("os.scandir", scandir)
    ran = run("audit", str(fleet), "--format", "ndjson")
    told = lines(ran.out)
    assert (ran.code, len(told)) == (2, 32)
    (one,) = (line for line in told if line["path"] == closed)
    assert one["readable"] is False and one["findings"][0]["rule"] == "VMCA000"


def test_what_names_nothing_is_told_of(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name, said in (
        ("empty", "the folder has no files"),
        ("no*.txt", "no file matches the pattern"),
    ):
        ran = run("audit", str(tmp_path / name))
        assert (ran.code, ran.err) == (2, f"vmcoreinfo: error: {tmp_path / name}: {said}\n")
    (tmp_path / "long").write_text("x" * 200_000)
    ran = run("audit", "--files-from", str(tmp_path / "long"))
    assert ran.code == 2 and f"{tmp_path / 'long'}:1: a name of more than 65536 bytes" in ran.err
    for options, said in (
        (["-", "--files-from", "-"], "stdin can't be both the list of --files-from and a dump"),
        (["--null", str(SOUND)], "--null needs --files-from"),
        (["--resume", str(SOUND)], "--resume needs a results file"),
        (["--jobs", "0", str(SOUND)], "must be at least 1"),
        (
            ["--failing", "--format", "ndjson", "-o", "x", "--resume", "."],
            "--resume needs all results",
        ),
    ):
        ran = run("audit", *options)
        assert ran.code == 2 and said in ran.err


def test_several_processes_say_what_one_says(run: Run, fleet: Path) -> None:
    for format_ in ("ndjson", "json", "sarif", "junit", "table"):
        one = run("audit", str(fleet), "--format", format_)
        assert run("audit", str(fleet), "--format", format_, "--jobs", "3") == one


def test_many_are_a_summary(run: Run, fleet: Path) -> None:
    ran = run("audit", str(fleet))
    # What is cut is one finding, whatever is missing behind the cut.
    assert ran.out.startswith("41 inputs, 32 without findings: 10 errors, 0 warnings")
    (row,) = (line for line in ran.out.splitlines() if line.startswith("VMCA009"))
    assert row.split()[1:3] == ["error", "5"] and row.endswith("/0/05.txt")
    assert run("audit", str(fleet / "0")).out.count("\n  no finding") == 8
    shown = run("audit", str(fleet), "--failing").out
    assert f"\n{shown}".count(f"\n{fleet}/") == 9 and "no finding" not in shown
    answer = run("audit", str(fleet), "--summary", "--format", "json").json("audit")
    assert answer["summary"]["inputs"] == sum(one["inputs"] for one in answer["kernels"]) == 41
    (cut,) = (c for c in answer["causes"] if c["rule"] == "VMCA009")
    assert (cut["inputs"], cut["example"]) == (5, f"{fleet}/0/05.txt")


def test_a_table_goes_to_a_file_too(run: Run, fleet: Path, tmp_path: Path) -> None:
    for shown in ("--each", "--failing", "--summary"):
        out = tmp_path / shown
        ran = run("audit", str(fleet), shown, "-o", str(out))
        assert ran.out.startswith("41 inputs")
        assert out.read_text() == run("audit", str(fleet), shown).out


def test_what_is_known_hides_nothing_new(run: Run, fleet: Path, tmp_path: Path) -> None:
    for format_ in ("json", "ndjson"):
        baseline = tmp_path / f"baseline.{format_}"
        baseline.write_text(run("audit", str(fleet), "--format", format_).out)
        known = run("audit", str(fleet), "--baseline", str(baseline))
        assert known.code == 0 and "230 findings in the baseline left out" in known.out
        # The same in another dump of the same kernel is known, another key and another cut are new.
        other = tmp_path / "other.txt"
        text = SOUND.read_text()
        other.write_text(text.replace("SIZE(page)=64\n", ""))
        assert run("audit", str(other), "--baseline", str(baseline)).code == 0
        other.write_text(
            text.replace("SIZE(page)=64\n", "").replace("SIZE(list_head)=16", "SIZE(list_head)=24")
        )
        assert run("audit", str(other), "--baseline", str(baseline)).code == 1
        other.write_text(text[: len(text) // 3])
        assert run("audit", str(other), "--baseline", str(baseline)).code == 1


@pytest.mark.parametrize(
    "text", ["{}", "[1]", '{"inputs": 1}', '{\n"inputs": [{}]}', "nothing", "[" * 100_000, "\xff"]
)
def test_a_baseline_that_is_none(run: Run, tmp_path: Path, text: str) -> None:
    path = tmp_path / "baseline"
    path.write_text(text)
    ran = run("audit", str(SOUND), "--baseline", str(path))
    assert (ran.code, ran.out) == (2, "") and ran.err.startswith(f"vmcoreinfo: error: {path}")
    assert "a baseline is the output of 'vmcoreinfo audit" in ran.err


def test_it_goes_on_where_it_ended(run: Run, fleet: Path, tmp_path: Path) -> None:
    whole, part = tmp_path / "whole", tmp_path / "part"
    audit = ("audit", str(fleet), "--format", "ndjson", "-o")
    first = run(*audit, str(whole))
    assert first.out.startswith("41 inputs")
    for kept in (0, 1, 700, whole.stat().st_size // 2, whole.stat().st_size):
        part.write_bytes(whole.read_bytes()[:kept])
        assert run(*audit, str(part), "--resume") == first
        assert part.read_bytes() == whole.read_bytes()
    # Without it nothing is written over, and with it only what is a result.
    assert "use --resume to continue it" in run(*audit, str(whole)).err
    other = str(shutil.copy(SOUND, tmp_path / "note"))
    assert f"{other}:1: not a result of an earlier run" in run(*audit, other, "--resume").err
    assert Path(other).read_bytes() == SOUND.read_bytes()


def test_results_are_no_input(run: Run, fleet: Path) -> None:
    out = fleet / "0" / "results"
    run("audit", str(fleet), "--format", "ndjson", "-o", str(out))
    assert len(out.read_text().splitlines()) == 41


def test_sarif_has_what_hosts_take(run: Run, fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vmcoreinfo_codegen.cli.sarif.MOST_RESULTS", 12)
    (of_run,) = json.loads(run("audit", str(fleet), "--format", "sarif").out)["runs"]
    assert [one["level"] for one in of_run["results"]] == ["error"] * 10 + ["note"] * 2
    (told,) = of_run["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"].startswith("218 least severe results left out")


def test_junit_has_a_case_an_input(run: Run, fleet: Path) -> None:
    root = ElementTree.fromstring(run("audit", str(fleet), "--format", "junit").out)
    assert (root.get("tests"), root.get("failures")) == ("41", "9")
    assert len(root.findall(".//testcase")) == 41


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_leaves_whole_lines(fleet: Path, tmp_path: Path, jobs: str) -> None:
    many = tmp_path / "many"
    many.write_text(f"{fleet}\n" * 400)
    code, told, said = interrupted(
        [*COMMAND, "audit", "--files-from", str(many), "--format", "ndjson", "--jobs", jobs]
    )
    assert (code, said) == (130, b"")
    assert all(isinstance(one, dict) for one in lines(told.decode()))


def test_the_list_is_read_as_it_comes(fleet: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "audit", "--files-from", "-", "--format", "ndjson"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as audit:
        assert audit.stdin is not None and audit.stdout is not None
        # More than are looked ahead for, to see whether they are few.
        audit.stdin.write(f"{SOUND}\n" * 30)
        audit.stdin.flush()
        assert json.loads(audit.stdout.readline())["path"] == str(SOUND)
        assert audit.poll() is None
        audit.stdin.close()
        assert len(audit.stdout.read().splitlines()) == 29


def _killed_at(names: Sequence[str]) -> list[str]:
    if "bad" in names:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.001)
    return list(names)


def test_a_process_that_is_killed_costs_its_input_alone() -> None:
    inputs = [str(number) for number in range(300)]
    inputs[100] = inputs[250] = "bad"
    found = workers.results(_killed_at, inputs, 2, lambda name: [f"lost {name}"])
    told = [one for _, part in found for one in part]
    assert told == [f"lost {name}" if name == "bad" else name for name in inputs]
