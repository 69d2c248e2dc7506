# SPDX-License-Identifier: MIT
"""What crash of each Debian suite does with a dump and its vmlinux is what is predicted, cell by cell."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import vmcoreinfo
from tests.command import Run
from tests.compat.crash_session import Session, full, minimal, run_crash
from tests.compat.real import altered, releases_of, vmlinux, worked_out
from tests.dump.real import core, guest
from vmcoreinfo_codegen.dump.reader import find_note

pytestmark = pytest.mark.long

KDUMP = "x86_64-7.3.4+deb13-cloud-amd64-kdump.elf"

# What is looked at where these lack; one at a time, as crash may not open the dump without.
NEEDED = {
    "KERNELOFFSET": "KASLR",
    "SYMBOL(_stext)": "KASLR",
    "NUMBER(phys_base)": "location of the kernel image",
}
# And these at once: each has something to fall back to, or shows in a command of its own.
HELPING = {
    "NUMBER(VMALLOC_START)": "vmalloc listing",
    "NUMBER(pgtable_l5_enabled)": "depth of page tables",
    "NUMBER(sme_mask)": "encrypted memory",
    "NUMBER(KERNEL_IMAGE_SIZE)": "width of the text window",
    "NUMBER(SECTION_SIZE_BITS)": "size of memory sections",
    "NUMBER(MAX_PHYSMEM_BITS)": "size of memory sections",
}
# A kernel that is not this one: what crash holds of these can come from the note alone.
OTHER = {
    "NUMBER(sme_mask)": 1 << 47,
    "NUMBER(KERNEL_IMAGE_SIZE)": 1 << 31,
    "NUMBER(pgtable_l5_enabled)": 1,
}

# No cells: what a release does not know of a kernel's debug information or structures ends it.
# Its gdb 7.6 knows DWARF 2 to 4, and Debian's kernels have 5 since 6.1; the stack is that of an
# exception, which only the session with all of the kernel's structures walks.
ENDS = {
    ("7.2.9", "6.1"): "no debugging data available",
    ("7.2.9", "6.12"): "no debugging data available",
    ("7.2.9", "7.3"): "no debugging data available",
    ("8.0.6", "6.1"): "read of stack",
}


CELLS = {"6.1": 43, "6.12": 46, "7.3": 46}
"""Of the four releases that Debian's suites have."""


@dataclass(frozen=True)
class Kernel:
    """A dump, the vmlinux of its kernel, and what its note says."""

    dump: Path
    vmlinux: Path
    text: bytes
    release: str
    series: str
    vmalloc: int

    def value(self, key: str) -> int:
        found = re.search(rf"(?m)^{re.escape(key)}=(.*)$", self.text.decode())
        assert found, key
        return int(found[1], 10 if key.startswith("NUMBER") and "0x" not in found[1] else 16)


@dataclass(frozen=True)
class Cell:
    """A purpose in a dump: `seen` is a verdict, or `bad` for any that is."""

    purpose: str
    seen: str
    predicted: str

    @property
    def agrees(self) -> bool:
        if self.seen == "bad":
            return self.predicted in ("degraded", "wrong", "fatal")
        if self.seen == "works":
            return self.predicted in ("ok", "fallback")
        return self.predicted == self.seen


# Boots that KASLR moved, and the dump of a crash kernel, which has the kernel's addresses in its
# program headers.
BOOTS = {
    "6.1": lambda: guest("6.1.0-*") / "with-device.elf",
    "6.12": lambda: guest("6.12.*") / "with-device.elf",
    "7.3": lambda: core(KDUMP),
}


@pytest.fixture(params=BOOTS)
def kernel(request: pytest.FixtureRequest, run: Run) -> Kernel:
    dump = BOOTS[request.param]()
    text = find_note(str(dump)).text
    release = str(vmcoreinfo.parse(text).OSRELEASE)
    derived = run("derive", str(dump), "vmalloc_start", "--format", "json").json("derive")
    series = ".".join(release.split(".")[:2])
    start = derived["values"][0]["value"]
    return Kernel(dump, vmlinux(release), text, release, series, start)


