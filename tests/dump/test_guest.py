# SPDX-License-Identifier: MIT
"""A Debian kernel booted in QEMU and dumped, with and without the vmcoreinfo device."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import drgn
import pytest

import vmcoreinfo
from tests.command import Run
from tests.dump.real import GUESTS, Guest, filtered, guest, name_of
from vmcoreinfo_codegen.dump.flattened import Flattened, SeekingReader
from vmcoreinfo_codegen.dump.reader import find_note
from vmcoreinfo_codegen.dump.source import File

pytestmark = pytest.mark.long

KERNELS = ["6.1.0-*", "6.12.*"]


@pytest.fixture(params=KERNELS)
def dumps(request: pytest.FixtureRequest) -> Path:
    return guest(request.param)


@pytest.fixture(params=GUESTS, ids=name_of)
def all_dumps(request: pytest.FixtureRequest) -> Path:
    """Of every architecture."""
    which: Guest = request.param
    return guest(*which)


def text_of(folder: Path, which: str) -> bytes:
    """The note as that guest's own /proc/kcore has it."""
    return find_note(str(folder / f"{which}-device.kcore-head")).text


def test_note_out_of_every_form(run: Run, all_dumps: Path, tmp_path: Path) -> None:
    out = tmp_path / "text"
    for name in ("with-device.elf", "with-device.kdump"):
        assert run("note", str(all_dumps / name), "-o", str(out)).code == 0
        assert out.read_bytes() == text_of(all_dumps, "with"), name
    ran = run("note", str(all_dumps / "without-device.elf"))
    assert (ran.code, "no VMCOREINFO note" in ran.err) == (1, True)


def test_found_in_raw_memory(run: Run, all_dumps: Path, tmp_path: Path) -> None:
    out = tmp_path / "text"
    for image, which in (("memory.raw", "with"), ("without-device.elf", "without")):
        assert run("find", str(all_dumps / image), "-o", str(out)).code == 0
        assert out.read_bytes() == text_of(all_dumps, which), image
        answer = run("find", str(all_dumps / image), "--format", "json").json("find")
        # The kernel's own: the note that it made, at the start of a page.
        place = answer["notes"][0]
        assert place["place"] == "note"
        assert ((place["physical"] or place["offset"]) - 24) % 4096 == 0


def test_audit_against_all_that_is_known(run: Run, all_dumps: Path) -> None:
    ran = run(
        "audit", str(all_dumps / "with-device.elf"), "--btf", str(all_dumps / "btf"),
        "--symbols", str(all_dumps / "with-device.kallsyms"), "--config", str(all_dumps / "config"),
        "--format", "json",
    )  # fmt: skip
    answer = ran.json("audit")
    assert (ran.code, answer["summary"]["error"], answer["summary"]["warning"]) == (0, 0, 0)
    # The symbols of another boot are told apart by KERNELOFFSET.
    ran = run(
        "audit",
        str(all_dumps / "with-device.elf"),
        "--symbols",
        str(all_dumps / "without-device.kallsyms"),
    )
    assert (ran.code, "KERNELOFFSET" in ran.out) == (1, True)


