# SPDX-License-Identifier: MIT
"""The stand-ins for makedumpfile, drgn and vmcore-dmesg read what the real tools read, value by value."""

from __future__ import annotations

import hashlib
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import drgn
import pytest
from drgn.helpers.linux.kallsyms import load_vmlinux_kallsyms
from drgn.helpers.linux.timekeeping import ktime_get_real_seconds

import vmcoreinfo
from tests.compat.real import altered, at_addresses, releases_of, vmlinux
from tests.conftest import CORPUS, facts
from tests.dump.real import CACHE, GUESTS, Guest, core, guest, name_of, prepared, without_note
from tests.examples.logs import ENDS_WITH_THE_RING, LOGS, ringbuffer
from tests.examples.stand_ins import SOURCES, make, output, values
from vmcoreinfo_codegen.dump.reader import find_note

# Each needs the stand-ins built, and most a dump.
pytestmark = pytest.mark.long

MAP = 0xFFFFFFFF80000000
NOTES = sorted((CORPUS / "notes").glob("*.note"))
X86_64 = [one for one in GUESTS if one[1] == "amd64"]
CRASH = "x86_64-7.3.4+deb13-cloud-amd64-kdump.elf"

# `makedumpfile -g` goes by the types: of a variable that points to the array it has the address of
# the variable, and for the length of an array of pointers a number of its own that stands for one.
OF_TYPES = {"SYMBOL(mem_section)", "LENGTH(node_data)"}
# Printed before NUMBER(SECTION_SIZE_BITS) is looked at: a constant of makedumpfile's.
CONSTANTS = {"section_size_bits"}


@dataclass
class Comparison:
    """Values of a stand-in beside those of the tool."""

    title: str
    same: int = 0
    other: list[str] = field(default_factory=list)

    def add(self, name: str, ours: object, theirs: object) -> None:
        if ours == theirs:
            self.same += 1
        else:
            self.other.append(f"{name}: {ours}, and the tool has {theirs}")

    def __str__(self) -> str:
        count = f"{self.same} of {self.same + len(self.other)} agree"
        return "\n".join([f"{self.title}: {count}", *self.other])


def number(text: str) -> int:
    return int(text, 0)


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_they_build_and_are_safe(compiler: str, tmp_path: Path) -> None:
    """By both compilers without a warning; damaged notes are refused, or read, and nothing else."""
    sanitize = "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover"
    build = make(tmp_path, compiler, f"CFLAGS={sanitize}")
    damaged = {
        "empty": b"",
        "no-number": b"OSRELEASE=6.12\nPAGESIZE=4096\nSIZE(page)=zz\nSYMBOL(swapper_pg_dir)=zz\n",
        "page": b"OSRELEASE=6.12\nPAGESIZE=4097\nSYMBOL(swapper_pg_dir)=1\n",
        "header": b"\x7fELF" + bytes(60),
        "largest": b"OSRELEASE=6.12\nPAGESIZE=4096\nSYMBOL(swapper_pg_dir)=1\n"
        b"SIZE(mem_section)=18446744073709551615\nLENGTH(mem_section)=18446744073709551615\n"
        b"OFFSET(folio._folio_order)=9223372036854775807\nNUMBER(VA_BITS)=-9223372036854775808\n"
        b"NUMBER(TCR_EL1_T1SZ)=0x7fffffffffffffff\nNUMBER(SECTION_SIZE_BITS)=1000\n",
    }
    codes = {}
    for name, content in damaged.items():
        note = tmp_path / name
        note.write_bytes(content)
        for tool, *options in (["makedumpfile"], ["makedumpfile", "-D"], ["drgn"]):
            ran = subprocess.run(
                [build / tool, *options, note, "arm64"], capture_output=True, check=False
            )
            codes[name, tool] = ran.returncode
            assert ran.returncode in (0, 1, 2) and b"Sanitizer" not in ran.stderr, ran.stderr
            assert b"runtime error" not in ran.stderr, ran.stderr
            assert ran.returncode == 0 or ran.stderr
    assert {name: codes[name, "drgn"] for name in damaged} == {
        **{"empty": 2, "no-number": 1, "page": 1, "header": 2, "largest": 0}
    }


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.stem)
def test_the_note_of_every_kernel(built: Path, note: Path) -> None:
    """makedumpfile's tables have the values of the note under their names, or the new name's."""
    arch = note.name.partition("-")[0]
    info = vmcoreinfo.parse(note.with_suffix(".txt").read_bytes())
    read = values(output(built / "makedumpfile", note, arch))
    fetched = values(output(built / "drgn", note, arch))
    renamed = {
        "OFFSET(page.compound_head)": "OFFSET(page.compound_info)",
        "OFFSET(page._refcount)": "OFFSET(page._count)",
    }
    from_notes = 0
    for key, text in read.items():
        value = info.get(key, info.get(renamed.get(key, "")))
        if value is None:
            assert key in ("NUMBER(SECTION_SIZE_BITS)", "NUMBER(MAX_PHYSMEM_BITS)"), key
            continue
        entry = vmcoreinfo.ENTRIES[key]
        shown: object = text
        if isinstance(value, int) and not isinstance(value, bool):
            shown = int(text, 16 if entry.format in ("hex", "0x-hex") else 10)
        elif value is True:
            value = "y"
        assert shown == value, key
        from_notes += 1
    assert from_notes > 60
    assert ("OFFSET(page.compound_head)" in read) == (
        {"OFFSET(page.compound_head)", "OFFSET(page.compound_info)"} & set(info) != set()
    )
    assert fetched["UTS_RELEASE"] == info.OSRELEASE
    assert int(fetched["PAGE_SIZE"]) == info.PAGESIZE == 1 << int(fetched["PAGE_SHIFT"])
    assert number(fetched["swapper_pg_dir"]) == info["SYMBOL(swapper_pg_dir)"]


