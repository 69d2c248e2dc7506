# SPDX-License-Identifier: MIT
"""`prove` with made-up tools: what came of each run, beside what is predicted, told and recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.command import Run
from tests.dump import make
from tests.prove.made_up import KEY, NOTE, OTHER, kdump_with, keeps, makedumpfile, with_memory
from vmcoreinfo_codegen.model.store.observed import read_observed

PAGES = range(100, 200)
LOG = "[    0.000000][    T0] one\n[    1.500000][    C1] two\n"
LOG_WITHOUT = "[    0.000000] one\n[    1.500000] two\n"


class Bench:
    """A dump, a reference that is right, and the tool's binary to test."""

    def __init__(self, run: Run, folder: Path) -> None:
        self._run = run
        self.folder = folder
        self.dump = folder / "vmcore"
        self.dump.write_bytes(with_memory())
        right = keeps(folder / "right", PAGES)
        self.reference = makedumpfile(folder / "reference", right, log=LOG)

    def proved(self, *options: str, code: int | None = None, format_: str = "json") -> Any:
        ran = self._run(
            "prove", "--consumer", "makedumpfile", "--binary", str(self.folder / "tool"),
            "--reference", str(self.reference), "--trust-reference", "--build", "upstream",
            "--format", format_, *options, str(self.dump),
        )  # fmt: skip
        assert code in (None, ran.code), ran.err
        return ran.json("prove") if format_ == "json" else ran.out

    def filtered(self, *steps: str, log: str = LOG, without: str = "") -> dict[str, Any]:
        """The cell of filtering."""
        makedumpfile(self.folder / "tool", *steps, version="1.7.8", log=log)
        options = ["--without", without] if without else ["--whole"]
        (dump,) = self.proved("--command", "filter", *options)["dumps"]
        cell: dict[str, Any] = dump["cells"][-1]
        return cell


@pytest.fixture
def bench(run: Run, tmp_path: Path) -> Bench:
    return Bench(run, tmp_path)


def test_the_same_pages(bench: Bench) -> None:
    cell = bench.filtered(keeps(bench.folder / "a", PAGES))
    assert (cell["came"], cell["seen"], cell["by"]) == ("ok", "100 pages", "makedumpfile 1.7.9")
    assert (cell["level"], cell["without"], cell["recorded"]) == (31, [], True)


def test_lost_pages(bench: Bench) -> None:
    cell = bench.filtered(keeps(bench.folder / "a", range(110, 220)))
    assert cell["came"] == "wrong"
    assert cell["seen"] == "10 of 100 pages missing, 20 pages more than 100"


def test_more_pages(bench: Bench) -> None:
    cell = bench.filtered(keeps(bench.folder / "a", range(100, 230)))
    assert (cell["came"], cell["seen"]) == ("degraded", "30 pages more than 100")


def test_another_release_in_the_header(bench: Bench) -> None:
    cell = bench.filtered(keeps(bench.folder / "a", PAGES, b".12\0\0\0"))
    assert (cell["came"], cell["seen"]) == ("wrong", "release '.12' in the header")


@pytest.mark.parametrize(
    ("steps", "seen"),
    [
        (["echo 'The kernel version is not supported.'", "exit 1"], "exit code 1"),
        (
            ["echo 'makedumpfile Failed.'", 'echo "f: Can\'t read $dump." >&2', "exit 1"],
            "exit code 1: f: Can't read FILE.",
        ),
        (["kill -SEGV $$"], "killed by SIGSEGV"),
        (["printf 'Copying: 1%%\\rCopying: 2%%\\rNo.\\n'", "exit 3"], "exit code 3: No."),
    ],
)
def test_it_fails(bench: Bench, steps: list[str], seen: str) -> None:
    cell = bench.filtered(*steps)
    assert (cell["came"], cell["seen"]) == ("fatal", seen)


@pytest.mark.long
def test_it_does_not_end(bench: Bench) -> None:
    makedumpfile(bench.folder / "tool", "sleep 600 & wait")
    (dump,) = bench.proved("--command", "filter", "--whole", "--timeout", "1")["dumps"]
    assert [(c["came"], c["seen"]) for c in dump["cells"]] == [("fatal", "timed out")]


@pytest.mark.parametrize("step", ["exit 0", 'echo x > "$out"'])
def test_no_dump_comes_out(bench: Bench, step: str) -> None:
    assert bench.filtered(step)["came"] == "wrong"


