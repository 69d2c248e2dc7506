# SPDX-License-Identifier: MIT
"""`vmcoreinfo compat`, `adapt`, `unused`, `lifetime`"""

from __future__ import annotations

import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

import vmcoreinfo
from tests.command import ROOT, Run
from tests.dump.make import elf, flattened, kdump
from vmcoreinfo_codegen.dump.reader import find_note

NOTE_7_3 = "tests/corpus/notes/x86_64-7.3.4+deb13-amd64.note"
NOTE_6_12 = "tests/corpus/notes/x86_64-6.12.117+deb13-amd64.note"
NOTE_ARM64 = "tests/corpus/notes/arm64-6.12.117+deb13-cloud-arm64.note"


def test_a_prediction(run: Run) -> None:
    ran = run("compat", "--consumer", "makedumpfile@1.7.4", "--kernel", "6.9", "--arch", "ppc64")
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert lines[0] == "makedumpfile 1.7.4 on 6.9, ppc64: fatal, worked out"
    assert "  not known: 6.6 is the newest ppc64 kernel that it declares" in lines[1]
    assert "  fatal     vmalloc translation" in lines
    assert "fixed in makedumpfile 1.7.5" in ran.out
    assert "  unknown   page descriptors, ok by the schema" in lines


def test_what_nobody_knows_has_an_exit_code(run: Run) -> None:
    asked = ("--kernel", "6.12", "--arch", "x86_64")
    ran = run("compat", "--consumer", "makedumpfile@1.99.0", *asked)
    assert ran.code == 4
    assert ran.out.startswith("makedumpfile 1.99.0 on 6.12, x86_64: unknown, ")
    assert "not known: the newest makedumpfile in the schema is" in ran.out
    ran = run("compat", "--consumer", "makedumpfile@1.99.0", *asked, "--format", "json")
    found = ran.json("compat")
    assert (ran.code, found["verdict"], found["rests_on"]) == (4, "unknown", "not known")
    assert {purpose["verdict"] for purpose in found["purposes"]} == {"unknown"}


def test_a_note(run: Run) -> None:
    ran = run("compat", NOTE_6_12, "--consumer", "makedumpfile@1.7.6", "--format", "json")
    found = ran.json("compat")
    assert (found["worked_out"] or found["verdict"]) == "degraded"
    degraded = {p["purpose"] for p in found["purposes"] if p["verdict"] == "degraded"}
    assert degraded == {"exclude free pages", "exclude offline pages"}
    assert (found["kernel"], found["arch"]) == ("6.12.117+deb13-amd64", "x86_64")
    assert run("compat", NOTE_6_12, "--consumer", "makedumpfile@1.7.8").code == 0
    # A tool without a release is its latest.
    assert run("compat", NOTE_6_12, "--consumer", "drgn").code == 0


def test_a_note_that_lacks_something(run: Run, tmp_path: Path) -> None:
    text = (ROOT / NOTE_6_12).with_suffix(".txt").read_bytes()
    dump = tmp_path / "vmcore"
    dump.write_bytes(elf(text.replace(b"SYMBOL(init_top_pgt)", b"SYMBOL(other)")))
    ran = run("compat", str(dump), "--consumer", "makedumpfile@1.7.8", "--format", "json")
    found = ran.json("compat")
    assert [p["purpose"] for p in found["purposes"] if p["verdict"] == "fatal"] == ["page tables"]


IMAGE = 0xFFFFFFFF81000000


