# SPDX-License-Identifier: MIT
"""What makedumpfile of each Debian suite does with real dumps is what is predicted, cell by cell."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.command import Run
from tests.compat.real import altered, at_addresses, judged, releases_of, shifts_of
from tests.dump.real import GUESTS, core, guest, name_of

pytestmark = pytest.mark.long

_COUNTER = re.compile(r"^ *([A-Z][\w -]+?) *: (0x[0-9a-f]{16})$", re.MULTILINE)

# Which counter tells of which purpose; what 1.7.8 counts is right where it is predicted to be.
PURPOSES = {
    "exclude free pages": "Free pages",
    "tell slab pages": "User process data pages",
    "tell tail pages": "User process data pages",
    "exclude offline pages": "Offline pages",
}

# Debian's 1.6.8-4 carries patches of 1.6.9, for the 5.10 kernel of its suite, and is that release
# for what they are about.
PATCHED = {"1.6.8": "1.6.9"}
OF_PATCHES = [
    "find the release in memory",
    "dmesg",
    "width of addresses",
    "levels of page tables",
    "layout of addresses",
]

WIDTH, IMAGE, LINEAR = (f"NUMBER({name})" for name in ("VA_BITS", "kimage_voffset", "PHYS_OFFSET"))
ALTERED: dict[str, list[list[str]]] = {
    "amd64": [[], ["SYMBOL(_stext)"], ["SYMBOL(init_top_pgt)"], ["NUMBER(phys_base)"]],
    "arm64": [
        *([], ["NUMBER(TCR_EL1_T1SZ)"], [WIDTH], [WIDTH, "NUMBER(TCR_EL1_T1SZ)"]),
        *([WIDTH, IMAGE], [WIDTH, LINEAR], [WIDTH, "SYMBOL(_stext)"]),
        [WIDTH, "SYMBOL(swapper_pg_dir)"],
    ],
}


@dataclass(frozen=True)
class Ran:
    """How a run ended, what it printed, and the pages that it counted."""

    code: int
    text: str

    @property
    def counters(self) -> dict[str, int]:
        return {name: int(n, 16) for name, n in _COUNTER.findall(self.text)}


def ran(tool: Path, *arguments: str | Path) -> Ran:
    command = [tool, "-f", "--message-level", "31", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    return Ran(done.returncode, (done.stdout + done.stderr).replace("\r", "\n"))


def filtered(tool: Path, dump: Path, out: Path) -> Ran:
    return ran(tool, "-d", "31", dump, out)


def predicted(run: Run, dump: Path, version: str) -> dict[str, dict[str, Any]]:
    """What is predicted of Debian's build of a release."""
    found = judged(run, dump, f"makedumpfile@{version}")
    if version in PATCHED:
        patched = judged(run, dump, f"makedumpfile@{PATCHED[version]}")
        found = {name: p for name, p in found.items() if name not in OF_PATCHES}
        found |= {name: patched[name] for name in OF_PATCHES if name in patched}
    return found


class Matrix:
    """Cells of releases and dumps: what is predicted, beside what happened."""

    def __init__(self, run: Run, releases: dict[str, Path], folder: Path) -> None:
        self.run, self.releases, self.folder = run, releases, folder
        self.rows: list[str] = []
        self.wrong: list[str] = []
        self.cells = 0

    def add(self, title: str, dump: Path) -> None:
        """Every release on one dump."""
        right = self.right(dump)
        for version, tool in self.releases.items():
            found = predicted(self.run, dump, version)
            stopping = {name: p["seen"] for name, p in found.items() if p["verdict"] == "fatal"}
            log = stopping.pop("dmesg", None)
            out = self.folder / "out"
            out.unlink(missing_ok=True)
            outcome = filtered(tool, dump, out)
            self.cell(f"{version} on {title}: filters", not stopping, outcome.code == 0)
            if stopping:
                texts = [part for seen in stopping.values() for part in messages(seen)]
                seen = any(text in outcome.text for text in texts)
                self.cell(f"{version} on {title}: says why, one of {texts}", True, seen)
            elif right is not None:
                self.counts(f"{version} on {title}", found, outcome.counters, right)
            out.unlink(missing_ok=True)
            happened = ran(tool, "--dump-dmesg", dump, out).code == 0 and out.stat().st_size > 0
            self.cell(f"{version} on {title}: dmesg", not stopping and log is None, happened)
            verdict = ", ".join(stopping) or "filters"
            self.rows.append(f"{title:50} {version:7} exit {outcome.code}, predicted: {verdict}")

    def counts(
        self,
        title: str,
        found: dict[str, dict[str, Any]],
        counted: dict[str, int],
        right: dict[str, int],
    ) -> None:
        for counter in sorted(set(PURPOSES.values())):
            of_it = [name for name in found if PURPOSES.get(name) == counter]
            # A purpose that is degraded shows where there is something to exclude.
            good = all(found[name]["verdict"] not in ("wrong", "fatal") for name in of_it)
            same = counted.get(counter, 0) == right.get(counter, 0)
            self.cell(f"{title}: {', '.join(of_it)}", good, same)

    def cell(self, title: str, predicted: bool, happened: bool) -> None:
        self.cells += 1
        if predicted != happened:
            self.wrong.append(f"{title}: predicted {predicted}, and it is {happened}")

    def right(self, dump: Path) -> dict[str, int] | None:
        """What the newest release counts, on a note that it reads rightly; None where it can't be made to."""
        newest = max(self.releases, key=lambda v: tuple(map(int, v.split("."))))
        found = judged(self.run, dump, f"makedumpfile@{newest}")
        if any(purpose["verdict"] == "fatal" for purpose in found.values()):
            return None
        adapted, out = self.folder / "adapted.elf", self.folder / "right"
        for path in (adapted, out):
            path.unlink(missing_ok=True)
        made = self.run("adapt", str(dump), "--for", f"makedumpfile@{newest}", "-o", str(adapted))
        assert made.code == 0, made.err
        outcome = filtered(self.releases[newest], adapted, out)
        assert outcome.code == 0 and outcome.counters
        return outcome.counters