def test_each_entry_in_turn(bench: Bench) -> None:
    """The copy lacks the entry, the whole one comes first, and the dump itself stays as it is."""
    before = bench.dump.read_bytes()
    right = keeps(bench.folder / "a", PAGES)
    step = f"has '{KEY}' || {{ echo 'no table' >&2; exit 1; }}; {right}"
    makedumpfile(bench.folder / "tool", step, log=LOG)
    record = bench.folder / "seen.jsonl"
    (dump,) = bench.proved("--record", str(record))["dumps"]
    cells = {tuple(c["without"]): c for c in dump["cells"] if c["run"] == "filter"}
    assert next(iter(cells)) == ()
    assert {keys for keys, c in cells.items() if c["came"] == "fatal"} == {(KEY,)}
    assert {("OSRELEASE",), (OTHER,), (KEY,)} < cells.keys()
    assert ("CRASHTIME",) not in cells or len(cells) > 4
    assert bench.dump.read_bytes() == before
    seen = read_observed(record)
    assert len(seen.observations) == len(dump["cells"])
    assert seen.dumps[0].boot == ("kaslr",)
    assert seen.dumps[0].text == make.TEXT or b"init_top_pgt" in seen.dumps[0].text
    again = record.read_bytes()
    bench.proved("--record", str(record))
    assert record.read_bytes() == again