@pytest.fixture
def notes(run: Run, kernel: Kernel, tmp_path: Path) -> Iterator[Notes]:
    made = Notes(run, kernel, tmp_path)
    yield made
    for dump in tmp_path.glob("*.elf"):
        dump.unlink()


class Notes:
    """Copies of a kernel's dump with other notes, by what is other."""

    def __init__(self, run: Run, kernel: Kernel, folder: Path) -> None:
        self._run, self._kernel, self._folder = run, kernel, folder

    def without(self, *keys: str) -> Path:
        lines = self._kernel.text.decode().splitlines(keepends=True)
        kept = [line for line in lines if line.partition("=")[0] not in keys]
        assert len(kept) < len(lines)
        return self._attached("".join(kept))

    def with_values(self, values: dict[str, int]) -> Path:
        text = self._kernel.text.decode()
        for key, value in values.items():
            text, times = re.subn(rf"(?m)^{re.escape(key)}=.*$", f"{key}={value}", text)
            assert times == 1, key
        return self._attached(text)

    def adapted(self, release: str) -> Path:
        out = self._folder / "adapted.elf"
        arguments = ("adapt", str(self._kernel.dump), "--for", f"crash@{release}", "-o", str(out))
        if self._run(*arguments).code != 0:
            # What KASLR needs is in no note: an option of the command tells.
            return self._kernel.dump
        return out

    def _attached(self, text: str) -> Path:
        note = self._folder / "note"
        note.write_text(text)
        out = self._folder / f"{len(list(self._folder.glob('*.elf')))}.elf"
        ran = self._run("attach", str(note), str(self._kernel.dump), "-o", str(out))
        assert ran.code == 0, ran.err
        return out


def predicted(run: Run, release: str, dump: Path) -> dict[str, str]:
    arguments = ("compat", str(dump), "--consumer", f"crash@{release}", "--format", "json")
    return worked_out(run(*arguments).json("compat"))


def held(kernel: Kernel, session: Session, note: dict[str, int]) -> dict[str, str]:
    """What an open session has of the note that it was given; `note` is what is other in it."""
    right_place = session.phys_base == kernel.value("NUMBER(phys_base)")
    seen = {"location of the kernel image": "works" if right_place else "bad"}
    size = note.get("NUMBER(KERNEL_IMAGE_SIZE)", kernel.value("NUMBER(KERNEL_IMAGE_SIZE)"))
    window = {size: "ok", None: "fallback"}
    seen["width of the text window"] = window.get(session.kernel_image_size, "bad")
    five = note.get("NUMBER(pgtable_l5_enabled)", kernel.value("NUMBER(pgtable_l5_enabled)"))
    seen["depth of page tables"] = "ok" if session.has_five_levels == bool(five) else "bad"
    mask = note.get("NUMBER(sme_mask)", kernel.value("NUMBER(sme_mask)"))
    seen["encrypted memory"] = "ok" if session.sme_mask == mask else "bad"
    return seen


def worked(kernel: Kernel, session: Session) -> dict[str, str]:
    """What the commands of a full session gave."""
    sections = (kernel.value("NUMBER(SECTION_SIZE_BITS)"), kernel.value("NUMBER(MAX_PHYSMEM_BITS)"))
    return {
        "vmalloc listing": "ok" if session.vmalloc_areas[:1] == [kernel.vmalloc] else "bad",
        "depth of page tables": "ok" if session.physical(kernel.vmalloc) else "bad",
        "size of memory sections": "works" if session.section_bits == sections else "bad",
    }


@dataclass(frozen=True)
class Variant:
    """A dump and the purposes that may differ in it; in a full session those of its commands too."""

    name: str
    dump: Path
    purposes: frozenset[str] | None = None
    is_full: bool = False
    other: tuple[str, ...] = ()


