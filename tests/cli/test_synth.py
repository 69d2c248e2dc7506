# SPDX-License-Identifier: MIT
"""`vmcoreinfo synth` and `vmcoreinfo derive`"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import NOTE, Run
from tests.dump.make import elf
from vmcoreinfo_codegen.dump.notes import build

KERNEL = "6.12.117+deb13-cloud-amd64"
FILES = "tests/corpus/debuginfo/x86_64-" + KERNEL
SYNTH = ("synth", "--kernel", KERNEL, "--arch", "amd64", "--btf", f"{FILES}.btf.xz")


def test_text_and_what_is_left_out(run: Run, tmp_path: Path) -> None:
    ran = run(*SYNTH, "--symbols", f"{FILES}.kallsyms.xz")
    assert ran.code == 0
    assert ran.out.startswith(f"OSRELEASE={KERNEL}\nPAGESIZE=4096\n")
    assert "left out: NUMBER(phys_base): --dump would show" in ran.err
    raw = tmp_path / "raw"
    ran = run(*SYNTH, "--symbols", f"{FILES}.kallsyms.xz", "--raw", "-o", str(raw))
    text = run("note", str(raw)).out.encode()
    assert raw.read_bytes() == build(text, "<")


def test_json_says_where_each_came_from(run: Run) -> None:
    ran = run(*SYNTH, "--set", "NUMBER(phys_base)=-4096", "--build-id", "00ff", "--format", "json")
    entries = {e["key"]: e for e in ran.json("synth")["entries"]}
    assert entries["NUMBER(phys_base)"] == {
        "key": "NUMBER(phys_base)", "text": "-4096", "source": "given",
    }  # fmt: skip
    assert entries["BUILD-ID"]["text"] == "00ff"
    assert entries["SIZE(page)"]["source"] == "size(page)"
    assert entries["NUMBER(PG_head_mask)"]["source"] == "1 << enum(PG_head)"
    assert entries["PAGESIZE"]["source"] == "the only page size of x86_64"
    assert entries["NUMBER(SECTION_SIZE_BITS)"]["source"].startswith("section_size_bits")
    assert not any(key.startswith("SYMBOL(") for key in entries)


BANNER = 0xFFFF800081001080
PLACE = 0x3080


@pytest.fixture
def raw(tmp_path: Path) -> tuple[str, ...]:
    """Options for a raw image with a kernel's banner at PLACE, whose symbol is at BANNER."""
    symbols, image = tmp_path / "System.map", tmp_path / "memory.raw"
    symbols.write_text(f"{BANNER:x} D linux_banner\n")
    image.write_bytes(bytes(PLACE) + b"Linux version 6.12.0-test (build@host) #1\n\0" + bytes(4096))
    return ("synth", "--kernel", "6.12", "--symbols", str(symbols), "--dump", str(image))


@pytest.mark.parametrize(
    ("options", "start"),
    [
        (("--arch", "arm64"), None),
        (("--arch", "arm64", "--memory-start", "0x40000000"), 0x40000000),
        (("--arch", "arm64", "--memory-start", "0"), 0),
        (("--arch", "amd64"), 0),
        (("--arch", "amd64", "--memory-start", "0x100000"), 0x100000),
    ],
)
def test_where_raw_memory_starts(
    run: Run, raw: tuple[str, ...], options: tuple[str, ...], start: int | None
) -> None:
    answer = run(*raw, *options, "--format", "json").json("synth")
    made = {e["key"]: e["text"] for e in answer["entries"]}
    left = {e["key"]: e["why"] for e in answer["left_out"]}
    key = "NUMBER(phys_base)" if "amd64" in options else "NUMBER(kimage_voffset)"
    if start is None:
        assert left[key] == (
            "--memory-start would show: symbol(linux_banner) - physical(linux_banner)"
        )
    elif "amd64" in options:
        base = start + PLACE - BANNER + 0xFFFFFFFF80000000
        assert int(made[key]) == base
    else:
        assert int(made[key], 16) == BANNER - PLACE - start
    assert (key in made) == (key not in left) == (start is not None)


