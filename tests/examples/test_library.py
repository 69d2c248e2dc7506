# SPDX-License-Identifier: MIT
"""`generate library`: what CMake and Meson install of it, and programs that link to it."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.command import Run
from tests.conftest import CORPUS, ROOT
from tests.examples.layout import VENV, ran
from tests.installed import program

# Each builds and installs a library.
pytestmark = pytest.mark.long

_NOTE = CORPUS / "notes/x86_64-6.12.117+deb13-amd64.note"
_NEW_KEY = (
    '\nNUMBER(PG_new) {\n\tdoc\t\t"Bit number of the new page flag."\n'
    "\tvalue\t\tsigned bit\n\tvia\t\tVMCOREINFO_NUMBER\n\tsince\t\t7.3\n}\n"
)
_USER = """\
#include "vmcoreinfo.h"
#include <stdio.h>

int main(int argc, char **argv)
{
	static char note[65536];
	static struct vmcoreinfo info;
	FILE *file = fopen(argv[argc - 1], "rb");
	struct vmcoreinfo_text text = vmcoreinfo_note_text(note, fread(note, 1, sizeof(note), file));
	struct vmcoreinfo_derived start;

	fclose(file);
	vmcoreinfo_parse(&info, text.data, text.length, NULL, NULL);
	if (vmcoreinfo_derive_vmalloc_start(&info, NULL, &start) != VMCOREINFO_OK)
		return 1;
	printf("%#llx\\n", (unsigned long long)start.value);
	return 0;
}
"""
_VMALLOC_START = "0xffffca8100000000\n"


def install(tool: str, source: Path, prefix: Path) -> None:
    build = prefix.with_name(f"{prefix.name}-build")
    if tool == "cmake":
        program("make")
        ran(program("cmake"), "-S", source, "-B", build, f"-DCMAKE_INSTALL_PREFIX={prefix}",
            "-DCMAKE_INSTALL_LIBDIR=lib", cwd=source)  # fmt: skip
        ran("cmake", "--build", build, cwd=source)
        ran("cmake", "--install", build, cwd=source)
    else:
        program("ninja")
        ran(
            program("meson"),
            "setup",
            build,
            source,
            "--prefix",
            prefix,
            "--libdir",
            "lib",
            cwd=source,
        )
        ran("meson", "install", "-C", build, cwd=source)


def installed(tool: str, folder: Path) -> Path:
    source = folder / "source"
    command = VENV / "bin/vmcoreinfo"
    if not command.exists():
        pytest.skip("the command is not installed")
    ran(command, "generate", "library", "--out", source, cwd=folder)
    install(tool, source, folder / "prefix")
    return folder / "prefix"


@pytest.fixture(scope="module")
def by_cmake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed("cmake", tmp_path_factory.mktemp("cmake"))


@pytest.fixture(scope="module")
def by_meson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed("meson", tmp_path_factory.mktemp("meson"))


@pytest.fixture(params=["by_cmake", "by_meson"])
def prefix(request: pytest.FixtureRequest) -> Path:
    """Where the library was installed."""
    found: Path = request.getfixturevalue(request.param)
    return found


def test_it_says_what_it_is_and_exports_no_more(prefix: Path) -> None:
    readelf = program("readelf")
    library = prefix / "lib/libvmcoreinfo.so"
    header = (prefix / "include/vmcoreinfo.h").read_text()
    found = re.search(r"^#define VMCOREINFO_ABI (\d+)$", header, re.M)
    assert found
    abi = found[1]
    dynamic = ran(readelf, "-dW", library, cwd=prefix)
    assert f"Library soname: [libvmcoreinfo.so.{abi}]" in dynamic
    assert (prefix / f"lib/libvmcoreinfo.so.{abi}").exists()

    declared = set(re.findall(r"^(?!typedef).*\b(vmcoreinfo_\w+)\(", header, re.M))
    symbols = ran(readelf, "--dyn-syms", "-W", library, cwd=prefix)
    exported = re.findall(r"FUNC +GLOBAL +DEFAULT +\d+ (\w+)@@(\w+)$", symbols, re.M)
    assert {name for name, _ in exported} == declared
    versions = {version for _, version in exported}
    assert len(versions) == 1
    assert versions == {f"VMCOREINFO_{abi}"}
    defined = [line for line in symbols.splitlines() if "DEFAULT" in line and "UND" not in line]
    other = {line.split()[-1].partition("@")[0] for line in defined} - declared
    assert {name for name in other if not name.startswith("VMCOREINFO_")} == set()


@pytest.mark.parametrize("kind", ["shared", "static"])
def test_a_program_links_through_pkg_config(kind: str, prefix: Path) -> None:
    (prefix / "user.c").write_text(_USER)
    folder = str(prefix / "lib/pkgconfig")
    asked = [program("pkg-config"), "--cflags", "--libs", "libvmcoreinfo"]
    flags = shlex.split(ran(*asked, cwd=prefix, PKG_CONFIG_PATH=folder))
    if kind == "static":
        flags = ["-Wl,-Bstatic", *flags, "-Wl,-Bdynamic"]
    ran(program("gcc"), "user.c", *flags, "-o", "user", cwd=prefix)
    needed = ran(program("readelf"), "-dW", "user", cwd=prefix)
    assert ("[libvmcoreinfo.so." in needed) == (kind == "shared")
    path = str(prefix / "lib") if kind == "shared" else ""
    assert ran("./user", _NOTE, cwd=prefix, LD_LIBRARY_PATH=path) == _VMALLOC_START


def edited(schema: Path, file: str, old: str, new: str) -> None:
    path = schema / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1) if old else text + new)


def generated(run: Run, folder: Path, state: str, *part: str) -> tuple[str, str]:
    """The library of the schema as it is: the version of its symbols, and the hash of its model."""
    out = ["--schema", str(folder / "schema"), "--out", str(folder / state)]
    assert run("generate", "library", *part, *out).code == 0
    map_ = (folder / state / "vmcoreinfo.map").read_text()
    (version,) = re.findall(r"^(VMCOREINFO_\w+) {$", map_, re.M)
    (hash_,) = re.findall(r"from schema (\w+);", map_)
    return version, hash_


def user_of(prefix: Path, folder: Path) -> None:
    links = [f"-I{prefix}/include", f"-L{prefix}/lib", "-lvmcoreinfo", "-o", "user"]
    ran(program("gcc"), "user.c", *links, cwd=folder)


def test_a_program_runs_with_a_library_that_knows_more(run: Run, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "schema", tmp_path / "schema")
    now = generated(run, tmp_path, "now")
    edited(tmp_path / "schema", "kernel/page.vmci", "", _NEW_KEY)
    later = generated(run, tmp_path, "later")
    assert now[0] == later[0] == "VMCOREINFO_1" and now[1] != later[1]

    for state in ("now", "later"):
        install("cmake", tmp_path / state, tmp_path / f"{state}-prefix")
    (tmp_path / "user.c").write_text(_USER)
    user_of(tmp_path / "now-prefix", tmp_path)
    for state in ("now", "later"):
        path = f"{tmp_path}/{state}-prefix/lib"
        assert ran("./user", _NOTE, cwd=tmp_path, LD_LIBRARY_PATH=path) == _VMALLOC_START


def test_a_program_of_other_numbers_does_not_start(run: Run, tmp_path: Path) -> None:
    """A part of the keys has numbers of its own, which change with it."""
    shutil.copytree(ROOT / "schema", tmp_path / "schema")
    part = ("--for", "crash")
    now = generated(run, tmp_path, "now", *part)
    edited(
        tmp_path / "schema",
        "derivations.vmci",
        "logarithm of the page size",
        "logarithm of a page's size",
    )
    reworded = generated(run, tmp_path, "reworded", *part)
    other = generated(run, tmp_path, "other", *part, "--for", "drgn")
    assert len({now[1], reworded[1], other[1]}) == 3
    assert now[0] == reworded[0] != other[0]

    for state in ("now", "other"):
        install("cmake", tmp_path / state, tmp_path / f"{state}-prefix")
    (tmp_path / "user.c").write_text(_USER)
    user_of(tmp_path / "now-prefix", tmp_path)
    path = f"{tmp_path}/other-prefix/lib"
    refused = ran("./user", _NOTE, cwd=tmp_path, code=1, LD_LIBRARY_PATH=path)
    assert f"version `{now[0]}' not found" in refused


@pytest.mark.parametrize("target", ["vmcoreinfo::vmcoreinfo", "vmcoreinfo::vmcoreinfo_static"])
def test_cmake_finds_the_installed_package(target: str, by_cmake: Path, tmp_path: Path) -> None:
    user = tmp_path
    (user / "user.c").write_text(_USER)
    (user / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.16)\nproject(user C)\n"
        "find_package(libvmcoreinfo 0.1 REQUIRED)\n"
        f"add_executable(user user.c)\ntarget_link_libraries(user {target})\n"
    )
    ran("cmake", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={by_cmake}", cwd=user)
    ran("cmake", "--build", "build", cwd=user)
    assert ran("build/user", _NOTE, cwd=user) == _VMALLOC_START


def test_meson_takes_it_as_a_subproject(run: Run, tmp_path: Path) -> None:
    program("ninja")
    run("generate", "library", "--out", str(tmp_path / "subprojects/libvmcoreinfo"))
    (tmp_path / "user.c").write_text(_USER)
    (tmp_path / "meson.build").write_text(
        "project('user', 'c')\n"
        "executable('user', 'user.c', dependencies : dependency('libvmcoreinfo'))\n"
    )
    (tmp_path / "subprojects/libvmcoreinfo.wrap").write_text(
        "[wrap-file]\ndirectory = libvmcoreinfo\n\n[provide]\ndependency_names = libvmcoreinfo\n"
    )
    ran(program("meson"), "setup", "build", cwd=tmp_path)
    ran("meson", "compile", "-C", "build", cwd=tmp_path)
    assert ran("build/user", _NOTE, cwd=tmp_path) == _VMALLOC_START


def test_a_part_with_a_prefix_is_another_library(run: Run, tmp_path: Path) -> None:
    source, prefix = tmp_path / "source", tmp_path / "prefix"
    words = ["--keys", "-", "--prefix", "my", "--out", str(source)]
    assert run("generate", "library", *words, stdin=b"PAGESIZE\n").code == 0
    install("cmake", source, prefix)
    symbols = ran(
        program("readelf"), "--dyn-syms", "-W", prefix / "lib/libmy_vmcoreinfo.so", cwd=prefix
    )
    assert re.search(r" my_vmcoreinfo_parse@@MY_VMCOREINFO_1_[0-9a-f]{8}$", symbols, re.M)
    assert " vmcoreinfo_" not in symbols
    assert (prefix / "lib/pkgconfig/libmy_vmcoreinfo.pc").exists()
    assert (prefix / "lib/cmake/libmy_vmcoreinfo/libmy_vmcoreinfo-config.cmake").exists()


def test_regenerate_brings_all_of_it_up_to_date(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "source"
    run(
        "generate",
        "library",
        "--for",
        "drgn",
        "--keys",
        "-",
        "--out",
        str(source),
        stdin=b"NUMBER(PG_*)\n",
    )
    shutil.copytree(ROOT / "schema", tmp_path / "schema")
    with (tmp_path / "schema/kernel/page.vmci").open("a") as file:
        file.write(_NEW_KEY)
    before = (source / "vmcoreinfo.map").read_text()
    again = run("regenerate", str(source), "--schema", str(tmp_path / "schema"), "--format", "json")
    products = again.json("regenerate")["products"]
    assert {Path(p["path"]).name: p["state"] for p in products} == dict.fromkeys(
        ["CMakeLists.txt", "libvmcoreinfo.pc.in", "meson.build", "vmcoreinfo.c", "vmcoreinfo.h", "vmcoreinfo.map"],
        "written",
    )  # fmt: skip
    assert before != (source / "vmcoreinfo.map").read_text()
    assert run("regenerate", "--check", str(source)).code == 1  # of the shipped schema


def test_what_does_not_go_together_is_refused(run: Run, tmp_path: Path) -> None:
    both = run("generate", "c", "library", "--out", str(tmp_path))
    assert (both.code, both.err) == (
        2,
        "vmcoreinfo: error: 'library' includes the files of 'c'; give only one of them\n",
    )
    tables = run("generate", "library", "tables", "--out", str(tmp_path))
    assert tables.code == 2
    assert "c, python, rust, library and rescue" in tables.err
    assert list(tmp_path.iterdir()) == []
