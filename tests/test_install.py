# SPDX-License-Identifier: MIT
"""README's `pip install` into an empty virtual environment gives a working command.

Its wheel carries grammar and schema, so the command needs no source tree; it installs manual
pages, completion for three shells, and what CMake and pkg-config look for.
"""

from __future__ import annotations

import shlex
import subprocess
import zipfile
from pathlib import Path

import pytest

import vmcoreinfo_codegen
from tests.conftest import ROOT
from tests.installed import PARSER, environment, program, said, wheel

# A wheel is built, and installed with what it needs.
pytestmark = pytest.mark.long

NOTE = ROOT / "tests/corpus/notes/s390x-6.1.0-47-s390x.note"
MAN = "share/man/man1/vmcoreinfo-compat.1"
COMPLETION = {
    "bash": "share/bash-completion/completions/vmcoreinfo",
    "zsh": "share/zsh/site-functions/_vmcoreinfo",
    "fish": "share/fish/vendor_completions.d/vmcoreinfo.fish",
}
BUILDS = {
    "share/cmake/Vmcoreinfo/VmcoreinfoConfig.cmake",
    "share/cmake/Vmcoreinfo/VmcoreinfoConfigVersion.cmake",
    "share/pkgconfig/vmcoreinfo.pc",
}


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip installed everything; the dependencies come from the package index."""
    return environment(tmp_path_factory.mktemp("installed"), str(PARSER), str(ROOT))


def test_the_installed_command_works(prefix: Path, tmp_path: Path) -> None:
    command = prefix / "bin" / "vmcoreinfo"
    assert said(command, "parse", NOTE, "--get", "PAGESIZE", cwd=tmp_path) == "4096\n"
    assert "until 6.9" in said(command, "explain", "SYMBOL(vmap_area_list)", cwd=tmp_path)
    assert said(command, "check", cwd=tmp_path) == ""
    said(command, "generate", "--out", "made", cwd=tmp_path)
    made = tmp_path / "made" / "c" / "vmcoreinfo.h"
    assert made.read_bytes() == (ROOT / "generated/c/vmcoreinfo.h").read_bytes()


def test_without_a_source_tree_generate_asks_where_to_write(prefix: Path, tmp_path: Path) -> None:
    command = prefix / "bin" / "vmcoreinfo"
    ran = subprocess.run([command, "generate"], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 2
    assert "--out DIR" in ran.stderr


def test_the_installed_manual_pages_are_found_and_shown(prefix: Path, tmp_path: Path) -> None:
    man = program("man")
    found = said(man, "-w", "vmcoreinfo-compat", cwd=tmp_path, MANPATH=str(prefix / "share/man"))
    assert found == f"{prefix / MAN}\n"
    shown = said(man, "-l", found.strip(), cwd=tmp_path, MANPAGER="cat", MANWIDTH="80")
    assert "check whether a tool works" in shown
    assert "--consumer NAME@RELEASE" in shown


def test_the_installed_completion_of_bash_completes(prefix: Path, tmp_path: Path) -> None:
    def complete(*words: str) -> list[str]:
        line = " ".join(f"'{word}'" for word in words)
        code = (
            f"source '{prefix / COMPLETION['bash']}'\n"
            f"COMP_WORDS=({line}) COMP_CWORD={len(words) - 1}\n"
            "function=$(complete -p vmcoreinfo | sed 's/.*-F \\([^ ]*\\).*/\\1/')\n"
            '"$function"; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        return said(program("bash"), "-c", code, cwd=tmp_path).splitlines()

    assert complete("vmcoreinfo", "expl") == ["explain"]
    assert complete("vmcoreinfo", "list", "--arch", "aarch") == ["aarch64"]
    assert complete("vmcoreinfo", "explain", "NUMBER(VMALLOC_S") == ["NUMBER(VMALLOC_START)"]


def test_the_installed_completion_of_fish_completes(prefix: Path, tmp_path: Path) -> None:
    def complete(line: str) -> list[str]:
        code = f"source '{prefix / COMPLETION['fish']}'; complete -C '{line}'"
        shown = said(program("fish"), "--no-config", "-c", code, cwd=tmp_path, HOME=str(tmp_path))
        return [completed.split("\t")[0] for completed in shown.splitlines()]

    assert complete("vmcoreinfo expl") == ["explain"]
    assert complete("vmcoreinfo list --arch aarch") == ["aarch64"]
    assert complete("vmcoreinfo explain NUMBER\\(VMALLOC_S") == ["NUMBER(VMALLOC_START)"]


def test_zsh_takes_the_installed_completion(prefix: Path, tmp_path: Path) -> None:
    folder = (prefix / COMPLETION["zsh"]).parent
    code = (
        f"fpath=('{folder}' $fpath); autoload -Uz compinit; compinit -u -D; "
        "autoload +X _vmcoreinfo && print -r -- $_comps[vmcoreinfo]"
    )
    assert said(program("zsh"), "-f", "-c", code, cwd=tmp_path) == "_vmcoreinfo\n"


def test_cmake_finds_the_installed_command(prefix: Path, tmp_path: Path) -> None:
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.20)\nproject(user NONE)\n"
        "find_package(Vmcoreinfo 0.1 REQUIRED)\n"
        'file(WRITE found "${Vmcoreinfo_GENERATOR}\n${Vmcoreinfo_VERSION}\n")\n'
    )
    system = "/usr/bin:/bin"
    cmake = program("cmake")
    for path, prefixes in ((f"{prefix}/bin:{system}", ""), (system, str(prefix))):
        said(
            cmake,
            "--fresh",
            "-S",
            ".",
            "-B",
            "build",
            cwd=tmp_path,
            PATH=path,
            CMAKE_PREFIX_PATH=prefixes,
        )
        found, version = (tmp_path / "found").read_text().splitlines()
        assert Path(found).samefile(prefix / "bin/vmcoreinfo")
        assert version == vmcoreinfo_codegen.__version__


def test_pkg_config_finds_the_installed_command(prefix: Path, tmp_path: Path) -> None:
    asked = [program("pkg-config"), "--variable=generator", "--print-errors", "vmcoreinfo >= 0.1"]
    found = said(*asked, cwd=tmp_path, PKG_CONFIG_PATH=str(prefix / "share/pkgconfig"))
    # In the words of a shell.
    assert Path(*shlex.split(found)).samefile(prefix / "bin/vmcoreinfo")
    version = said(
        asked[0], "--modversion", "vmcoreinfo", cwd=tmp_path,
        PKG_CONFIG_PATH=str(prefix / "share/pkgconfig"),
    )  # fmt: skip
    assert version == f"{vmcoreinfo_codegen.__version__}\n"


def test_what_is_in_the_wheel(tmp_path: Path) -> None:
    names = set(zipfile.ZipFile(wheel(tmp_path, ROOT)).namelist())
    shipped = {
        f"vmcoreinfo_codegen/data/{p.relative_to(ROOT)}" for p in ROOT.glob("schema/**/*.vmci")
    }
    assert shipped and shipped <= names
    assert {
        "vmcoreinfo_codegen/data/grammar/schema.lark",
        "vmcoreinfo_codegen/emit/c/templates/vmcoreinfo.c.j2",
    } <= names
    data = {name.partition(".data/data/")[2] for name in names if ".data/data/" in name}
    pages = {f"share/{p.relative_to(ROOT / 'generated')}" for p in ROOT.glob("generated/man/*/*")}
    assert MAN in pages
    assert data == {*pages, *COMPLETION.values(), *BUILDS}
    folders = {name.partition("/")[0] for name in names}
    information = f"vmcoreinfo_codegen-{vmcoreinfo_codegen.__version__}"
    assert folders == {"vmcoreinfo_codegen", f"{information}.dist-info", f"{information}.data"}