def variants(kernel: Kernel, notes: Notes) -> list[Variant]:
    helping = {k: p for k, p in HELPING.items() if f"\n{k}=".encode() in kernel.text}
    lacking = [
        Variant(f"without {key}", notes.without(key), frozenset({purpose}))
        for key, purpose in NEEDED.items()
    ]
    other = frozenset(HELPING[key] for key in OTHER)
    return [
        Variant("other values", notes.with_values(OTHER), other, other=tuple(OTHER)),
        *lacking,
        Variant("without the rest", notes.without(*helping), frozenset(helping.values()), True),
    ]


class Debugged:
    """A release of crash on a kernel, and what it turned out to need for it to open."""

    def __init__(self, kernel: Kernel, crash: Path) -> None:
        self._kernel, self._crash = kernel, crash
        self._given: tuple[str, ...] = ()
        self.ended: str | None = None
        self._minimal_only = False

    def first(self, ends: str | None, adapted: Path) -> dict[str, str]:
        """What it has of the dump as it is; `ends` is why all of a session's work is too much."""
        kernel, seen = self._kernel, {"KASLR": "ok"}
        session = self._session(kernel.dump, is_full=True)
        if ends and not session.is_open:
            # With a note in which nothing is amiss it ends the same way.
            again = self._session(adapted, is_full=True)
            assert ends in session.message and ends in again.message, session.text
            self.ended, self._minimal_only = ends, True
            session = self._session(kernel.dump, is_full=False)
            if not session.is_open:
                return {}
        elif not session.is_open:
            self._given = (f"--kaslr={kernel.value('KERNELOFFSET'):#x}",)
            seen = {"KASLR": "bad"}
            session = self._session(kernel.dump, is_full=True)
        assert session.is_open, session.text
        relocated = (session.kaslr_offset, session.stext)
        assert relocated == (kernel.value("KERNELOFFSET"), kernel.value("SYMBOL(_stext)"))
        return {**seen, **self._held(session, {}, is_full=True)}

    def then(self, variant: Variant) -> dict[str, str]:
        """What it has of a dump with another note."""
        concerns_kaslr = variant.purposes == frozenset({"KASLR"})
        if self._given and concerns_kaslr:
            return {}  # It is given already, as without it the first dump did not open.
        session = self._session(variant.dump, is_full=variant.is_full)
        if session.is_open:
            other = {key: OTHER[key] for key in variant.other}
            seen = {"KASLR": "ok", **self._held(session, other, is_full=variant.is_full)}
        elif "cannot determine physical base address" in session.text:
            seen = {"location of the kernel image": "bad"}
        elif self.ended and self.ended in session.message:
            seen = {}
        else:
            # The first dump opened, and in this one nothing else is other.
            assert concerns_kaslr, session.text
            seen = {"KASLR": "bad"}
        return {p: s for p, s in seen.items() if p in (variant.purposes or seen)}

    def _held(self, session: Session, other: dict[str, int], *, is_full: bool) -> dict[str, str]:
        seen = held(self._kernel, session, other)
        return seen | worked(self._kernel, session) if is_full and not self._minimal_only else seen

    def _session(self, dump: Path, *, is_full: bool) -> Session:
        crash, kernel = self._crash, self._kernel
        if is_full and not self._minimal_only:
            return full(crash, kernel.vmlinux, dump, *self._given, vmalloc=kernel.vmalloc)
        return minimal(crash, kernel.vmlinux, dump, *self._given)


