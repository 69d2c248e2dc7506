# SPDX-License-Identifier: MIT
"""What makedumpfile of each Debian suite does with real dumps is what is predicted, cell by cell."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

import vmcoreinfo
from tests.command import ROOT, Run
from tests.compat.real import releases_of
from tests.dump.real import core, guest
from vmcoreinfo_codegen.dump.reader import find_note

pytestmark = pytest.mark.long

_COUNTER = re.compile(r"^ *([A-Z][\w -]+?) *: (0x[0-9a-f]{16})$", re.MULTILINE)

# Which counter tells of which purpose; what 1.7.8 counts is right where it is predicted to be.
PURPOSES = {
    "exclude free pages": "Free pages",
    "tell slab pages": "User process data pages",
    "tell tail pages": "User process data pages",
    "exclude offline pages": "Offline pages",
}

# Debian's 1.6.8-4 carries patches of 1.6.9, for the 5.10 kernel of its suite: it finds the release
# and prints the log of newer kernels than 1.6.8 itself does.
PATCHED = {("1.6.8", "find the release in memory"), ("1.6.8", "dmesg")}


def tools() -> dict[str, Path]:
    return releases_of("makedumpfile")


def counters(tool: Path, dump: Path, out: Path) -> tuple[int, dict[str, int]]:
    ran = subprocess.run(
        [tool, "-f", "-c", "-d", "31", "--message-level", "31", dump, out],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    text = (ran.stdout + ran.stderr).replace("\r", "\n")
    return ran.returncode, {name: int(n, 16) for name, n in _COUNTER.findall(text)}


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """ELF dumps that every makedumpfile can open, by kernel."""
    from vmcoreinfo_codegen.dump.attach import attach

    found = {}
    for glob in ("6.1.0-*", "6.12.*"):
        folder = guest(glob)
        # QEMU's headers are where makedumpfile does not look.
        out = tmp_path_factory.mktemp("dumps") / "vmcore"
        text = find_note(str(folder / "with-device.elf")).text
        attach(text, str(folder / "with-device.elf"), str(out))
        found[str(vmcoreinfo.parse(text).OSRELEASE)] = out
    return found


def test_the_matrix(
    run: Run, dumps: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every release on every dump; 7.3 is there where `../shared/cores` is."""
    releases = tools()
    wrong: list[str] = []
    cells = agree = 0
    rows = []
    all_dumps = dict(dumps)
    crash = ROOT.parent / "shared/cores/x86_64-7.3.4+deb13-cloud-amd64-kdump.elf.xz"
    if crash.exists():
        all_dumps["7.3.4"] = core(crash.name.removesuffix(".xz"))
    for kernel, dump in all_dumps.items():
        right = _right(run, releases, dump, tmp_path)
        for version, tool in releases.items():
            found = run(
                "compat", str(dump), "--consumer", f"makedumpfile@{version}", "--format", "json"
            ).json("compat")
            code, counted = counters(tool, dump, tmp_path / "out")
            for purpose in found["purposes"]:
                name, verdict = purpose["purpose"], purpose["verdict"]
                if (version, name) in PATCHED:
                    continue
                if verdict == "fatal" and name != "dmesg":
                    happened = code != 0
                elif name in PURPOSES and "--dump-dmesg" not in purpose["seen"]:
                    happened = _differs(counted, right, PURPOSES[name])
                else:
                    continue
                # Of two purposes that show in one counter, one alone may be wrong.
                others = [
                    p["verdict"] in ("wrong", "fatal")
                    for p in found["purposes"]
                    if PURPOSES.get(p["purpose"]) == PURPOSES.get(name)
                ]
                predicted = verdict in ("wrong", "fatal") or any(others)
                cells += 1
                agree += predicted == happened
                if predicted != happened:
                    wrong.append(f"{version} on {kernel}: {name}: predicted {verdict}")
            rows.append(f"{kernel:30} {version:7} {found['verdict']:9} exit {code}")
    with capsys.disabled():
        print("\n" + "\n".join(rows))
        print(f"{agree} of {cells} cells agree")
    assert not wrong
    assert cells > 20


def _right(run: Run, releases: dict[str, Path], dump: Path, folder: Path) -> dict[str, int]:
    """What the newest release counts, on a note that it reads rightly."""
    newest = max(releases, key=lambda v: tuple(map(int, v.split("."))))
    adapted = folder / "adapted.elf"
    ran = run("adapt", str(dump), "--for", f"makedumpfile@{newest}", "-o", str(adapted))
    assert ran.code == 0, ran.err
    code, found = counters(releases[newest], adapted, folder / "right")
    assert code == 0 and found
    return found


def _differs(counted: dict[str, int], right: dict[str, int], counter: str) -> bool:
    return counted.get(counter, 0) != right.get(counter, 0)


def test_an_adapted_note_brings_back_what_was_dropped(run: Run, tmp_path: Path) -> None:
    """1.7.8 on the 7.3 crash: 0x118 pages are taken for user data, and 0x10 are."""
    releases = tools()
    if "1.7.8" not in releases:
        pytest.skip("makedumpfile 1.7.8 can't be had")
    dump = core("x86_64-7.3.4+deb13-cloud-amd64-kdump.elf")
    adapted = tmp_path / "adapted.elf"
    assert run("adapt", str(dump), "--for", "makedumpfile@1.7.8", "-o", str(adapted)).code == 0
    _, before = counters(releases["1.7.8"], dump, tmp_path / "before")
    _, after = counters(releases["1.7.8"], adapted, tmp_path / "after")
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
    """Where its parser stumbles, a release stops or reads a wrong value; on the other texts it works."""
    dump = guest("6.12.*") / "with-device.elf"
    text, made = tmp_path / "text", tmp_path / "made.elf"
    text.write_text(before + run("note", str(dump)).out + after)
    assert run("attach", str(text), str(dump), "-o", str(made)).code == 0
    for release, tool in tools().items():
        consumer = f"makedumpfile@{release}"
        found = run("compat", str(made), "--consumer", consumer, "--format", "json").json("compat")
        parsed = {p["purpose"]: p["verdict"] for p in found["purposes"]}["parse the note"]
        code, _ = counters(tool, made, tmp_path / f"out-{release}")
        if name.startswith("another value"):
            # Both orders are told: which of the values is the kernel's, the text doesn't say.
            assert parsed == "wrong"
            assert (code == 0) == (name == "another value last")
        else:
            assert (code == 0) == (parsed == "ok"), (release, name, parsed, code)
            overflows = release < "1.7.0" and after
            assert parsed == ("fatal" if overflows or "SIZE(page)=zz" in before else "ok")
    made.unlink()