def test_several_at_once_and_levels(bench: Bench) -> None:
    right = keeps(bench.folder / "a", PAGES)
    makedumpfile(bench.folder / "tool", f"has '{KEY}' || has '{OTHER}' || exit 1; {right}")
    (dump,) = bench.proved(
        "--command", "filter", "--level", "1", "--level", "31",
        "--without", f"{KEY} {OTHER}", "--without", KEY,
    )["dumps"]  # fmt: skip
    found = [(c["level"], len(c["without"]), c["came"]) for c in dump["cells"]]
    assert found == [
        (1, 0, "ok"), (31, 0, "ok"), (1, 2, "fatal"), (31, 2, "fatal"), (1, 1, "ok"), (31, 1, "ok"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("log", "came", "seen"),
    [
        (LOG, "ok", "2 lines"),
        (LOG_WITHOUT, "ok", "2 lines"),
        (LOG.replace("][", "] [  "), "ok", "2 lines"),
        ("", "wrong", "no line of the log"),
        (LOG.splitlines()[0], "wrong", "1 of 2 lines missing"),
        (f"{LOG}[    2.000000] three\n", "degraded", "1 lines more than 2"),
        ("\n".join(reversed(LOG.splitlines())), "wrong", "2 lines in another order"),
    ],
)
def test_the_log(bench: Bench, log: str, came: str, seen: str) -> None:
    makedumpfile(bench.folder / "tool", "exit 1", log=log)
    (dump,) = bench.proved("--command", "dmesg", "--whole")["dumps"]
    assert [(c["came"], c["seen"]) for c in dump["cells"]] == [(came, seen)]


def test_the_log_since_it_was_cleared(bench: Bench) -> None:
    """When it is asked for alone."""
    makedumpfile(bench.folder / "tool", "exit 1", log=LOG)
    (dump,) = bench.proved("--command", "partial-dmesg", "--whole")["dumps"]
    assert [(c["run"], c["came"], c["seen"]) for c in dump["cells"]] == [
        ("partial-dmesg", "ok", "2 lines")
    ]


def test_what_was_filtered_shows_little(bench: Bench) -> None:
    """Pages that are gone can't be left out again; what is lost of it shows all the same."""
    bench.dump.write_bytes(kdump_with(PAGES))
    cell = bench.filtered(keeps(bench.folder / "a", PAGES))
    assert (cell["came"], cell["recorded"], cell["agrees"]) == ("ok", False, True)
    (bench.folder / "tool").unlink()
    (bench.folder / "tool.files" / "log").unlink()
    (bench.folder / "tool.files").rmdir()
    cell = bench.filtered(keeps(bench.folder / "a", range(150)))
    assert (cell["came"], cell["recorded"]) == ("wrong", True)


def test_a_flattened_dump_is_put_together_first(bench: Bench) -> None:
    bench.dump.write_bytes(make.flattened(kdump_with(PAGES)))
    makedumpfile(bench.folder / "tool", "exit 1")
    (dump,) = bench.proved(code=2)["dumps"]
    assert "makedumpfile -R" in dump["error"] and dump["cells"] == []


def test_what_is_no_dump(run: Run, bench: Bench) -> None:
    """It ends no other dump."""
    text, absent = bench.folder / "text", bench.folder / "absent"
    text.write_bytes(NOTE)
    makedumpfile(bench.folder / "tool", keeps(bench.folder / "a", PAGES), log=LOG)
    (one, two, three) = bench.proved("--whole", str(text), str(absent), code=2)["dumps"]
    assert "tools are run on dumps" in one["error"] and "No such file" in two["error"]
    assert three["error"] is None and len(three["cells"]) == 2


def test_by_itself(run: Run, bench: Bench) -> None:
    """Without a reference it is its own judge, where the schema says that it reads the note rightly."""
    tool = makedumpfile(bench.folder / "tool", keeps(bench.folder / "a", PAGES), version="1.6.7")
    command = ("prove", "--consumer", "makedumpfile", "--binary", str(tool), "--command", "filter")
    ran = run(*command, str(bench.dump))
    assert ran.code == 2 and "makedumpfile 1.6.7 can't be the reference" in ran.err
    ran = run(*command, "--trust-reference", "--format", "json", "--without", KEY, str(bench.dump))
    whole, without = ran.json("prove")["dumps"][0]["cells"]
    assert (whole["recorded"], without["recorded"]) == (False, True)
    assert whole["by"] == "makedumpfile 1.6.7 with the whole note"


def test_a_reference_that_is_not_right(bench: Bench) -> None:
    """Its header has another release than the note."""
    bench.reference = makedumpfile(
        bench.folder / "other", keeps(bench.folder / "b", PAGES, b"5.10\0\0")
    )
    makedumpfile(bench.folder / "tool", keeps(bench.folder / "a", PAGES), log=LOG)
    (dump,) = bench.proved("--whole", code=2)["dumps"]
    assert "can't be the reference: it writes '5.10'" in dump["error"]


def test_one_run_that_nobody_can_judge(bench: Bench) -> None:
    """The others are judged all the same."""
    bench.reference = makedumpfile(bench.folder / "other", "exit 1", log=LOG)
    makedumpfile(bench.folder / "tool", keeps(bench.folder / "a", PAGES), log=LOG)
    (dump,) = bench.proved("--whole", code=2)["dumps"]
    assert "can't be the reference for filter -d 31: exit code 1" in dump["error"]
    assert [(c["run"], c["came"]) for c in dump["cells"]] == [("dmesg", "ok")]


def test_a_failure_needs_no_judge(bench: Bench) -> None:
    bench.reference = makedumpfile(bench.folder / "other", "exit 1", log=LOG)
    right = keeps(bench.folder / "a", PAGES)
    makedumpfile(bench.folder / "tool", f"has '{OTHER}' && exit 4; {right}")
    (dump,) = bench.proved("--whole", "--command", "filter")["dumps"]
    (cell,) = dump["cells"]
    assert (cell["came"], cell["by"], cell["recorded"]) == ("fatal", "how it ends", True)
    assert dump["error"] is None
    (dump,) = bench.proved("--without", OTHER, "--command", "filter", code=2)["dumps"]
    assert len(dump["cells"]) == 1 and "can't be the reference" in dump["error"]


def test_exit_codes_and_what_is_shown(bench: Bench) -> None:
    makedumpfile(bench.folder / "tool", "echo no >&2; exit 1", log=LOG)
    table = bench.proved("--without", "OSRELEASE", code=1, format_="table")
    assert table.splitlines()[-1].endswith("cells agree")
    assert any(line.startswith("!  dmesg") for line in table.splitlines())
    suites = ElementTree.fromstring(bench.proved("--without", "OSRELEASE", format_="junit"))
    assert suites.get("tests") == "4" and int(suites.get("failures", "0")) > 0
    (suite,) = suites
    assert [case.get("name") for case in suite] == [
        "filter -d 31", "dmesg", "filter -d 31 without OSRELEASE", "dmesg without OSRELEASE",
    ]  # fmt: skip
    assert "judged by makedumpfile 1.7.9" in str(suites.find(".//failure").get("message"))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--without", "NUMBER(nobody)"], "the note has no NUMBER(nobody)"),
        (["--level", "32"], "dump levels are 0 to 31"),
        (["--command", "kallsyms"], "has no command kallsyms that can be run"),
    ],
)
def test_what_can_not_be_asked(run: Run, bench: Bench, options: list[str], message: str) -> None:
    tool = makedumpfile(bench.folder / "tool", keeps(bench.folder / "a", PAGES), log=LOG)
    ran = run(
        "prove", "--consumer", "makedumpfile", "--binary", str(tool), "--trust-reference", *options,
        str(bench.dump),
    )  # fmt: skip
    assert ran.code == 2 and message in ran.err


def test_which_release_it_is(run: Run, bench: Bench) -> None:
    tool = makedumpfile(bench.folder / "tool", "exit 1", version="1.7.8")
    for consumer, binary, message in (
        ("makedumpfile@1.7.9", tool, "it is 1.7.8, not 1.7.9"),
        ("makedumpfile", Path("/bin/true"), "printed no version"),
        ("makedumpfile", bench.folder / "absent", "No such file"),
        ("makedumpfil", tool, "did you mean makedumpfile?"),
        ("vmcore-dmesg", tool, "can't be proved"),
    ):
        ran = run("prove", "--consumer", consumer, "--binary", str(binary), str(bench.dump))
        assert ran.code == 2 and message in ran.err, ran.err
