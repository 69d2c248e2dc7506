# SPDX-License-Identifier: MIT
"""`compat` of inputs by the hundred: which they are, what is written of them, and when."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from tests.audit.test_builds import moved
from tests.conftest import ROOT
from vmcoreinfo_codegen.compat import notes
from vmcoreinfo_codegen.compat.notes import Judged
from vmcoreinfo_codegen.compat.tally import Tally
from vmcoreinfo_codegen.dump.reader import Found, find_note

from ..command import Run, interrupted

NOTES = ROOT / "tests/corpus/notes"
OF_X86 = NOTES / "x86_64-6.12.117+deb13-amd64.txt"
OF_ARM = NOTES / "arm64-6.12.117+deb13-cloud-arm64.txt"
TOOLS = ["--consumer", "drgn@0.3.0", "--consumer", "makedumpfile@1.7.2"]
COMMAND = [sys.executable, "-m", "vmcoreinfo_codegen", "compat", *TOOLS]


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """40 notes in folders: every fifth is of arm64, every eighth has no release, one file is none."""
    folder = tmp_path / "fleet"
    for number in range(40):
        path = folder / f"{number // 10}" / f"{number:02}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = (OF_ARM if number % 5 == 4 else OF_X86).read_bytes()
        text = moved(text, number << 21)
        path.write_bytes(text.replace(b"OSRELEASE=", b"OSRELEASE=x") if number % 8 == 5 else text)
    (folder / "2" / "log").write_text("nothing of the kind\n")
    return folder


def lines(text: str) -> list[Any]:
    """Lines of JSON, each held to the published JSON Schema."""
    published = json.loads((ROOT / "generated/interface/compat.schema.json").read_text())
    validator = jsonschema.Draft202012Validator(published)
    found = [json.loads(line) for line in text.splitlines()]
    for one in found:
        validator.validate(one)
    return found


def verdicts(one: Any) -> dict[str, str]:
    return {tool["consumer"]: tool["verdict"] for tool in one["tools"]}


def test_a_line_an_input(run: Run, fleet: Path) -> None:
    ran = run("compat", *TOOLS, str(fleet), "--format", "ndjson")
    found = lines(ran.out)
    assert (ran.code, ran.err) == (2, "")
    paths = [Path(one["input"]) for one in found]
    assert paths == sorted(path for path in fleet.glob("*/*") if path.is_file())
    assert [one["input"][-6:] for one in found if one["error"]] == [
        "05.txt", "13.txt", "21.txt", "29.txt", "/2/log", "37.txt",
    ]  # fmt: skip
    first, of_arm = found[0], found[4]
    assert (first["kernel"], first["arch"]) == ("6.12.117+deb13-amd64", "x86_64")
    assert of_arm["arch"] == "arm64"
    # Each is what it is alone.
    for one in (first, of_arm):
        alone = run("compat", *TOOLS, one["input"], "--format", "json").json("compat")
        assert {cell["consumer"]: cell["verdict"] for cell in alone["cells"]} == verdicts(one)
        for cell, tool in zip(alone["cells"], one["tools"], strict=True):
            assert {name: cell[name] for name in tool} == tool


def test_patterns_and_lists(run: Run, fleet: Path, tmp_path: Path) -> None:
    pattern = run("compat", *TOOLS, str(fleet / "**" / "0[0-3].txt"), "--format", "ndjson")
    assert [one["input"][-6:] for one in lines(pattern.out)] == [
        "00.txt", "01.txt", "02.txt", "03.txt",
    ]  # fmt: skip
    for end, null in (("\n", []), ("\0", ["--null"])):
        listed = tmp_path / "list"
        listed.write_text("".join(f"{fleet}/{name}{end}" for name in ("0/01.txt", "3")))
        ran = run("compat", *TOOLS, "--files-from", str(listed), *null, "--format", "ndjson")
        assert len(lines(ran.out)) == 11
    stdin = f"{OF_X86}\n{OF_ARM}\n".encode()
    ran = run("compat", *TOOLS, "--files-from", "-", "--format", "ndjson", stdin=stdin)
    assert [one["input"] for one in lines(ran.out)] == [str(OF_X86), str(OF_ARM)]


def test_several_processes_say_what_one_says(run: Run, fleet: Path) -> None:
    for format_ in ("ndjson", "json", "sarif", "junit", "table"):
        for shown in ([], ["--each"], ["--failing"]) if format_ == "table" else ([],):
            options = ("compat", *TOOLS, str(fleet), "--format", format_, *shown)
            one = run(*options)
            assert one.code == 2 and run(*options, "--jobs", "3") == one


def test_many_are_a_summary(run: Run, fleet: Path) -> None:
    ran = run("compat", *TOOLS, str(fleet))
    answer = run("compat", *TOOLS, str(fleet), "--summary", "--format", "json").json("compat")
    every = lines(run("compat", *TOOLS, str(fleet), "--format", "ndjson").out)
    assert ran.out.startswith(
        "41 inputs: 0 without a tool that is unknown, wrong or fatal, 35 with one, 6 unreadable\n"
    )
    assert ran.err == ""
    assert (answer["inputs"], answer["unreadable"], answer["failing"]) == (41, 6, 41)
    counts: Counter[tuple[str, str]] = Counter()
    for one in every:
        counts.update(verdicts(one).items())
    for tool in answer["tools"]:
        for verdict in ("ok", "degraded", "unknown", "wrong", "fatal"):
            assert tool[verdict] == counts[(tool["consumer"], verdict)]
    assert sum(group["inputs"] for group in answer["groups"]) == 2 * 35
    worst = answer["groups"][0]
    assert worst["verdict"] == answer["verdict"]
    shown = next(one for one in every if one["input"] == worst["example"])
    assert verdicts(shown)[worst["consumer"]] == worst["verdict"]
    assert sum(one["inputs"] for one in answer["errors"]) == 6
    # A few are a table as before.
    few = run("compat", *TOOLS, str(fleet / "0" / "00.txt"), str(fleet / "0" / "01.txt"))
    assert few.out.startswith("INPUT") and len(few.out.splitlines()) == 5


def test_those_that_fail(run: Run, fleet: Path) -> None:
    drgn = ("compat", "--consumer", "drgn@0.3.0", str(fleet))
    ran = run(*drgn, "--failing")
    assert ran.err.count("vmcoreinfo: error: ") == 6 and "41 inputs:" in ran.out
    assert "INPUT" not in ran.out.splitlines()[0]
    failing = lines(run(*drgn, "--failing", "--format", "ndjson").out)
    assert len(failing) == 6 and all(one["error"] for one in failing)
    each = run(*drgn, "--each").out.splitlines()
    assert each[0].split()[0] == "INPUT" and sum(str(fleet) in line for line in each) >= 35
    tools = run("compat", *TOOLS, str(fleet), "--failing").out.splitlines()
    rows = [line for line in tools if line.startswith(str(fleet))]
    assert len(rows) == 35 and all("makedumpfile 1.7.2" in row for row in rows)


def test_the_worst_counts(run: Run, fleet: Path) -> None:
    drgn = ("compat", "--consumer", "drgn@0.3.0")
    good = [str(path) for path in sorted(fleet.glob("*/*[12].txt"))[:2]]
    assert run(*drgn, *good, "--format", "ndjson").code == 0
    assert run("compat", *TOOLS, *good, "--summary").code == 1
    old = run("compat", "--consumer", "volatility3", str(OF_X86), str(OF_X86), "--format", "ndjson")
    assert old.code in (0, 4)


def test_it_goes_on_where_it_ended(run: Run, fleet: Path, tmp_path: Path) -> None:
    whole, part = tmp_path / "whole", tmp_path / "part"
    compat = ("compat", *TOOLS, str(fleet), "--format", "ndjson", "-o")
    first = run(*compat, str(whole))
    assert first.out.startswith("41 inputs") and first.code == 2
    for kept in (0, 1, 700, whole.stat().st_size // 2, whole.stat().st_size):
        part.write_bytes(whole.read_bytes()[:kept])
        assert run(*compat, str(part), "--resume") == first
        assert part.read_bytes() == whole.read_bytes()
    assert "use --resume to continue it" in run(*compat, str(whole)).err
    # With other tools, another level, and what is no result, it does not.
    for options in (
        ["--consumer", "drgn@0.2.0"],
        ["--consumer", "makedumpfile@1.7.2", "--level", "31"],
    ):
        ran = run("compat", *options, str(fleet), *compat[-3:], str(whole), "--resume")
        assert ran.code == 2 and f"{whole}:1: not a result of an earlier run" in ran.err
    for text in ("{}", "[]", '{"input": "x"}', '{"input": 1, "error": null, "tools": 3}'):
        part.write_text(text + "\n")
        assert (
            f"{part}:1: not a result of an earlier run" in run(*compat, str(part), "--resume").err
        )


def test_results_go_to_a_file(run: Run, fleet: Path, tmp_path: Path) -> None:
    for format_ in ("table", "json", "ndjson", "sarif", "junit"):
        out = tmp_path / format_
        options = ("compat", *TOOLS, str(fleet), "--format", format_)
        ran = run(*options, "-o", str(out))
        assert ran.code == 2 and ran.out.startswith("41 inputs")
        assert out.read_text() == run(*options).out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--kernel", "6.9", "--arch", "x86_64", "--format", "ndjson"], "need inputs"),
        (["--kernel", "6.9", "--arch", "x86_64", "--failing"], "need inputs"),
        (
            ["--failing", "--format", "ndjson", "-o", "x", "--resume", "tests"],
            "leave out --failing",
        ),
        (["--resume", str(OF_X86)], "--resume needs a results file"),
        (["--jobs", "0", str(OF_X86)], "must be at least 1"),
        (["tests/corpus/notes/none*"], "no file matches the pattern"),
        (["--from", "6.1", "tests/corpus/notes"], "--from works with one tool"),
    ],
)
def test_what_can_not_be_asked(run: Run, options: list[str], said: str) -> None:
    ran = run("compat", *TOOLS, *options)
    assert ran.code == 2 and said in ran.err


def test_one_input_and_one_tool_are_told_in_full(run: Run, tmp_path: Path) -> None:
    one = ("compat", "--consumer", "drgn@0.3.0")
    assert run(*one, str(OF_X86)).out.startswith("drgn 0.3.0 on 6.12.117+deb13-amd64")
    assert "purposes" in run(*one, str(OF_X86), "--format", "json").json("compat")
    shutil.copy(OF_X86, tmp_path / "note")
    folder = run(*one, str(tmp_path), "--format", "json").json("compat")
    assert [cell["input"] for cell in folder["cells"]] == [str(tmp_path / "note")]


@pytest.mark.parametrize("verb", [["audit"], ["compat", *TOOLS]])
def test_stdin_is_of_one_process(run: Run, verb: list[str]) -> None:
    ran = run(
        *verb, "-", str(OF_ARM), "--jobs", "2", "--format", "ndjson", stdin=OF_X86.read_bytes()
    )
    assert [one["arch"] for one in map(json.loads, ran.out.splitlines())] == ["x86_64", "arm64"]


def test_no_more_is_told_beside_a_report_than_helps(run: Run, tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / f"{number:02}").write_text("none\n")
    for format_, told in (("json", 21), ("junit", 21), ("sarif", 21), ("ndjson", 0), ("table", 0)):
        ran = run("compat", *TOOLS, str(tmp_path), "--format", format_)
        assert (ran.code, len(ran.err.splitlines())) == (2, told)
    assert len(run("compat", *TOOLS, str(tmp_path), "--failing").err.splitlines()) == 50


def test_junit_has_a_suite_an_input(run: Run, fleet: Path) -> None:
    root = ElementTree.fromstring(run("compat", *TOOLS, str(fleet), "--format", "junit").out)
    assert (root.get("tests"), root.get("failures")) == ("76", "41")
    assert len(root) == 41 and len(root.findall(".//testcase")) == 76


def test_sarif_has_what_hosts_take(run: Run, fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vmcoreinfo_codegen.cli.sarif.MOST_RESULTS", 12)
    (of_run,) = json.loads(run("compat", *TOOLS, str(fleet), "--format", "sarif").out)["runs"]
    assert [one["level"] for one in of_run["results"]] == ["error"] * 12
    (told,) = of_run["invocations"][0]["toolExecutionNotifications"]
    assert "results left out" in told["message"]["text"]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_leaves_whole_lines(fleet: Path, tmp_path: Path, jobs: str) -> None:
    many = tmp_path / "many"
    many.write_text(f"{fleet}\n" * 400)
    code, told, said = interrupted(
        [*COMMAND, "--files-from", str(many), "--format", "ndjson", "--jobs", jobs]
    )
    assert (code, said) == (130, b"")
    assert all(isinstance(json.loads(one), dict) for one in told.splitlines())


def test_a_process_that_is_killed_costs_its_input_alone(
    run: Run, fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(path: str, format_: str | None) -> Found:
        if path.endswith("17.txt"):
            os.kill(os.getpid(), signal.SIGKILL)
        return find_note(path, format_)

    monkeypatch.setattr(notes, "find_note", found)
    ran = run("compat", *TOOLS, str(fleet), "--jobs", "2", "--format", "ndjson")
    killed = [one for one in lines(ran.out) if "was killed" in (one["error"] or "")]
    assert [one["input"][-6:] for one in killed] == ["17.txt"]
    assert len(ran.out.splitlines()) == 41


def test_no_more_groups_than_fit(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vmcoreinfo_codegen.grouping.MOST_GROUPS", 8)
    for number in range(40):
        text = OF_X86.read_text().replace("+deb13-amd64", f"+{number:03}-amd64", 1)
        (tmp_path / f"{number:03}").write_text(text)
    answer = run("compat", *TOOLS, str(tmp_path), "--summary", "--format", "json").json("compat")
    groups = answer["groups"]
    assert len(groups) == 8 + 2 and sum(group["inputs"] for group in groups) == 80
    assert sorted(g["inputs"] for g in groups if g["kernel"] is None) == [36, 36]
    tally = Tally()
    for number in range(20):
        name = chr(ord("a") + number)
        tally.add(Judged(f"/x/{name}", None, f"/x/{name}: {name}{name}"))
    assert len(tally.errors) == 9 and sum(one.inputs for one in tally.errors.values()) == 20


def test_a_posted_note_is_told_of(run: Run, tmp_path: Path) -> None:
    post = tmp_path / "mail"
    post.write_text("".join(f"> {line}\n" for line in OF_X86.read_text().splitlines()))
    ran = run("compat", *TOOLS, str(post), str(OF_X86), "--format", "ndjson")
    of_post, plain = lines(ran.out)
    assert (of_post["format"], plain["format"]) == ("posted", "text")
    assert of_post["remarks"] and not plain["remarks"] and verdicts(of_post) == verdicts(plain)
    told = run("compat", *TOOLS, str(post), str(OF_X86), "--format", "json")
    assert told.err == f"vmcoreinfo: {post}: {of_post['remarks'][0]}\n"
