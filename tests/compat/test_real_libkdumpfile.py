# SPDX-License-Identifier: MIT
"""What the system's libkdumpfile finds in real dumps is what is predicted: addresses by the note."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.command import Run
from tests.compat.translation import check
from tests.dump.real import GUESTS, Guest, name_of

pytestmark = pytest.mark.long

PROBE = """
import sys
from kdumpfile import KDUMP_KPHYSADDR, KDUMP_KVADDR, kdumpfile
dump, virtual, physical = kdumpfile(sys.argv[1]), *(int(a, 16) for a in sys.argv[2:])
dump.attr["addrxlat.ostype"] = "linux"
found = dump.read(KDUMP_KVADDR, virtual, 64)
assert found == dump.read(KDUMP_KPHYSADDR, physical, 64) != bytes(64)
"""


@pytest.fixture(scope="module")
def release() -> str:
    """Which one the Python module of the system is of."""
    command = ["dpkg-query", "-W", "-f", "${Version}", "python3-libkdumpfile"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("without dpkg the release of libkdumpfile is not known")
    version = re.match(r"(?:\d+:)?([\d.]+)", found.stdout)
    if found.returncode or not version:
        pytest.skip("libkdumpfile's Python module is not here")
    return version[1]


def probe(dump: Path, virtual: str, physical: str) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = ["/usr/bin/python3", "-c", PROBE, dump, virtual, physical]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("which", GUESTS, ids=name_of)
def test_translation_by_the_note(
    run: Run, tmp_path: Path, which: Guest, release: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """On dumps of every kernel, their notes whole and without entries."""
    check(run, which, {f"libkdumpfile@{release}": probe}, tmp_path, capsys)