def test_every_key_of_the_facts(built: Path) -> None:
    """Each key that the tools' sources were seen to read, and that some kernel exports, is in the parser."""
    checked = 0
    for tool in ("makedumpfile", "drgn", "vmcore-dmesg"):
        parser = (built / f"{tool.replace('-', '_')}_vmcoreinfo.c").read_text()
        for row in facts("reads.jsonl"):
            of_a_release = row["until"] is None and "next" not in row["since"].values()
            exported = row["key"] in vmcoreinfo.ENTRIES
            if row["tool"] == tool and of_a_release and exported:
                assert f'"{row["key"]}"' in parser, (tool, row["key"])
                checked += 1
    assert checked == 222


def function(source: str, name: str) -> str:
    found = re.search(rf"^static [^;{{}}]*?\b{name}\([^{{;]*\{{.*?^\}}$", source, re.M | re.S)
    assert found, name
    return found[0]


def test_the_readme_is_true(built: Path) -> None:
    """Its counts, and its commands on notes of the corpus."""
    text = (SOURCES / "README.md").read_text()
    rows = re.findall(r"^\| \[`\w+`\]\((\w+)\.c\) \| (\d+) \| (\d+): (.*) \| (\d+) \|$", text, re.M)
    assert len(rows) == 3
    for name, lines, reading, functions, keys in rows:
        source = (SOURCES / f"{name}.c").read_text()
        parts = [function(source, part) for part in re.findall(r"`(\w+)\(\)`", functions)]
        parser = (built / f"{name}_vmcoreinfo.h").read_text()
        listed = re.findall(r"^\tX\(\w+, ", parser, re.M)
        counts = [source.count("\n"), "\n".join(parts).count("\n") + 1, len(listed)]
        assert counts == [int(lines), int(reading), int(keys)], name
    commands = re.findall(r"^```\n\$ build/(\w+) (.*)\n((?:.*\n)+?)```$", text, re.M)
    assert len(commands) == 2
    for program, arguments, shown in commands:
        options = [SOURCES / a if a.startswith("..") else a for a in arguments.split()]
        assert output(built / program, *options) == shown


_LINE = re.compile(r"^(\w+) *: (.*?) *$", re.MULTILINE)


def spoken(text: str) -> dict[str, str]:
    """The `name : value` lines that both print; the tool prints some of them twice."""
    return {
        name.lower(): value for name, value in _LINE.findall(text.replace("Memory type", "type"))
    }


