# SPDX-License-Identifier: MIT
"""Debian's sources of tools, with its patches, read what upstream's releases do.

Where a patch brings a read of a later release, it is listed: such a build is another release to the schema.
"""

from __future__ import annotations

import functools
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.dump.real import CACHE, locked
from tests.proof.tool_reads import tagged
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.query.tool_reads import read_where
from vmcoreinfo_codegen.tool.files import tool_files
from vmcoreinfo_codegen.tool.reading import reading_of

pytestmark = pytest.mark.long
SOURCES = CACHE / "tool-sources"
CONSUMERS = {
    "makedumpfile": "makedumpfile",
    "crash": "crash",
    "drgn": "drgn",
    "libkdumpfile": "libkdumpfile",
    "kexec-tools": "vmcore-dmesg",
}
# What Debian's patches let a version read that upstream's release of the same number does not.
PATCHED: dict[str, set[str]] = {}


@functools.cache
def unpacked() -> tuple[Path, ...]:
    """The trees that Debian's archive has, `PACKAGE=VERSION` each."""
    with locked("tool-sources"):
        ran = subprocess.run(
            [ROOT / "tests" / "tool-sources", SOURCES], capture_output=True, text=True
        )
    if ran.returncode == 2:
        pytest.skip(ran.stderr.strip().splitlines()[-1])
    return tuple(sorted(path for path in SOURCES.iterdir() if "=" in path.name))


def upstream(version: str) -> ToolRelease:
    """`1.7.6` of `1:1.7.6-1`, `9.0.2` of `9.0.2+~16.3-1`."""
    match = re.match(r"(?:\d+:)?(\d+(?:\.\d+)+)", version)
    assert match, version
    return ToolRelease.parse(match[1])


def of_package(package: str) -> Iterator[tuple[str, ToolRelease, Path]]:
    for path in unpacked():
        name, _, version = path.name.partition("=")
        if name == package:
            yield version, upstream(version), path


@pytest.mark.parametrize("package", CONSUMERS)
def test_patched_sources_read_what_the_release_does(schema: Schema, package: str) -> None:
    tool = CONSUMERS[package]
    consumer = next(consumer for consumer in schema.consumers if consumer.name == tool)
    recorded = {one.release: one for one in tagged(tool)}
    found = list(of_package(package))
    if not found:
        pytest.skip(f"tool-sources: Debian's archive does not have the sources of {package}")
    for version, release, path in found:
        reading = reading_of(path.name, tool_files(consumer, path), schema, consumer)
        assert reading.not_understood == (), version
        if release in recorded:
            over = read_where(reading.reads).keys() ^ recorded[release].reads.keys()
            assert over == PATCHED.get(path.name, set()), version