@pytest.mark.first
def test_the_matrix(
    run: Run, kernel: Kernel, notes: Notes, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every release on every dump, and on copies whose notes lack what it needs."""
    rows, cells = [], []
    others = variants(kernel, notes)
    for version, crash in releases_of("crash").items():
        debugged = Debugged(kernel, crash)
        ends = ENDS.get((version, kernel.series))
        found = [
            (
                Variant("as it is", kernel.dump),
                debugged.first(ends, notes.adapted(version)),
            )
        ]
        found += [(variant, debugged.then(variant)) for variant in others]
        if debugged.ended:
            rows.append(f"{version:6} no cells of the kernel's structures: {debugged.ended}")
        for variant, seen in found:
            verdicts = predicted(run, version, variant.dump)
            own = [Cell(p, s, verdicts[p]) for p, s in seen.items() if p in verdicts]
            told = ", ".join(f"{c.purpose} {c.seen}{'' if c.agrees else ' (!)'}" for c in own)
            rows.append(f"{version:6} {variant.name}: {told or 'no cell'}")
            cells += own
    agree = sum(cell.agrees for cell in cells)
    with capsys.disabled():
        print(f"\ncrash on {kernel.release}\n  " + "\n  ".join(rows))
        print(f"  {agree} of {len(cells)} cells agree")
    assert agree == len(cells)
    assert len(cells) == CELLS[kernel.series]


def test_an_image_that_was_not_moved(run: Run, tmp_path: Path) -> None:
    """Without NUMBER(phys_base) crash finds it, as KASLR was off; where it was on, the matrix has it."""
    dump, out = guest("6.12.*") / "nokaslr.elf", tmp_path / "vmcore"
    info = vmcoreinfo.parse(find_note(str(dump)).text)
    assert (info["NUMBER(phys_base)"], info.KERNELOFFSET) == (0, 0)
    altered(dump, out, ["NUMBER(phys_base)"])
    seen = {}
    for version, crash in releases_of("crash").items():
        session = minimal(crash, vmlinux(str(info.OSRELEASE)), out)
        if not session.is_open and ENDS.get((version, "6.12"), "?") in session.message:
            continue
        assert session.is_open, session.text
        seen[version] = session.phys_base
        assert predicted(run, version, out)["location of the kernel image"] == "fallback"
    assert seen == {"8.0.2": 0, "8.0.6": 0, "9.0.2": 0}


@pytest.mark.parametrize("key", ["", "OSRELEASE", "BUILD-ID"])
def test_what_names_the_kernel(run: Run, kernel: Kernel, notes: Notes, key: str) -> None:
    """By the note alone: the options that print from it, in every release."""
    dump = notes.without(key) if key else kernel.dump
    build = re.search(r"(?m)^BUILD-ID=(.*)$", kernel.text.decode())
    assert build
    for version, crash in releases_of("crash").items():
        found = run(
            "compat", str(dump), "--consumer", f"crash@{version}", "--format", "json",
            *(["--kernel", kernel.release, "--arch", "x86_64"] if key == "OSRELEASE" else []),
        )  # fmt: skip
        verdicts = worked_out(found.json("compat"))
        for option, purpose, value in (
            ("--osrelease", "identify the kernel without a vmlinux", kernel.release),
            ("--build-id", "identify the build", build[1]),
        ):
            ran = subprocess.run(
                [crash, option, dump],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            printed = value in ran.stdout.split()
            assert printed == (verdicts[purpose] == "ok"), (version, option, ran.stdout[-500:])


def test_tasks_that_makedumpfile_dropped(run: Run, tmp_path: Path) -> None:
    """Of 61 tasks in the 7.3 crash 1.7.8 at level 31 leaves crash 31; with an adapted note, all."""
    makedumpfile = releases_of("makedumpfile").get("1.7.8")
    if not makedumpfile:
        pytest.skip("makedumpfile 1.7.8 can't be had")
    dump, adapted = core(KDUMP), tmp_path / "adapted.elf"
    crash = list(releases_of("crash").values())[-1]
    assert run("adapt", str(dump), "--for", "makedumpfile@1.7.8", "-o", str(adapted)).code == 0
    tasks = []
    for source in (dump, adapted):
        out = tmp_path / "filtered.kdump"
        command: list[str | Path] = [makedumpfile, "-f", "-c", "-d", "31", source, out]
        subprocess.run(command, capture_output=True, check=True)
        session = run_crash(crash, vmlinux("7.3.4+deb13-cloud-amd64"), out, [], ["ps"])
        tasks.append(len(re.findall(r"(?m)^>? +\d+ +-?\d+ +\d+  [0-9a-f]{16}", session.text)))
    assert tasks == [31, 61]
