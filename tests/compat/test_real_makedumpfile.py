# SPDX-License-Identifier: MIT
"""What makedumpfile of each Debian suite does with real dumps is what is predicted, cell by cell."""

from __future__ import annotations

import json
import re
import subprocess
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.command import Run
from tests.compat.real import altered, at_addresses, judged, releases_of, shifts_of
from tests.dump.real import GUESTS, core, guest, kind_of_guest, name_of
from tests.guest_facts import FLAGS
from vmcoreinfo_codegen.dump.pages import read_pages
from vmcoreinfo_codegen.model import Schema

pytestmark = pytest.mark.long

_COUNTER = re.compile(r"^ *([A-Z][\w -]+?) *: (0x[0-9a-f]{16})$", re.MULTILINE)

# Debian's 1.6.8-4 carries patches of 1.6.9, for the 5.10 kernel of its suite.
BUILDS = {"1.6.8": "debian 1:1.6.8-4"}

WIDTH, IMAGE, LINEAR = (f"NUMBER({name})" for name in ("VA_BITS", "kimage_voffset", "PHYS_OFFSET"))
ALTERED: dict[str, list[list[str]]] = {
    "amd64": [["SYMBOL(_stext)"], ["SYMBOL(init_top_pgt)"], ["NUMBER(phys_base)"]],
    "arm64": [
        *(["NUMBER(TCR_EL1_T1SZ)"], [WIDTH], [WIDTH, "NUMBER(TCR_EL1_T1SZ)"]),
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


class Matrix:
    """Cells of releases and dumps: what is predicted, beside what happened."""

    def __init__(self, run: Run, schema: Schema, releases: dict[str, Path], folder: Path) -> None:
        self.run, self.releases, self.folder = run, releases, folder
        needs = next(c for c in schema.consumers if c.name == "makedumpfile").needs
        self.texts: dict[str, list[str]] = {}
        for need in needs:
            self.texts.setdefault(need.purpose, []).extend(messages(need.text))
        self.rows: list[str] = []
        self.wrong: list[str] = []

    def add(self, title: str, dump: Path, changes: Sequence[Sequence[str]]) -> None:
        """Every release on one dump, whole and without entries."""
        newest = max(self.releases, key=lambda v: tuple(map(int, v.split("."))))
        options = [word for keys in changes for word in ("--without", " ".join(keys))]
        said = {keys: self.said(dump, keys) for keys in {(), *map(tuple, changes)}}
        for version, tool in self.releases.items():
            ran = self.run(
                "prove", "--consumer", f"makedumpfile@{version}", "--binary", str(tool),
                "--build", BUILDS.get(version, "upstream"), "--scratch", str(self.folder),
                "--reference", str(self.releases[newest]), *(options or ["--whole"]),
                "--format", "json", str(dump),
            )  # fmt: skip
            for cell in ran.json("prove")["dumps"][0]["cells"]:
                gone = tuple(cell["without"])
                text = next(texts[version] for keys, texts in said.items() if {*keys} == {*gone})
                self.cell(f"{version} on {title} without {' '.join(gone)}", cell, text)

    def said(self, dump: Path, keys: Sequence[str]) -> dict[str, str]:
        """All that each release says where it filters the dump without some entries."""
        copy, out = altered(dump, self.folder / "lacking", keys), self.folder / "out"
        found = {version: filtered(tool, copy, out).text for version, tool in self.releases.items()}
        for path in (copy, out):
            path.unlink(missing_ok=True)
        return found

    def cell(self, title: str, cell: dict[str, Any], said: str) -> None:
        texts = [text for purpose in cell["purposes"] for text in self.texts.get(purpose, ())]
        is_told = cell["came"] != "fatal" or any(text in said for text in texts)
        row = f"{title}, {cell['run']}: predicted {cell['predicted']}, came {cell['came']}: {cell['seen']}"
        self.rows.append(row)
        if not cell["agrees"]:
            self.wrong.append(row)
        elif cell["run"] == "filter" and not is_told:
            self.wrong.append(f"{row}; it says none of {texts}")


def messages(seen: str) -> list[str]:
    """The messages in a text of the schema, which may name several."""
    return re.split(r", or: ", seen)


CELLS = {"amd64": 72, "arm64": 224}
"""Of the four releases that Debian's suites have; where one works on 52 bits none is right to judge it."""


@pytest.mark.parametrize("arch", sorted(ALTERED))
def test_the_matrix(
    run: Run, schema: Schema, tmp_path: Path, arch: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every release on every dump; skipped by name without the 7.3 of `../shared/cores`."""
    matrix = Matrix(run, schema, releases_of("makedumpfile", arch), tmp_path)
    for which in [one for one in GUESTS if one[1] == arch]:
        source = guest(*which) / "with-device.elf"
        matrix.add(name_of(which), source, ALTERED[arch])
        if arch == "arm64":
            # Headers with addresses of the linear map do not help either.
            dump = altered(source, tmp_path / "whole")
            moved = at_addresses(dump, tmp_path / "moved", shifts_of(source)[1])
            matrix.add(f"{name_of(which)}, with addresses", moved, [[WIDTH, LINEAR]])
    if arch == "amd64":
        matrix.add("7.3.4 that crashed", core("x86_64-7.3.4+deb13-cloud-amd64-kdump.elf"), [])
    with capsys.disabled():
        print(f"\nmakedumpfile, {arch}\n" + "\n".join(matrix.rows))
        print(f"{len(matrix.rows) - len(matrix.wrong)} of {len(matrix.rows)} cells agree")
    assert not matrix.wrong
    assert len(matrix.rows) == CELLS[arch]


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
    # The same without a copy of the dump, by what is written beside its note.
    beside = tmp_path / "beside"
    told = run("adapt", str(dump), "--for", "makedumpfile@1.7.8", "--as", "makedumpfile-i")
    beside.write_text(told.out)
    overlaid = ran(
        releases["1.7.8"], "-i", beside, "-d", "31", dump, tmp_path / "overlaid"
    ).counters
    assert overlaid == after


@pytest.mark.parametrize(("name", "width"), [("arm64-7.3", 48), ("arm64-6.12-16k", 47)])
def test_a_changed_width_filters_rightly(run: Run, tmp_path: Path, name: str, width: int) -> None:
    """A kernel of 52 bits on a CPU without them; what 1.7.8 keeps is held to the guest's own account."""
    drgn = pytest.importorskip("drgn")
    tool = releases_of("makedumpfile", "arm64").get("1.7.8")
    if tool is None:
        pytest.skip("makedumpfile 1.7.8 can't be had")
    folder = kind_of_guest(name)
    dump, adapted, out = folder / "vmcore.elf", tmp_path / "adapted.elf", tmp_path / "out"
    before = filtered(tool, altered(dump, tmp_path / "whole"), out)
    assert before.code == 1 and "VA Bits 52 not supported" in before.text
    told = run("adapt", str(dump), "--for", "makedumpfile@1.7.8", "-o", str(adapted))
    assert (told.code, f"~ NUMBER(VA_BITS)={width} (was 52)" in told.err) == (0, True)
    assert filtered(tool, adapted, out).code == 0

    pages = read_pages(str(out), 64)
    assert pages.release == (folder / "release").read_text().strip()
    kept = [n for n in range(8 * len(pages.bitmap)) if pages.bitmap[n >> 3] >> (n & 7) & 1]
    words = array("Q", (folder / "kpageflags").read_bytes())

    def number(pages: Iterable[int], flag: str, but: str) -> int:
        return sum(words[n] >> FLAGS[flag] & ~words[n] >> FLAGS[but] & 1 for n in pages)

    # Some came, went or changed between the guest's account and the dump. Of a slab page what stands
    # over mapping can look like that of a process.
    for flag in ("buddy", "offline", "hwpoison", "anon", "lru"):
        whole = number(range(len(words)), flag, "slab")
        assert number(kept, flag, "slab") <= whole // 50, flag
    for flag in ("slab", "pgtable", "reserved"):
        whole = number(range(len(words)), flag, "nopage")
        assert number(kept, flag, "nopage") >= whole * 99 // 100 > 0, flag
    programs = [drgn.Program(), drgn.Program()]
    for program, path in zip(programs, (dump, out)):
        program.set_core_dump(str(path))
    size = json.loads((folder / "facts.json").read_text())["page_size"]
    for page in kept:
        first, second = (program.read(page * size, size, True) for program in programs)
        assert first == second, page


def test_a_line_less_finds_the_free_pages(run: Run, tmp_path: Path) -> None:
    """1.7.6 finds no free page of 6.12 but without the slab type, which it asks for at level 8 alone."""
    releases = releases_of("makedumpfile")
    if not {"1.7.6", "1.7.8"} <= {*releases}:
        pytest.skip("makedumpfile 1.7.6 and 1.7.8 can't be had")
    dump = core("x86_64-6.12.117+deb13-cloud-amd64.elf")
    adapted = tmp_path / "adapted.elf"
    command = ("adapt", str(dump), "--for", "makedumpfile@1.7.6")
    assert run(*command, "--level", "23", "-o", str(adapted)).code == 0

    def free(release: str, image: Path) -> tuple[int, int]:
        counters = ran(releases[release], "-d", "23", image, tmp_path / "out").counters
        return counters["Free pages"], counters["Remaining pages"]

    assert free("1.7.6", dump)[0] == 0
    assert free("1.7.6", adapted) == free("1.7.8", dump) == (0x4420, 0x2E7B)


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