@pytest.mark.parametrize("consumer", ["makedumpfile@1.7.8", "crash", "drgn", "libkdumpfile"])
@pytest.mark.parametrize(
    ("container", "verdict", "words"),
    [
        ("elf", "fatal", "the dump has no program headers with the addresses"),
        ("elf with addresses", "fallback", ""),
        ("elf of user space", "fatal", "the dump has no program headers with the addresses"),
        ("kdump", "fallback", ""),
        (
            "text",
            "fallback",
            "it depends on program headers with the addresses at which the kernel",
        ),
    ],
)
def test_what_a_dump_tells_beside_its_note(
    run: Run, tmp_path: Path, consumer: str, container: str, verdict: str, words: str
) -> None:
    text = (ROOT / NOTE_6_12).with_suffix(".txt").read_bytes().replace(b"(phys_base)", b"(other)")
    made = {
        "elf": elf(text),
        "elf with addresses": elf(text, virtual=IMAGE),
        "elf of user space": elf(text, virtual=0x400000),
        "kdump": kdump(text),
        "text": text,
    }
    dump = tmp_path / "vmcore"
    dump.write_bytes(made[container])
    found = run("compat", str(dump), "--consumer", consumer, "--format", "json").json("compat")
    (place,) = [p for p in found["purposes"] if p["purpose"] == "location of the kernel image"]
    assert (place["worked_out"] or place["verdict"]) == verdict
    assert words in place["why"]
    assert bool(place["assumed"]) == (container == "text")
    assert [entry["key"] for entry in place["missing"]] == ["NUMBER(phys_base)"]


def with_memory(dump: bytes, physical: int, data: bytes) -> bytes:
    """A dump of `elf()` with memory in its second segment."""
    made = bytearray(dump + data)
    segment = 64 + 56
    made[segment : segment + 56] = struct.pack(
        "<IIQQQQQQ", 1, 7, len(dump), 0, physical, len(data), len(data), 4
    )
    return bytes(made)


@pytest.mark.parametrize(
    ("moved", "verdict"),
    [(0, "fallback"), (-16, "fallback"), (16, "fallback"), (17, "fatal"), (-188, "fatal")],
)
def test_crash_finds_an_image_that_is_near(
    run: Run, tmp_path: Path, moved: int, verdict: str
) -> None:
    """Without NUMBER(phys_base) the boot decides: by how many MiB KASLR moved the image."""
    real = (ROOT / NOTE_6_12).with_suffix(".txt").read_bytes()
    info = vmcoreinfo.parse(real)
    names = b"\0\0\0\0" + b"".join(
        name.encode().ljust(65, b"\0") for name in ("Linux", "guest", str(info.OSRELEASE))
    )
    address = info["SYMBOL(init_uts_ns)"]
    assert isinstance(address, int)
    place = address - 0xFFFFFFFF80000000 + (moved << 20)
    dump = tmp_path / "vmcore"
    dump.write_bytes(with_memory(elf(real.replace(b"(phys_base)", b"(other)")), place, names))
    found = run("compat", str(dump), "--consumer", "crash", "--format", "json").json("compat")
    (purpose,) = [p for p in found["purposes"] if p["purpose"] == "location of the kernel image"]
    assert purpose["verdict"] == verdict
    assert ("no x86_64 memory" in purpose["why"]) == (verdict == "fatal")


def test_a_prediction_rests_on_the_headers(run: Run) -> None:
    """4.9 has no NUMBER(phys_base)."""
    asked = ("compat", "--consumer", "drgn", "--kernel", "4.9", "--arch", "x86_64")
    (place,) = [
        p
        for p in run(*asked, "--format", "json").json("compat")["purposes"]
        if p["purpose"] == "location of the kernel image"
    ]
    assert place["verdict"] == "fallback"
    assert place["assumed"] == [
        "program headers with the addresses at which the kernel ran",
        "the header of a compressed dump",
    ]


