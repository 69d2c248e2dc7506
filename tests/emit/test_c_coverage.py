# SPDX-License-Identifier: MIT
"""Proves that the tests' own requests reach every line, region and branch of the generated C.

All of its builds are measured: with what gcc and clang have built in, for 64 and 32 bits,
and without. So nothing is excluded. `reach.py` has the requests; other tests ask them on other machines.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.emit import reach
from tests.emit.driver import C_SOURCE, Driver, build_driver, compiles

SOURCE = C_SOURCE / "vmcoreinfo.c"

BUILDS = {
    "64 bits": (),
    "32 bits": ("-m32",),
    "not gnu": ("-U__GNUC__",),
    "freestanding": ("-ffreestanding",),
}


def covered(requests: Iterable[list[str]], folder: Path, *options: str) -> dict[str, Any]:
    """What llvm-cov says of vmcoreinfo.c after the driver answered the requests."""
    for tool in ("clang", "llvm-profdata", "llvm-cov"):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not here")
    counts = folder / "counts.profraw"
    coverage = (f"-fprofile-instr-generate={counts}", "-fcoverage-mapping")
    if not compiles("clang", folder, *coverage, *options):
        pytest.skip("this clang has no library for -fprofile-instr-generate")
    driver = Driver(build_driver("clang", folder, "-O0", *coverage, *options))
    for request in requests:
        said = driver.ask(request)
        assert not [line for line in said if "contradiction" in line]
    driver.close()
    profile = folder / "profile"
    subprocess.run(["llvm-profdata", "merge", "-o", profile, counts], check=True)
    export = ["llvm-cov", "export", f"-instr-profile={profile}", str(driver.program), str(SOURCE)]
    found = json.loads(subprocess.run(export, check=True, capture_output=True).stdout)
    (file,) = found["data"][0]["files"]
    assert isinstance(file, dict)
    return file


def missed(file: dict[str, Any]) -> list[str]:
    """Places that were not reached, and branches that always went the same way."""
    lines = SOURCE.read_text().splitlines()

    def place(row: int, column: int, what: str) -> str:
        return f"{row}:{column}: {what}: {lines[row - 1].strip()}"

    found = [
        place(row, column, "not reached")
        for row, column, count, is_counted, _, is_gap in file["segments"]
        if is_counted and not is_gap and not count
    ]
    for row, column, _, _, yes, no, *_ in file["branches"]:
        if not yes:
            found.append(place(row, column, "never true"))
        if not no:
            found.append(place(row, column, "never false"))
    return found


@pytest.mark.parametrize(
    "build",
    ["64 bits", *(pytest.param(b, marks=pytest.mark.long) for b in BUILDS if b != "64 bits")],
)
def test_every_line_and_branch_is_reached(build: str, tmp_path: Path) -> None:
    file = covered(reach.requests(), tmp_path, *BUILDS[build])
    assert missed(file) == []
    for kind, least in {"lines": 1500, "branches": 500, "regions": 600, "functions": 90}.items():
        summary = file["summary"][kind]
        assert summary["covered"] == summary["count"] > least, kind


def test_what_is_not_reached_is_seen(tmp_path: Path) -> None:
    seen = missed(covered(reach.of_real_notes(), tmp_path))
    assert [line for line in seen if "not reached" in line]
    assert [line for line in seen if "never true" in line]


def test_preprocessor_leaves_nothing_else_out() -> None:
    conditions = re.findall(r"^#\s*(?:el)?if.*", SOURCE.read_text(), re.MULTILINE)
    library, generation, *others = conditions
    assert library == "#if __STDC_HOSTED__"
    assert generation.startswith("#if VMCOREINFO_ABI != ")
    assert [condition for condition in others if "__GNUC__" in condition] == [
        "#if defined(__GNUC__)",
        "#if defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__",
        "#if defined(__GNUC__) && UINTPTR_MAX >= UINT64_MAX",
        "#elif defined(__GNUC__)",
    ]
    # What a part of the schema leaves out, and what a build without a C library has instead.
    assert {condition for condition in others if "__GNUC__" not in condition} == {
        "#if __STDC_HOSTED__",
        "#ifndef INVARIANT",
        "#if IS_LITTLE_ENDIAN",
        "#if OTHER_KEYS",
        "#if OTHER_FORMATS",
        "#if LONGEST_NAME > 40",
        "#if VMCOREINFO_HAS_METADATA",
        "#if VMCOREINFO_HAS_DERIVATIONS",
        "#if VMCOREINFO_HAS_METADATA || VMCOREINFO_HAS_DERIVATIONS",
        *(
            f"#if NEEDS_{name}"
            for name in ("NUMBER_OF", "SHIFT_LEFT", "SHIFT_RIGHT", "LOG2", "POINTER_SIZE", "READ")
        ),
    }