def debugging(tool: Path, dump: Path, out: Path, *options: str | Path) -> str:
    """What makedumpfile prints while it filters; without its errors, which come in between."""
    out.unlink(missing_ok=True)
    command = [tool, "-D", "-f", "-d", "31", "--message-level", "31", *options, dump, out]
    return subprocess.run(command, capture_output=True, check=False).stdout.decode(errors="replace")


LINES = {
    ("6.1.0-*", "amd64"): (3, 5),
    ("6.12.*", "amd64"): (3, 5),
    ("6.1.0-*", "arm64"): (9, 11),
    ("6.12.*", "arm64"): (6, 6),
}
"""What makedumpfile prints that can be compared, of before 1.7.6 and from there on."""


@pytest.mark.parametrize("which", GUESTS, ids=name_of)
def test_makedumpfile_prints_the_same(
    built: Path, tmp_path: Path, which: Guest, capsys: pytest.CaptureFixture[str]
) -> None:
    dump = altered(guest(*which) / "with-device.elf", tmp_path / "vmcore")
    ours = spoken(output(built / "makedumpfile", "-D", dump))
    for release, tool in releases_of("makedumpfile", which[1]).items():
        theirs = spoken(debugging(tool, dump, tmp_path / "out"))
        found = Comparison(f"makedumpfile {release} on {name_of(which)}, lines")
        for name in sorted(ours.keys() & theirs.keys() - CONSTANTS):
            found.add(name, ours[name], theirs[name])
        with capsys.disabled():
            print(f"\n{found}")
        newer = tuple(map(int, release.split("."))) >= (1, 7, 6)
        assert found.same == LINES[which[0], which[1]][newer] and not found.other