@pytest.mark.parametrize(
    ("tool", "purpose", "fixed_in"),
    [
        ("crash@8.0.2", "identify the build", "9.0.2"),
        ("makedumpfile@1.7.4", "callers in dmesg", "1.7.5"),
        ("crash@7.1.8", "location of the kernel image", "7.2.0"),
    ],
)
def test_a_fallback_ends_where_the_note_is_read(
    run: Run, tool: str, purpose: str, fixed_in: str
) -> None:
    ran = run("compat", NOTE_6_12, "--consumer", tool, "--format", "json")
    (found,) = [p for p in ran.json("compat")["purposes"] if p["purpose"] == purpose]
    verdict = found["worked_out"] or found["verdict"]
    assert (verdict, found["fixed_in"]) == ("fallback", fixed_in)
    assert (
        f"ok since {tool.partition('@')[0]} {fixed_in}"
        in run("compat", NOTE_6_12, "--consumer", tool).out
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--consumer", "makedumpfil@1.7.4"), "did you mean makedumpfile"),
        (("--consumer", "makedumpfile@x"), "not a release"),
        (("--consumer", "makedumpfile@0.9"), "the schema has makedumpfile since"),
        (("--consumer", "makedumpfile@1.7.4"), "use --kernel and --arch"),
        (("--consumer", "volatility3", "--installed"), "can't print its release"),
    ],
)
def test_what_can_not_be_judged(run: Run, arguments: tuple[str, ...], message: str) -> None:
    ran = run("compat", *arguments)
    assert (ran.code, message in ran.err) == (2, True)