def messages(seen: str) -> list[str]:
    """The messages in a text of the schema, which may name several."""
    return re.split(r", or: ", seen)


CELLS = {"amd64": 148, "arm64": 372}
"""Of the four releases that Debian's suites have."""


@pytest.mark.parametrize("arch", sorted(ALTERED))
def test_the_matrix(
    run: Run, tmp_path: Path, arch: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every release on every dump; skipped by name without the 7.3 of `../shared/cores`."""
    matrix = Matrix(run, releases_of("makedumpfile", arch), tmp_path)
    for which in [one for one in GUESTS if one[1] == arch]:
        source = guest(*which) / "with-device.elf"
        for without in ALTERED[arch]:
            dump = altered(source, tmp_path / "vmcore", without)
            matrix.add(f"{name_of(which)} without {' '.join(without) or 'nothing'}", dump)
        if arch == "arm64":
            # Headers with addresses of the linear map do not help either.
            dump = altered(source, tmp_path / "vmcore", [WIDTH, LINEAR])
            moved = at_addresses(dump, tmp_path / "moved", shifts_of(source)[1])
            matrix.add(f"{name_of(which)}, addresses instead of {LINEAR}", moved)
    if arch == "amd64":
        matrix.add("7.3.4 that crashed", core("x86_64-7.3.4+deb13-cloud-amd64-kdump.elf"))
    with capsys.disabled():
        print(f"\nmakedumpfile, {arch}\n" + "\n".join(matrix.rows))
        print(f"{matrix.cells - len(matrix.wrong)} of {matrix.cells} cells agree")
    assert not matrix.wrong
    assert matrix.cells == CELLS[arch]


def test_an_adapted_note_brings_back_what_was_dropped(run: Run, tmp_path: Path) -> None:
    """1.7.8 on the 7.3 crash: 0x118 pages are taken for user data, and 0x10 are."""
    releases = releases_of("makedumpfile")
    if "1.7.8" not in releases:
        pytest.skip("makedumpfile 1.7.8 can't be had")
    dump = core("x86_64-7.3.4+deb13-cloud-amd64-kdump.elf")
    adapted = tmp_path / "adapted.elf"
    assert run("adapt", str(dump), "--for", "makedumpfile@1.7.8", "-o", str(adapted)).code == 0
    before = filtered(releases["1.7.8"], dump, tmp_path / "before").counters
    after = filtered(releases["1.7.8"], adapted, tmp_path / "after").counters
    assert (before["User process data pages"], after["User process data pages"]) == (0x118, 0x10)
    assert (before["Remaining pages"], after["Remaining pages"]) == (0x6D58, 0x6E44)
    assert before["Free pages"] == after["Free pages"]


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("as it is", "", ""),
        ("more than a page", "", "NUMBER(x)=1234567890\n" * 400),
        ("a value that is no number", "SIZE(page)=zz\n", ""),
        ("another value first", "SYMBOL(init_top_pgt)=ffffffff81000000\n", ""),
        ("another value last", "", "SYMBOL(init_top_pgt)=ffffffff81000000\n"),
    ],
)
def test_texts_that_a_parser_reads_otherwise(
    run: Run, tmp_path: Path, name: str, before: str, after: str
) -> None:
    """Where a quirk of its parser is met, a release stops or reads a wrong value; on the other texts it works."""
    dump = guest("6.12.*") / "with-device.elf"
    text, made = tmp_path / "text", tmp_path / "made.elf"
    text.write_text(before + run("note", str(dump)).out + after)
    assert run("attach", str(text), str(dump), "-o", str(made)).code == 0
    for release, tool in releases_of("makedumpfile").items():
        parsed = judged(run, made, f"makedumpfile@{release}")["parse the note"]["verdict"]
        code = filtered(tool, made, tmp_path / f"out-{release}").code
        if name.startswith("another value"):
            # Both orders are told: which of the values is the kernel's, the text doesn't say.
            assert parsed == "wrong"
            assert (code == 0) == (name == "another value last")
        else:
            assert (code == 0) == (parsed == "ok"), (release, name, parsed, code)
            overflows = release < "1.7.0" and after
            assert parsed == ("fatal" if overflows or "SIZE(page)=zz" in before else "ok")
    made.unlink()
