# SPDX-License-Identifier: MIT
"""What tags and files of vendors' trees call their kernels, and the lines that know those names."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from tests.kernel.conftest import MAKEFILE, Small
from tests.sync.vendor_tree import commit, git
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.kernel.naming import names_of_files, vendor_release
from vmcoreinfo_codegen.kernel.tree import open_tree
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.query.tree_kernel import (
    kernel_of_tag,
    kernel_of_tree,
    release_of_vendor,
    tagged_kernel,
)

RHEL_7 = "VERSION = 3\nPATCHLEVEL = 10\nSUBLEVEL = 0\nRHEL_MAJOR = 7\nRHEL_MINOR = 9\nRHEL_RELEASE = 1160\n"
OF_9 = MAKEFILE.replace("6\nPATCHLEVEL = 9", "5\nPATCHLEVEL = 14")
RHELVER = "RHEL_MAJOR = 9\nRHEL_MINOR = 6\n\n# a remark\nRHEL_RELEASE = 570.16.1\n"
EARLY = "ifneq (x, y)\n  RHEL_RELEASE:=$(RHEL_RELEASE).$(EARLY_YRELEASE)\nendif\n"


@pytest.mark.parametrize(
    ("tag", "line", "build"),
    [
        ("5.14.0-503.11.1.el9_5", "rhel9", "503.11.1"),
        ("kernel-5.14.0-427.el9", "rhel9", "427"),
        ("imports/c9s/kernel-5.14.0-70.13.1.el9_0", "rhel9", "70.13.1"),
        ("kernel-4.18.0-553.el8_10", "rhel8", "553"),
        ("refs/tags/kernel-2.6.32-754.35.1.el6.x86_64", "rhel6", "754.35.1"),
        ("Ubuntu-5.15.0-91.101", "ubuntu", "91"),
        ("Ubuntu-aws-5.15.0-1004.6", "ubuntu", "1004"),
        ("Ubuntu-hwe-6.8-6.8.0-40.40_22.04.1", "ubuntu", "40"),
        ("linux-msft-wsl-5.15.90.1", "wsl", "1"),
        ("linux-msft-wsl-6.1.21", "wsl", "None"),
    ],
)
def test_tags_of_lines(schema: Schema, tag: str, line: str, build: str) -> None:
    kernel = kernel_of_tag(schema, tag)
    assert kernel is not None and kernel.line is not None
    assert (kernel.line.line.name, str(kernel.line.build)) == (line, build)


@pytest.mark.parametrize(
    "tag", ["v6.9", "v5.14", "5.14.0-70.el9uek", "master", "el9", "", "9" * 9999]
)
def test_tags_of_no_line(schema: Schema, tag: str) -> None:
    assert kernel_of_tag(schema, tag) is None


def test_tags_of_mainline(schema: Schema) -> None:
    kernel = tagged_kernel(schema, "v6.9-rc1")
    assert kernel is not None and (str(kernel.release), kernel.line) == ("6.9-rc1", None)
    assert tagged_kernel(schema, "next-20240101") is None


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({"Makefile": OF_9, "Makefile.rhelver": RHELVER + EARLY}, ["5.14.0-570.16.1.el9_6"]),
        ({"Makefile": RHEL_7}, ["3.10.0-1160.el7_9"]),
        (
            {"Makefile": OF_9, "Makefile.rhelver": RHELVER.replace("MINOR", "X")},
            ["5.14.0-570.16.1.el9"],
        ),
        # Fedora's own tree, which is not a release of Red Hat's.
        ({"Makefile": OF_9, "Makefile.rhelver": RHELVER.replace("= 6", "= 99")}, []),
        ({"Makefile": OF_9, "Makefile.rhelver": "RHEL_MAJOR = 9\nRHEL_RELEASE = x\n"}, []),
        ({"Makefile.rhelver": RHELVER}, []),
        (
            {
                "Makefile": OF_9,
                "debian.master/changelog": "linux (5.15.0-25.25) jammy; urgency=medium\n",
            },
            ["5.15.0-25-generic"],
        ),
        (
            {
                "Makefile": OF_9,
                "debian/changelog": "linux-hwe-6.8 (6.8.0-40.40~22.04.3) jammy; x=y\n",
            },
            ["6.8.0-40-hwe-6.8", "6.8.0-40-generic"],
        ),
        # Debian's, whose version is no name of a kernel.
        ({"Makefile": OF_9, "debian/changelog": "linux (6.1.90-1) bookworm; urgency=medium\n"}, []),
        (
            {"Makefile": OF_9, "build.config.constants": "BRANCH=android13-5.15\nCLANG=x\n"},
            ["5.14.0-android13"],
        ),
    ],
)
def test_names_of_files(files: dict[str, str], names: list[str]) -> None:
    found = names_of_files({name: text.encode() for name, text in files.items()})
    assert list(found) == names


@pytest.mark.parametrize(
    ("name", "release"),
    [
        ("5.14.0-570.12.1.el9_6", "9.6"),
        ("4.18.0-553.el8_10.x86_64", "8.10"),
        ("5.14.0-570.el9", ""),
        ("6.8.0-40-generic", ""),
    ],
)
def test_release_in_a_name(name: str, release: str) -> None:
    assert vendor_release(name) == release


def test_every_way_to_a_tree_reads_what_names_it(small: Small, tmp_path: Path) -> None:
    top = small(
        {"Makefile": OF_9, "Makefile.rhelver": RHELVER, "debian/changelog": "vmcoreinfo_\n"}
    )
    git(tmp_path, "init", "-q", str(top))
    commit(top, "kernel")
    with tarfile.open(tmp_path / "linux.tar", "w") as tar:
        tar.add(top, "linux")
    for tree in (open_tree(top), open_tree(top, "kernel"), open_tree(tmp_path / "linux.tar")):
        assert tree.names == ("5.14.0-570.16.1.el9_6",)
        assert {file.path for file in tree.files} == {"include/linux/vmcore_info.h"}


def test_a_tag_comes_before_files(schema: Schema) -> None:
    names = ("5.14.0-570.16.1.el9_6",)
    by_files = kernel_of_tree(schema, names, Release.parse("5.14"), "some-branch")
    assert by_files is not None and by_files.name == names[0]
    by_tag = kernel_of_tree(schema, names, Release.parse("5.14"), "kernel-5.14.0-570.el9")
    assert by_tag is not None and by_tag.line is not None and str(by_tag.line.build) == "570"
    # The tag names no release of the vendor's; the files do.
    assert release_of_vendor(by_tag, "kernel-5.14.0-570.el9", names) == "9.6"
    assert release_of_vendor(by_tag, None, ("4.18.0-553.el8_10",)) == ""


def test_the_makefile_knows_the_stable_release(schema: Schema) -> None:
    names = ("5.15.0-91-generic",)
    kernel = kernel_of_tree(schema, names, Release.parse("5.15.131"), None)
    assert kernel is not None and str(kernel.release) == "5.15.131"
    other = kernel_of_tree(schema, names, Release.parse("6.1"), None)
    assert other is not None and str(other.release) == "5.15"