def test_the_installed_release(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "makedumpfile"
    tool.write_text("#!/bin/sh\necho 'makedumpfile: version 1.7.6 (released on 23 Oct 2024)' >&2\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    ran = run("compat", NOTE_6_12, "--consumer", "makedumpfile", "--installed", "--format", "json")
    assert ran.json("compat")["release"] == "1.7.6"
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    ran = run("compat", NOTE_6_12, "--consumer", "makedumpfile", "--installed")
    assert (ran.code, "is not installed" in ran.err) == (2, True)


def test_adapt_writes_the_key_under_its_old_name(run: Run, tmp_path: Path) -> None:
    ran = run("adapt", NOTE_7_3, "--for", "makedumpfile@1.7.8")
    assert ran.code == 0
    assert "OFFSET(page.compound_head)=8\n" in ran.out
    # What was there stays: a later release reads it as before.
    assert "OFFSET(page.compound_info)=8\n" in ran.out
    assert "recognise tail pages: bit 0 of the same word" in ran.err
    text = (ROOT / NOTE_7_3).with_suffix(".txt").read_bytes()
    dump, out = tmp_path / "vmcore", tmp_path / "copy"
    dump.write_bytes(elf(text))
    assert run("adapt", str(dump), "--for", "makedumpfile@1.7.8", "-o", str(out)).code == 0
    assert find_note(str(out)).text == ran.out.encode()
    # The dump says nothing of it: 1.7.8 declares 6.17, and what it makes of 7.3 is worked out.
    assert run("compat", str(out), "--consumer", "makedumpfile@1.7.8").code in (0, 4)
    dump.write_bytes(flattened(elf(text)))
    ran = run("adapt", str(dump), "--for", "makedumpfile@1.7.8", "-o", str(out))
    assert (ran.code, "can only copy ELF and kdump-compressed dumps" in ran.err) == (2, True)
    assert ran.err.count("\n") == 1


def test_adapt_refuses_what_has_no_right_answer(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "copy"
    ran = run("adapt", NOTE_6_12, "--for", "makedumpfile@1.7.5", "--format", "json")
    answer = ran.json("adapt")
    assert (ran.code, answer["text"]) == (1, None)
    assert {r["purpose"] for r in answer["refused"]} == {"recognise slab pages"}
    ran = run("adapt", NOTE_6_12, "--for", "makedumpfile@1.7.5", "-o", str(out))
    assert (ran.code, ran.out, out.exists()) == (1, "", False)
    assert "nothing written" in ran.err


def test_adapt_tells_the_level_that_stays_right(run: Run) -> None:
    """Slab pages are told where user data is left out, at 8 alone."""
    ran = run("adapt", NOTE_6_12, "--for", "makedumpfile@1.7.2", "--level", "31")
    assert (ran.code, ran.out) == (1, "")
    assert "the highest level with correct results is 23: use --level 23" in ran.err
    for level in (0, 1, 23):
        right = run("adapt", NOTE_6_12, "--for", "makedumpfile@1.7.2", "--level", str(level))
        assert right.code == 0 and right.out.startswith("OSRELEASE=6.12.117")
    within = run(
        "adapt", NOTE_6_12, "--for", "makedumpfile@1.7.2", "--level", "29", "--format", "json"
    )
    assert (within.code, within.json("adapt")["level"]) == (1, 21)
    for options, said in (
        (["--for", "drgn@0.3.0", "--level", "1"], "drgn has no dump level"),
        (["--for", "makedumpfile@1.7.2", "--level", "32"], "dump levels are 0 to 31"),
        (["--for", "drgn@0.3.0", "--as", "makedumpfile-i"], "works only with makedumpfile"),
        (["--for", "makedumpfile@1.7.8", "--as", "note", "-o", "x"], "-o writes a copy"),
    ):
        ran = run("adapt", NOTE_6_12, *options)
        assert ran.code == 2 and said in ran.err


def test_adapt_takes_away_what_misleads(run: Run) -> None:
    """Where nothing else gets worse by it: at a level that tells slab pages it stays."""
    text = (ROOT / NOTE_6_12).with_suffix(".txt").read_text()
    gone = "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)"
    less = "".join(line for line in text.splitlines(keepends=True) if not line.startswith(gone))
    command = ("adapt", NOTE_6_12, "--for", "makedumpfile@1.7.6", "--level")
    ran = run(*command, "23")
    assert (ran.code, ran.out) == (0, less)
    assert f"- {gone}\n      exclude free pages: 1.7.6 tests bits" in ran.err
    assert run(*command, "31").out == run(*command, "24").out == text
    (line,) = run(*command, "23", "--format", "json").json("adapt")["dropped"]
    assert (line["key"], line["purpose"]) == (gone, "exclude free pages")
    ran = run(*command, "23", "--as", "makedumpfile-i")
    assert (ran.code, ran.out) == (1, "") and "can't remove lines" in ran.err
    for release in ("1.7.5", "1.7.8"):
        ran = run("adapt", NOTE_6_12, "--for", f"makedumpfile@{release}", "--level", "23")
        assert ran.out == text


def test_adapt_writes_what_the_cpu_has(run: Run) -> None:
    """A kernel of 52 bits on a CPU of 48: of 4 KiB pages the tables are as deep as 48 bits ask for."""
    text = (ROOT / NOTE_ARM64).with_suffix(".txt").read_text()
    width = "NUMBER(VA_BITS)"
    for release in ("1.6.9", "1.7.8", "1.7.9"):
        command = ("adapt", NOTE_ARM64, "--for", f"makedumpfile@{release}", "--level", "0")
        ran = run(*command)
        assert (ran.code, ran.out) == (0, text.replace(f"{width}=52\n", f"{width}=48\n"))
        assert f"~ {width}=48 (was 52)\n      levels of page tables: " in ran.err
        assert "restore the old note with 'vmcoreinfo attach'" in ran.err
        (line,) = run(*command, "--format", "json").json("adapt")["written"]
        assert (line["key"], line["text"], line["was"]) == (width, "48", "52")
        ran = run(*command, "--as", "makedumpfile-i")
        assert (ran.code, ran.out) == (1, "") and "can't change values" in ran.err


@pytest.mark.parametrize(
    ("size", "register", "width", "code"),
    [(4096, 0xC, 52, 1), (16384, 0x11, 47, 0), (16384, 0xC, 52, 1), (65536, 0x10, 52, 0)],
)
def test_adapt_goes_by_page_size_and_width(
    run: Run, tmp_path: Path, size: int, register: int, width: int, code: int
) -> None:
    """The root table of 64 KiB pages is laid out for what the kernel was built for."""
    text = (ROOT / NOTE_ARM64).with_suffix(".txt").read_text()
    text = text.replace("PAGESIZE=4096\n", f"PAGESIZE={size}\n")
    text = text.replace("(TCR_EL1_T1SZ)=0x10\n", f"(TCR_EL1_T1SZ)={register:#x}\n")
    note = tmp_path / "note.txt"
    note.write_text(text)
    ran = run("adapt", str(note), "--for", "makedumpfile@1.7.8", "--format", "json")
    assert ran.code == code
    found = ran.json("adapt")
    assert [line["text"] for line in found["written"]] == ([str(width)] if width != 52 else [])
    purposes = [refusal["purpose"] for refusal in found["refused"]]
    assert purposes == (["levels of page tables"] if code else [])


def test_crash_is_told_where_the_linear_map_begins(run: Run) -> None:
    """What PHYS_OFFSET counts from is not where crash begins; a width that was changed hides nothing."""
    text = (ROOT / NOTE_ARM64).with_suffix(".txt").read_text()
    purpose = "linear map of a 52-bit kernel on a 48-bit CPU"
    offset = re.search(r"NUMBER\(PHYS_OFFSET\)=(\w+)", text)
    assert offset is not None
    right = (int(offset[1], 16) + (1 << 52) - (1 << 48)) % (1 << 64)
    texts = {
        "degraded": [text, text.replace("NUMBER(VA_BITS)=52", "NUMBER(VA_BITS)=48")],
        "ok": [
            text.replace(offset[0], f"NUMBER(PHYS_OFFSET)={right:#x}"),
            (ROOT / "tests/corpus/notes/arm64-6.12.117+deb13-arm64-16k.txt").read_text(),
        ],
    }
    for verdict, of in texts.items():
        for one in of:
            ran = run(
                "compat", "-", "--consumer", "crash@9.0.2", "--format", "json", stdin=one.encode()
            )
            (found,) = [p for p in ran.json("compat")["purposes"] if p["purpose"] == purpose]
            assert (found["worked_out"] or found["verdict"]) == verdict


@pytest.mark.parametrize(
    ("size", "register", "verdicts"),
    [
        (4096, 0xC, {"7.2.9": "degraded", "9.0.2": "degraded", "next": "degraded"}),
        (4096, 0x10, {"7.2.9": "ok", "8.0.6": "ok", "next": "ok"}),
        (16384, 0xC, {"7.2.9": "fatal", "8.0.6": "fatal", "next": "fatal"}),
        (16384, 0x11, {"8.0.5": "fatal", "8.0.6": "ok", "next": "ok"}),
        (65536, 0xC, {"8.0.5": "degraded", "8.0.6": "ok", "next": "ok"}),
        (65536, 0x10, {"8.0.5": "degraded", "8.0.6": "degraded", "next": "degraded"}),
    ],
)
def test_crash_walks_tables_by_page_size_and_width(
    run: Run, size: int, register: int, verdicts: dict[str, str]
) -> None:
    """Of a kernel that was built for 52 bits: it knows no fifth level, and no 52 bits of 16 KiB pages."""
    text = (ROOT / NOTE_ARM64).with_suffix(".txt").read_text()
    text = text.replace("PAGESIZE=4096\n", f"PAGESIZE={size}\n")
    text = text.replace("(TCR_EL1_T1SZ)=0x10\n", f"(TCR_EL1_T1SZ)={register:#x}\n")
    for release, verdict in verdicts.items():
        assert walks(run, text, release) == verdict, release


@pytest.mark.parametrize(
    ("note", "verdict"),
    [
        ("arm64-6.12.117+deb13-cloud-arm64-cpumax-lpa2", "degraded"),
        ("arm64-6.12.117+deb13-arm64-16k", "fatal"),
        # A kernel that was built for 48 bits, on a CPU that has 52.
        ("arm64-6.1.0-56-cloud-arm64-cpumax-lpa2", "ok"),
    ],
)
def test_crash_on_a_cpu_of_52_bits(run: Run, note: str, verdict: str) -> None:
    text = (ROOT / f"tests/corpus/notes/{note}.txt").read_text()
    assert walks(run, text, "9.0.2") == verdict


def walks(run: Run, text: str, release: str) -> str:
    """The worst, by the schema, of what crash needs to walk page tables of arm64."""
    needs = {
        "16 KiB pages",
        "five levels of page tables",
        "top-level page table of a 52-bit kernel with 64 KiB pages",
        "top-level page table of a 52-bit kernel with 64 KiB pages on a 48-bit CPU",
    }
    command = ("compat", "-", "--consumer", f"crash@{release}", "--format", "json")
    found = run(*command, stdin=text.encode()).json("compat")["purposes"]
    judged: dict[str, str] = {p["purpose"]: p["worked_out"] or p["verdict"] for p in found}
    return max(
        (verdict for purpose, verdict in judged.items() if purpose in needs),
        key=["ok", "degraded", "fatal"].index,
    )


def test_adapt_writes_other_forms(run: Run, tmp_path: Path) -> None:
    text = run("adapt", NOTE_7_3, "--for", "makedumpfile@1.7.8").out.encode()
    overlay = run("adapt", NOTE_7_3, "--for", "makedumpfile@1.7.8", "--as", "makedumpfile-i")
    assert overlay.out.splitlines() == [
        "OSRELEASE=7.3.4+deb13-amd64", "PAGESIZE=4096", "OFFSET(page.compound_head)=8"
    ]  # fmt: skip
    out = tmp_path / "note"
    with out.open("wb") as stream:
        command = [sys.executable, "-m", "vmcoreinfo_codegen", "adapt", str(ROOT / NOTE_7_3)]
        command += ["--for", "makedumpfile@1.7.8", "--as", "note"]
        subprocess.run(command, stdout=stream, stderr=subprocess.DEVNULL, check=True)
    found = find_note(str(out))
    assert (found.format, found.text) == ("note", text)
    bare = str((ROOT / NOTE_7_3).with_suffix(".txt"))
    ran = run("adapt", bare, "--for", "makedumpfile@1.7.8", "--as", "note")
    assert ran.code == 2 and "a text has no byte order" in ran.err


def test_adapt_leaves_alone_what_is_read_rightly(run: Run) -> None:
    ran = run("adapt", NOTE_6_12, "--for", "makedumpfile@1.7.8")
    assert ran.out == (ROOT / NOTE_6_12).with_suffix(".txt").read_text()
    assert "reads this note correctly without changes" in ran.err


def test_unused(run: Run) -> None:
    answer = run("unused", "--kernel", "7.3", "--format", "json").json("unused")
    assert "SIZE(prb_data_blk_lpos)" in answer["unused"]
    assert "OFFSET(page.flags)" not in answer["unused"]
    assert {"SYMBOL(vmap_area_list)", "OFFSET(page.compound_head)"} <= set(answer["missing"])
    assert "Read by a tool" in run("unused", "--kernel", "7.3").out


def test_lifetime(run: Run) -> None:
    answer = run("lifetime", "makedumpfile", "--format", "json").json("lifetime")
    by_release = {r["release"]: r for r in answer["releases"]}
    assert (by_release["1.7.9"]["last"], by_release["1.7.9"]["declared_last"]) == ("7.0", "7.0")
    assert by_release["1.7.5"]["ends_by"] == "recognise slab pages: wrong on 6.10"
    assert "recognise tail pages: wrong on 7.1" in run("lifetime", "makedumpfile").out


def test_what_an_upgrade_of_the_kernel_changes(run: Run) -> None:
    arguments = (
        "compat",
        "--consumer",
        "makedumpfile@1.7.5",
        "--kernel",
        "6.12",
        "--arch",
        "arm64",
    )
    found = run(*arguments, "--from", "6.9", "--format", "json").json("compat")
    assert {(p["purpose"], p["verdict"]) for p in found["purposes"]} == {
        ("recognise slab pages", "wrong")
    }
    assert run(*arguments, "--from", "6.11", "--format", "json").json("compat")["purposes"] == []