@pytest.mark.parametrize("symbols", ["without", "with"])
def test_synthesised_from_the_dump(
    run: Run, dumps: Path, tmp_path: Path, symbols: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Equal entry by entry, with symbols of this boot or of another: where it ran is found out."""
    out = tmp_path / "text"
    ran = run(
        "synth", "--kernel", (dumps / "release").read_text().strip(), "--arch", "amd64",
        "--btf", str(dumps / "btf"), "--symbols", str(dumps / f"{symbols}-device.kallsyms"),
        "--dump", str(dumps / "memory.raw"), "--config", str(dumps / "config"), "-o", str(out),
    )  # fmt: skip
    assert ran.code == 0, ran.err
    made = {e.key: e.text for e in vmcoreinfo.parse(out.read_bytes()).lines}
    captured = {e.key: e.text for e in vmcoreinfo.parse(text_of(dumps, "with")).lines}
    with capsys.disabled():
        print(f"\n{dumps.name}: {len(made)} of {len(captured)} entries synthesised")
    assert made == {key: captured[key] for key in made}
    # The tables of kallsyms are no symbols in kallsyms of 6.1.
    assert all(key.startswith("SYMBOL(kallsyms_") for key in captured.keys() - made.keys())


ARM64 = [which for which in GUESTS if which[1] == "arm64" and which[0] != "6.1.0-*"]
# Macros of the kernel, registers, and what follows from them: no type, symbol or variable has them.
ARM64_LEFT_OUT = {"NUMBER(KERNELPACMASK)"}


def synth_arm64(
    run: Run, folder: Path, symbols: Path, *options: str
) -> tuple[dict[str, str], dict[str, str]]:
    """The entries that come out, and why others are left out; each by key."""
    answer = run(
        "synth", "--kernel", (folder / "release").read_text().strip(), "--arch", "arm64",
        "--btf", str(folder / "btf"), "--symbols", str(symbols),
        "--config", str(folder / "config"), "--format", "json", *options,
    ).json("synth")  # fmt: skip
    made = {e["key"]: e["text"] for e in answer["entries"]}
    return made, {e["key"]: e["why"] for e in answer["left_out"]}


@pytest.mark.parametrize("symbols", ["without", "with"])
@pytest.mark.parametrize("which", ARM64, ids=name_of)
def test_synthesised_from_raw_memory_of_arm64(
    run: Run, which: Guest, symbols: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where its memory starts need not be told: the kernel's variables say how it is mapped."""
    folder = guest(*which)
    memory = ("--dump", str(folder / "memory.raw"))
    made, left = synth_arm64(run, folder, folder / f"{symbols}-device.kallsyms", *memory)
    captured = {e.key: e.text for e in vmcoreinfo.parse(text_of(folder, "with")).lines}
    with capsys.disabled():
        print(f"\n{folder.name}: {len(made)} of {len(captured)} entries synthesised")
    assert made == {key: captured[key] for key in made}
    assert captured.keys() - made.keys() == ARM64_LEFT_OUT
    assert left.keys() >= ARM64_LEFT_OUT


@pytest.mark.parametrize("which", ARM64, ids=name_of)
def test_where_raw_memory_starts_counts_without_the_variable(
    run: Run, which: Guest, tmp_path: Path
) -> None:
    folder, key = guest(*which), "NUMBER(kimage_voffset)"
    captured = {e.key: e.text for e in vmcoreinfo.parse(text_of(folder, "with")).lines}
    symbols = tmp_path / "kallsyms"
    lines = (folder / "with-device.kallsyms").read_text().splitlines(keepends=True)
    symbols.write_text("".join(line for line in lines if not line.endswith(" kimage_voffset\n")))
    raw, dump = str(folder / "memory.raw"), str(folder / "with-device.elf")
    made, left = synth_arm64(run, folder, symbols, "--dump", raw)
    assert key not in made
    assert left[key].startswith("--memory-start would show")
    for options in (("--dump", raw, "--memory-start", "0x40000000"), ("--dump", dump)):
        made, left = synth_arm64(run, folder, symbols, *options)
        assert made == {k: captured[k] for k in made}
        assert captured.keys() - made.keys() == ARM64_LEFT_OUT


def test_symbols_of_functions_alone(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Debian's arm64 6.1 has no CONFIG_KALLSYMS_ALL: no symbol at which there is text to look for."""
    folder = guest("6.1.0-*", "arm64")
    symbols = folder / "with-device.kallsyms"
    ran = run(
        "synth", "--arch", "arm64", "--symbols", str(symbols), "--dump", str(folder / "memory.raw")
    )
    captured = {e.key: e.text for e in vmcoreinfo.parse(text_of(folder, "with")).lines}
    found = {e.key: e.text for e in vmcoreinfo.parse(ran.out.encode()).lines}
    assert (ran.code, found.keys() - captured.keys()) == (0, set())
    # What it exports places the image, in memory of which nobody says where it begins.
    assert found["SYMBOL(prb)"] == captured["SYMBOL(prb)"]
    assert captured.keys() - found.keys() == {
        "NUMBER(KERNELPACMASK)",
        "SYMBOL(clear_seq)",
        "SYMBOL(vmap_area_list)",
    }
    made, _ = synth_arm64(run, folder, symbols)
    with capsys.disabled():
        print(f"\n{folder.name}: {len(made)} of {len(captured)} entries without its memory")
    assert made == {key: captured[key] for key in made}
    assert captured.keys() - made.keys() >= ARM64_LEFT_OUT


def test_a_dump_without_a_note_can_be_filtered(run: Run, dumps: Path, tmp_path: Path) -> None:
    """makedumpfile refuses QEMU's dump, and filters the copy with a note: synthesised or its own."""
    dump = dumps / "without-device.elf"
    made, own = tmp_path / "made", tmp_path / "own"
    ran = run(
        "synth", "--kernel", (dumps / "release").read_text().strip(), "--arch", "amd64",
        "--btf", str(dumps / "btf"), "--symbols", str(dumps / "with-device.kallsyms"),
        "--dump", str(dump), "--config", str(dumps / "config"), "-o", str(made),
    )  # fmt: skip
    assert ran.code == 0, ran.err
    own.write_bytes(text_of(dumps, "without"))
    counters = []
    for note in (made, own):
        copy = tmp_path / f"{note.name}.elf"
        assert run("attach", str(note), str(dump), "-o", str(copy)).code == 0
        counters.append(filtered(copy, tmp_path))
    assert counters[0] == counters[1]
    assert counters[0]["Free pages"] > 1000


LIBKDUMPFILE = """
import sys, kdumpfile
blob = kdumpfile.kdumpfile(sys.argv[1]).attr["linux.vmcoreinfo.raw"]
sys.stdout.buffer.write(bytes(blob))
"""


def test_libkdumpfile_finds_the_same(all_dumps: Path, tmp_path: Path) -> None:
    probe = subprocess.run(
        ["/usr/bin/python3", "-c", "import kdumpfile"], capture_output=True, check=False
    )
    if probe.returncode or not shutil.which("makedumpfile"):
        pytest.skip("libkdumpfile's Python module or makedumpfile is not here")
    # Debian 12's libkdumpfile does not read the flattened form, so makedumpfile undoes it.
    whole = tmp_path / "whole.kdump"
    with (all_dumps / "with-device.kdump").open("rb") as flat:
        subprocess.run(["makedumpfile", "-R", whole], stdin=flat, capture_output=True, check=True)
    for dump in (all_dumps / "with-device.elf", whole):
        ran = subprocess.run(
            ["/usr/bin/python3", "-c", LIBKDUMPFILE, dump], capture_output=True, check=False
        )
        assert ran.returncode == 0, ran.stderr.decode()
        assert ran.stdout == text_of(all_dumps, "with"), dump.name
        assert find_note(str(dump)).text == ran.stdout


def test_drgn_finds_the_same(all_dumps: Path) -> None:
    """Of the ELF dump: drgn 0.3 can't open QEMU's kdump, which names no architecture."""
    program = drgn.Program()
    program.set_core_dump(str(all_dumps / "with-device.elf"))
    assert program["VMCOREINFO"].string_() == text_of(all_dumps, "with")


def test_qemu_reads_phys_base_in_another_base(run: Run, dumps: Path) -> None:
    """As `compat` says of it: the header of its kdump has the decimal number read as hexadecimal."""
    dump = str(dumps / "with-device.kdump")
    found = run("compat", dump, "--consumer", "qemu", "--format", "json").json("compat")
    assert found["verdict"] == "wrong"
    with File(dump) as source:
        inside = Flattened(dump, SeekingReader(source))
        (header,) = struct.unpack("<Q", inside.read(4096, 8))
    value = vmcoreinfo.parse(find_note(dump).text)["NUMBER(phys_base)"]
    assert header == int(str(value), 16) % (1 << 64) != int(str(value)) % (1 << 64)