@pytest.mark.parametrize("which", X86_64, ids=name_of)
def test_makedumpfile_goes_on_with_what_was_read(
    built: Path, tmp_path: Path, which: Guest, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the stand-in's output makedumpfile writes the same file as by the kernel's note, to the byte.

    Both come by -i, to a dump without a note, for what a dump has counts more. That makedumpfile
    goes by the values shows where one is wrong, or left out: it stops, or writes another file.
    """
    source = guest(*which) / "with-device.elf"
    dump = without_note(source, tmp_path)
    tools = releases_of("makedumpfile")
    release = max(tools, key=lambda v: tuple(map(int, v.split("."))))
    given, out = tmp_path / "given", tmp_path / "out"

    def written(text: bytes) -> str:
        given.write_bytes(text)
        debugging(tools[release], dump, out, "-i", given)
        return hashlib.sha256(out.read_bytes()).hexdigest() if out.exists() else "none"

    right = written(find_note(str(source)).text)
    assert right != "none"
    read = output(built / "makedumpfile", source).encode()
    assert written(read) == right
    lines = read.decode().splitlines(keepends=True)
    matter = []
    for at, line in enumerate(lines):
        before, after = "".join(lines[:at]), "".join(lines[at + 1 :])
        if any(written(f"{before}{other}{after}".encode()) != right for other in ("", wrong(line))):
            matter.append(line.partition("=")[0])
    with capsys.disabled():
        print(
            f"\nmakedumpfile {release} on {name_of(which)}: the same file by our {len(lines)} values"
        )
        print(f"{len(matter)} of them change it when wrong or left out: {' '.join(matter)}")
    assert len(matter) == 22


def wrong(line: str) -> str:
    """The line with another value, of the same form."""
    key, _, value = line.strip().partition("=")
    if key.startswith(("SYMBOL", "KERNELOFFSET")):
        return f"{key}={int(value, 16) + 8:x}\n"
    if re.fullmatch(r"-?\d+", value):
        return f"{key}={int(value) + 8}\n"
    return f"{key}=0x{int(value, 16) + 8:x}\n" if value.startswith("0x") else f"{key}=9{value}\n"


@pytest.mark.parametrize("which", X86_64, ids=name_of)
def test_makedumpfile_has_the_same_from_the_types(
    built: Path, tmp_path: Path, which: Guest, capsys: pytest.CaptureFixture[str]
) -> None:
    """`makedumpfile -g`, from the debug information of the kernel, beside the stand-in from its note."""
    folder, tools = guest(*which), releases_of("makedumpfile")
    release = max(tools, key=lambda v: tuple(map(int, v.split("."))))
    theirs_file = tmp_path / "from-types"
    kernel = vmlinux((folder / "release").read_text().strip())
    output(tools[release], "-g", theirs_file, "-x", kernel)
    theirs = values(theirs_file.read_text())
    ours = values(output(built / "makedumpfile", "-g", folder / "with-device.elf"))
    found = Comparison(f"makedumpfile {release} -g, {name_of(which)}")
    for key in sorted(ours.keys() & theirs.keys() - OF_TYPES):
        found.add(key, ours[key], theirs[key])
    with capsys.disabled():
        print(f"\n{found}; of other meaning there: {', '.join(sorted(OF_TYPES))}")
    assert found.same > 60 and not found.other


def test_a_released_makedumpfile_filters_a_new_kernel_by_it(built: Path, tmp_path: Path) -> None:
    """7.1 renamed OFFSET(page.compound_head): 1.7.8 takes tail pages for user data, 0x118 for 0x10."""
    tools = releases_of("makedumpfile")
    if "1.7.8" not in tools:
        pytest.skip("makedumpfile 1.7.8 can't be had")
    dump, read = core(CRASH), tmp_path / "read"
    read.write_text(output(built / "makedumpfile", "-g", dump))
    counts = []
    given: list[list[str | Path]] = [[], ["-i", read]]
    for options in given:
        said = debugging(tools["1.7.8"], dump, tmp_path / "out", *options)
        counts += re.findall(r"User process data pages : 0x0*(\w+)", said)
    assert counts == ["118", "10"]


@pytest.mark.parametrize("which", [*GUESTS, None], ids=lambda w: name_of(w) if w else "7.3.4 crash")
def test_drgn_has_the_same(
    built: Path, which: Guest | None, capsys: pytest.CaptureFixture[str]
) -> None:
    dump = guest(*which) / "with-device.elf" if which else core(CRASH)
    ours = values(output(built / "drgn", dump))
    program = drgn.Program()
    program.set_core_dump(str(dump))
    found = Comparison(f"drgn {drgn.__version__} on {name_of(which) if which else CRASH}")
    found.add("UTS_RELEASE", ours["UTS_RELEASE"], program["UTS_RELEASE"].string_().decode())
    for name in ("PAGE_SIZE", "PAGE_SHIFT", "PAGE_MASK"):
        found.add(name, int(ours[name]), program[name].value_())
    list(program.loaded_modules())
    identity = program.main_module().build_id
    assert identity is not None
    found.add("build_id", ours["build_id"], identity.hex())
    if "CRASHTIME" in ours:
        found.add("CRASHTIME", int(ours["CRASHTIME"]), ktime_get_real_seconds(program).value_())
    # A page through drgn's tables, and the same by the physical address that the stand-in has.
    virtual, physical = (number(ours[f"swapper_pg_dir{end}"]) for end in ("", "_physical"))
    assert any(program.read(virtual, 4096))
    found.add("place of the table", program.read(physical, 4096, True), program.read(virtual, 4096))
    # Its kallsyms come out of the dump by the entries of the note.
    index = load_vmlinux_kallsyms(program)
    found.add(
        "_stext", number(ours["SYMBOL(_stext)"]), index(program, "_stext", None, True)[0].address
    )
    if which is None or which[1] == "amd64":
        add_from_debug_information(found, program, ours)
    with capsys.disabled():
        print(f"\n{found}")
    assert found.same == (18 if which is None or which[1] == "amd64" else 7) and not found.other


def add_from_debug_information(
    found: Comparison, program: drgn.Program, ours: dict[str, str]
) -> None:
    program.load_debug_info([str(vmlinux(ours["UTS_RELEASE"]))])
    found.add("kaslr_offset", number(ours["kaslr_offset"]), program.main_module().debug_file_bias)
    for key, text in ours.items():
        name = re.sub(r"^SYMBOL\((.*)\)$", r"\1", key)
        if name != key:
            found.add(key, number(text), program.symbol(name).address)
    root = program.symbol("init_top_pgt").address
    found.add("swapper_pg_dir", number(ours["swapper_pg_dir"]), root)
    for name in ("SECTION_SIZE_BITS", "MAX_PHYSMEM_BITS"):
        found.add(name, number(ours[name]), program[name].value_())


def vmcore_dmesg() -> dict[str, Path]:
    folder = CACHE / "kexec-tools"
    prepared("examples/kexec-tools", folder)
    return {path.name.rpartition("-")[2]: path for path in sorted(folder.glob("vmcore-dmesg-*"))}


def lines_of(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n")


def add_lines(found: Comparison, ours: str, theirs: str) -> None:
    for at, pair in enumerate(zip(lines_of(ours), lines_of(theirs), strict=True), 1):
        found.add(f"line {at}", *pair)


@pytest.mark.parametrize("which", [*GUESTS, None], ids=lambda w: name_of(w) if w else "7.3.4 crash")
def test_the_log_is_the_same(
    built: Path, tmp_path: Path, which: Guest | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside makedumpfile, and beside vmcore-dmesg where program headers have addresses for it."""
    dump = altered(guest(*which) / "with-device.elf", tmp_path / "vmcore") if which else core(CRASH)
    arch = which[1] if which else "amd64"
    program = built / "vmcore_dmesg"
    ours, callers = output(program, dump), output(program, "--caller", dump)
    found = []
    for release, tool in releases_of("makedumpfile", arch).items():
        log = tmp_path / f"log-{release}"
        ran = subprocess.run(
            [tool, "-f", "--dump-dmesg", dump, log], capture_output=True, check=False
        )
        if ran.returncode == 0 and log.exists() and log.stat().st_size:
            found.append(Comparison(f"makedumpfile {release} --dump-dmesg, lines"))
            text = log.read_text(errors="replace")
            add_lines(found[-1], callers if "] [ " in text.partition("\n")[0] else ours, text)
    info = vmcoreinfo.parse(find_note(str(dump)).text)
    if arch == "arm64":
        shift = info["NUMBER(kimage_voffset)"]
    else:
        base = info["NUMBER(phys_base)"]
        assert isinstance(base, int)
        shift = MAP - base
    assert isinstance(shift, int)
    placed = at_addresses(dump, tmp_path / "placed", shift) if which else dump
    by_headers = output(program, placed)
    assert by_headers == ours
    for release, tool in vmcore_dmesg().items():
        ran = subprocess.run([tool, placed], capture_output=True, check=False)
        if release == "2.0.20":  # before it knew of prb
            assert b"Missing the log_buf symbol" in ran.stderr + ran.stdout
            continue
        found.append(Comparison(f"vmcore-dmesg {release}, lines"))
        add_lines(found[-1], ours, ran.stdout.decode(errors="replace"))
    with capsys.disabled():
        print(f"\n{name_of(which) if which else CRASH}", *found, sep="\n")
    assert found and all(one.same > 200 and not one.other for one in found)


def test_the_end_of_the_lockless_ring(built: Path, tmp_path: Path) -> None:
    """A block that ends where the ring does lies there; a lost text is no empty line."""
    dump = tmp_path / "vmcore"
    dump.write_bytes(ringbuffer("6.19.0", ENDS_WITH_THE_RING))
    assert output(built / "vmcore_dmesg", dump).splitlines() == [
        "[    0.000000] to the last byte of the ring, 32",
        "[    1.234567] ",
        "[    3.703703] at its start",
    ]


@pytest.mark.parametrize("kind", sorted(LOGS))
def test_logs_of_other_kernels(
    built: Path, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Made here, for no kernel before 5.10 is at hand: rings that wrap, empty lines, bytes to escape."""
    dump = tmp_path / "vmcore"
    dump.write_bytes(LOGS[kind]())
    ours = output(built / "vmcore_dmesg", dump)
    for release, tool in vmcore_dmesg().items():
        if kind == "ringbuffer" and release == "2.0.20":
            continue
        theirs = output(tool, dump)
        if kind in ("log", "printk_log"):
            # It takes the header of zeros that says "go on at the start" for a record too.
            assert theirs.count("[    0.000000] \n") == 1
            theirs = theirs.replace("[    0.000000] \n", "")
        found = Comparison(f"vmcore-dmesg {release} on {kind}, lines")
        add_lines(found, ours, theirs)
        with capsys.disabled():
            print(f"\n{found}")
        lines = {"characters": 2, "log": 4, "printk_log": 4, "ringbuffer": 6}
        assert found.same == lines[kind] and not found.other
