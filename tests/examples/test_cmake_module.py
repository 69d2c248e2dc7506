# SPDX-License-Identifier: MIT
"""`find_package(Vmcoreinfo)` and the options of `vmcoreinfo_generate()`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.examples.layout import ran
from tests.installed import program

# Each configures and builds a project.
pytestmark = pytest.mark.long

_HEAD = f"""\
cmake_minimum_required(VERSION 3.20)
project(user C)
find_package(Vmcoreinfo REQUIRED PATHS "{ROOT}/cmake" NO_DEFAULT_PATH)
"""


def configured(folder: Path, call: str, code: int = 0) -> str:
    (folder / "CMakeLists.txt").write_text(f"{_HEAD}{call}\n")
    return ran(program("cmake"), "-S", ".", "-B", "build", cwd=folder, code=code)


def command_of(folder: Path, header: str) -> str:
    """The command that a header says it was made by."""
    ran("cmake", "--build", "build", cwd=folder)
    lines = (folder / "build" / header).read_text().splitlines()
    return next(line for line in lines if "To make it again: " in line).partition(": ")[2]


def test_options_are_those_of_generate(tmp_path: Path) -> None:
    program("make")
    (tmp_path / "a b.txt").write_text("PAGESIZE\n")
    (tmp_path / "more.txt").write_text("BUILD-ID\n")
    configured(
        tmp_path,
        'vmcoreinfo_generate(TARGET mine FOR drgn crash@8.0.6 KEYS "a b.txt" more.txt\n'
        "\tKERNEL 5.10.. ARCH x86_64 arm64 PREFIX my_)",
    )
    assert command_of(tmp_path, "mine/my_vmcoreinfo.h") == (
        "vmcoreinfo generate c --for drgn --for crash@8.0.6 --keys - --kernel 5.10.. "
        "--arch x86_64 arm64 --prefix my <<'END'"
    )
    assert (tmp_path / "build/libmine.a").exists()


@pytest.mark.parametrize("schema", ["", "SCHEMA schema"])
def test_without_options_it_is_the_whole_parser(schema: str, tmp_path: Path) -> None:
    program("make")
    shutil.copytree(ROOT / "schema", tmp_path / "schema")
    configured(tmp_path, f"vmcoreinfo_generate(TARGET whole {schema})")
    assert command_of(tmp_path, "whole/c/vmcoreinfo.h") == "vmcoreinfo generate c"
    depends = (tmp_path / "build/whole.d").read_text()
    page = str(tmp_path / "schema/kernel/page.vmci").replace(" ", "\\ ")
    assert (page in depends) == bool(schema)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("vmcoreinfo_generate(FOR drgn)", "TARGET name is wanted"),
        ("vmcoreinfo_generate(TARGET a TO b)", "unknown: TO;b"),
        ("vmcoreinfo_generate(TARGET a FOR)", "no value: FOR"),
    ],
)
def test_mistakes_are_named(call: str, message: str, tmp_path: Path) -> None:
    assert f"vmcoreinfo_generate: {message}" in configured(tmp_path, call, code=1)