def test_an_elf_dump_tells_where_its_memory_starts(
    run: Run, raw: tuple[str, ...], tmp_path: Path
) -> None:
    dump = tmp_path / "vmcore"
    dump.write_bytes(elf(None))
    ran = run(*raw, "--arch", "arm64", "--dump", str(dump), "--memory-start", "0")
    assert (ran.code, "leave out --memory-start" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("synth", "--kernel", "6.12", "--arch", "amd64"), "give --dump, --btf and --symbols"),
        ((*SYNTH, "--set", "SIZE(pages)=64"), "did you mean"),
        ((*SYNTH, "--set", "SIZE(page)"), "--set needs KEY=VALUE"),
        ((*SYNTH, "--set", "SIZE(page)=sixty"), "the value is not a decimal number"),
        ((*SYNTH, "--build-id", "zzz"), "the value is not pairs of hexadecimal digits"),
        ((*SYNTH, "--kaslr-offset", "abc"), "not a number of bytes"),
        ((*SYNTH, "--dump", NOTE), "no kernel symbols in it"),
        ((*SYNTH, "--memory-start", "0"), "given with --dump"),
        ((*SYNTH, "--dump", NOTE, "--memory-start", "-4096"), "not an address"),
        ((*SYNTH, "--dump", NOTE, "--memory-start", "low"), "'low' is not an address"),
        ((*SYNTH, "--kernel", "nonsense"), "unknown release"),
        ((*SYNTH, "--arch", "nonsense"), "unknown architecture"),
        ((*SYNTH, "--symbols", "pyproject.toml"), "not a symbol table"),
        ((*SYNTH, "--symbols", f"{FILES}.kallsyms.xz", "--dump", NOTE), "linux_banner"),
        (
            ("synth", "--arch", "amd64", "--btf", f"{FILES}.btf.xz"),
            "give its uname -r with --kernel",
        ),
    ],
)
def test_what_can_not_be_done(run: Run, arguments: tuple[str, ...], message: str) -> None:
    ran = run(*arguments)
    assert ran.code == 2
    assert message in ran.err


def test_derive_from_a_note_alone(run: Run) -> None:
    answer = run("derive", NOTE, "--format", "json").json("derive")
    values = {v["name"]: v for v in answer["values"]}
    assert (answer["release"], answer["arch"]) == ("7.3.4+deb13-amd64", "x86_64")
    assert values["page_shift"]["value"] == 12
    assert values["vmalloc_start"]["recipe"] == "number"
    assert values["slab_flag"]["why"].startswith("no recipe applies")
    assert run("derive", NOTE, "page_shift").code == 0
    assert run("derive", NOTE, "slab_flag").code == 1


def test_derive_says_what_is_missing(run: Run, tmp_path: Path) -> None:
    note = "tests/corpus/notes/x86_64-6.1.0-56-cloud-amd64.note"
    ran = run("derive", note, "vmalloc_start")
    assert (ran.code, "no function to read memory" in ran.out) == (1, True)
    dump = tmp_path / "vmcore"
    dump.write_bytes(elf(Path(note).with_suffix(".txt").read_bytes()))
    ran = run("derive", str(dump), "vmalloc_start", "--format", "json")
    (value,) = ran.json("derive")["values"]
    assert ran.code == 1
    assert "can't read 8 bytes" in value["why"]
    ran = run("derive", str(dump), "vmalloc_star")
    assert (ran.code, "did you mean vmalloc_start" in ran.err) == (2, True)
    assert run("derive").code == 2


def test_derive_with_a_note_from_elsewhere(run: Run, tmp_path: Path) -> None:
    dump = tmp_path / "vmcore"
    dump.write_bytes(elf(None))
    assert run("derive", str(dump), "page_shift").code == 1
    ran = run("derive", str(dump), "--note", NOTE, "page_shift")
    assert (ran.code, "12" in ran.out) == (0, True)
