# SPDX-License-Identifier: MIT
"""Every example is built by its real tools, prints what its page shows, and is made again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CORPUS, ROOT
from tests.dump.make import elf, other_note
from tests.dump.real import core
from tests.examples.layout import TOOLS, VENV, example, ran, with_schema
from tests.installed import program

# Each builds an example.
pytestmark = pytest.mark.long

_DUMP = CORPUS / "dumps/x86_64-6.12.117+deb13-cloud-amd64-log.elf.xz"


def test_all_examples_are_here() -> None:
    folders = {path.parent.name for path in (ROOT / "examples").glob("*/run")}
    assert folders == set(TOOLS)
    pages = {path.parent.name for path in (ROOT / "examples").glob("*/README.md")}
    assert pages == folders | {"stand-ins"}


def test_every_file_says_its_licence() -> None:
    listed = subprocess.run(
        [
            "git",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
            "examples",
            "cmake",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("this is no clone")
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    sources = [p for p in files if p.is_file() and p.suffix != ".md" and p.name != "damaged.txt"]
    assert len(sources) > 20
    silent = [p for p in sources if "SPDX-License-Identifier: MIT" not in p.read_text()[:200]]
    assert silent == []


@pytest.mark.parametrize("name", TOOLS)
def test_it_prints_what_its_page_shows(name: str, tmp_path: Path) -> None:
    folder = example(name, tmp_path)
    shown = re.findall(r"^```\n(.*?)^```$", (folder / "README.md").read_text(), re.S | re.M)[-1]
    pattern = "".join(
        r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n" for line in shown.splitlines()
    )
    printed = ran("sh", "-c", "./run 2>build.log || { cat build.log; exit 1; }", cwd=folder)
    assert re.fullmatch(pattern, printed), printed


@pytest.mark.parametrize("name", ["make", "cmake", "meson", "autotools"])
def test_without_the_command_it_says_what_to_do(name: str, tmp_path: Path) -> None:
    folder = example(name, tmp_path)
    (tmp_path / ".venv").unlink()
    if name == "cmake":  # the package is the checkout's own, which finds the command there
        (tmp_path / "cmake").unlink()
        (tmp_path / "cmake").mkdir()
        package = (ROOT / "cmake/VmcoreinfoConfig.cmake").read_text()
        (tmp_path / "cmake/VmcoreinfoConfig.cmake").write_text(package)
    done = subprocess.run(
        ["./run"],
        cwd=folder,
        env={**os.environ, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert re.search(
        r"no vmcoreinfo|command vmcoreinfo|'vmcoreinfo .*' not found", done.stdout + done.stderr
    )


_BUILDS = {
    "make": (None, ["make"]),
    "cmake with make": (["-G", "Unix Makefiles"], ["cmake", "--build", "build"]),
    "cmake with ninja": (["-G", "Ninja"], ["cmake", "--build", "build"]),
    "meson": (None, ["meson", "compile", "-C", "build"]),
    "autotools": (None, ["make", "-C", "build"]),
}
_GENERATED = re.compile(r"\d+ of \d+ keys")
_COMPILED = re.compile(r"-c -o|Building C|Compiling C| -c ")


@pytest.mark.parametrize("kind", _BUILDS)
def test_what_changes_is_made_again_and_nothing_else(kind: str, tmp_path: Path) -> None:
    name = kind.partition(" ")[0]
    folder = example(name, tmp_path)
    schema = with_schema(tmp_path)
    configure, build = _BUILDS[kind]
    if configure:
        if "Ninja" in configure:
            program("ninja")
        ran("cmake", *configure, "-S", ".", "-B", "build", cwd=folder)
        ran(*build, cwd=folder)
    else:
        ran("./run", cwd=folder)

    def again() -> str:
        return ran(*build, cwd=folder)

    def assert_idle() -> None:
        output = again()
        assert not _GENERATED.search(output), output
        assert not _COMPILED.search(output), output

    assert_idle()

    # A comment in the schema: the products are the same, so ninja compiles nothing.
    with (schema / "kernel/page.vmci").open("a") as file:
        file.write("\n# Nothing new.\n")
    output = again()
    assert _GENERATED.search(output), output
    assert "0 written, 2 unchanged" in output
    if "ninja" in kind or kind == "meson":
        assert not _COMPILED.search(output), output
    assert_idle()

    (header,) = folder.rglob("*_vmcoreinfo.h")
    keys = folder / "keys.txt"
    wanted = "NUMBER(PG_swapcache)"
    if name == "autotools":  # which has them all
        keys.write_text(keys.read_text().replace("\n*\n", "\nPAGESIZE\n"))
        assert "LINT_VMCOREINFO_NUMBER_PG_swapcache = " in header.read_text()
    else:
        keys.write_text(f"{keys.read_text()}{wanted}\n")
        assert "NUMBER_PG_swapcache = " not in header.read_text()
    output = again()
    assert _COMPILED.search(output), output
    assert ("NUMBER_PG_swapcache = " in header.read_text()) == (name != "autotools")
    assert_idle()


def test_the_crash_summary_reads_elf_dumps(tmp_path: Path) -> None:
    folder = example("make", tmp_path)
    text = (
        b"OSRELEASE=6.12.0\nBUILD-ID=1400000003000000474e550087a3b1d49c0e5f62\nCRASHTIME=soon\n"
        b"KERNELOFFSET=1000\nSYMBOL(log_buf)=ffffffff81000000\nSIZE(log)=16\n"
    )
    (tmp_path / "dump").write_bytes(elf(text, before=other_note("<")))
    ran("make", cwd=folder)
    assert ran("build/crash-summary", tmp_path / "dump", cwd=folder) == (
        "release        6.12.0\n"
        "build id       garbage\n"
        "moved by       0x1000\n"
        "log            behind 0xffffffff81000000, as log\n"
    )
    (tmp_path / "none").write_bytes(elf(None, before=other_note("<")))
    refused = ran("build/crash-summary", tmp_path / "none", cwd=folder, code=1)
    assert refused == f"{tmp_path / 'none'}: no VMCOREINFO note in it\n"


def test_the_address_map_says_what_it_would_read(tmp_path: Path) -> None:
    folder = example("cmake", tmp_path)
    note = CORPUS / "notes/x86_64-6.1.0-56-amd64.note"
    printed = ran("sh", "-c", './run "$1" x86_64 2>build.log', "run", note, cwd=folder)
    head = int(
        re.findall(r"^SYMBOL\(vmap_area_list\)=(\w+)$", note.with_suffix(".txt").read_text(), re.M)[
            0
        ],
        16,
    )
    assert f"start of the vmalloc area    to be read: 8 bytes at {head:#x}\n" in printed
    assert "usage" in ran("build/address-map", "vax", cwd=folder, code=2)


def test_flags_of_a_page_are_named(tmp_path: Path) -> None:
    folder = example("python-vendored", tmp_path)
    notes = [
        CORPUS / f"notes/x86_64-{kernel}.note" for kernel in ("6.1.0-56-amd64", "7.3.4+deb13-amd64")
    ]
    word = 1 << 4 | 1 << 10 | 1 << 50
    printed = ran(sys.executable, "page_types.py", *notes, "--flags", hex(word), cwd=folder)
    assert printed == (
        "6.1.0-56-amd64: lru swapcache and 0x4000000000000\n"
        "7.3.4+deb13-amd64: swapcache and 0x4000000000010\n"
    )


def test_the_vendored_parser_is_what_the_schema_makes() -> None:
    vendored = ROOT / "examples/python-vendored/page_vmcoreinfo.py"
    ran(VENV / "bin/vmcoreinfo", "regenerate", "--check", vendored, cwd=ROOT)


def test_distcheck(tmp_path: Path) -> None:
    folder = example("autotools", tmp_path)
    ran("./run", cwd=folder)
    beside = f"{VENV}/share/pkgconfig"
    said = ran("make", "-C", "build", "distcheck", cwd=folder, PKG_CONFIG_PATH=beside)
    assert "archives ready for distribution" in said


def dmesg(folder: Path, dump: Path) -> str:
    return ran("sh", "-c", './run "$1" 2>&1', "run", dump, cwd=folder)


@pytest.mark.parametrize(
    "name",
    [
        "x86_64-6.1.0-56-cloud-amd64.kdump",
        "x86_64-6.12.117+deb13-cloud-amd64.kdump",
        "x86_64-7.3.4+deb13-cloud-amd64-kdump.elf",
    ],
)
def test_the_log_is_what_makedumpfile_finds(name: str, tmp_path: Path) -> None:
    folder = example("drgn", tmp_path)
    dump = core(name)
    ran(program("makedumpfile"), "--dump-dmesg", dump, tmp_path / "log", cwd=tmp_path)
    assert dmesg(folder, dump) == (tmp_path / "log").read_text(errors="replace")


def test_the_cut_dump_has_the_log_of_the_whole(tmp_path: Path) -> None:
    folder = example("drgn", tmp_path)
    whole = core("x86_64-6.12.117+deb13-cloud-amd64.elf")
    assert dmesg(folder, _DUMP) == dmesg(folder, whole)
