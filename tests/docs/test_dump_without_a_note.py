# SPDX-License-Identifier: MIT
"""docs/dump-without-a-note.md: its sessions with a dump of a guest and the real tools."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.compat.real import release_of, vmlinux
from tests.conftest import ROOT
from tests.docs.pages import fences, is_shown, steps
from tests.dump.real import guest, without_note
from tests.guest_forms import put_together
from vmcoreinfo_codegen.dump.attach import attach

pytestmark = pytest.mark.long

PAGE = ROOT / "docs/dump-without-a-note.md"
TOOLS = {"makedumpfile": "1.7.8", "crash": "9.0.2"}
# Of another boot, or of the next update of the guest's kernel.
_VARIES = re.compile(r"\d+\.\d+\.\d+[+\w.-]*|\b\d{5,}\b|\b\d+(?= tasks)|(?<=(?:RU|IN|ID|UN): )\d+")


def test_sessions(tmp_path: Path) -> None:
    """One after the other in one folder, which has what the page says it begins with."""
    folder, bin_, work = guest("6.12.*"), tmp_path / "bin", tmp_path / "work"
    bin_.mkdir()
    work.mkdir()
    for name, release in TOOLS.items():
        tool = release_of(name, release)
        (bin_ / name).write_text(f'#!/bin/sh\nexec "{tool}" "$@"\n')
        (bin_ / name).chmod(0o755)
    (work / "vmcore").symlink_to(folder / "without-device.elf")
    (work / "memory.raw").symlink_to(folder / "memory.raw")
    (work / "vmlinux").symlink_to(vmlinux((folder / "release").read_text().strip()))
    without_note(folder / "without-device.elf", work).rename(work / "vmcore-2")
    whole = tmp_path / "whole"
    put_together(folder / "with-device.kdump", whole)
    attach(None, str(whole), str(work / "qemu.kdump"))
    path = os.pathsep.join([str(bin_), str(Path(sys.executable).parent), os.environ["PATH"]])
    told: dict[str, list[str]] = {}
    sessions = [fence for fence in fences(PAGE) if fence.content.startswith("$ ")]
    assert len(sessions) >= 6
    for session in sessions:
        for command, shown in steps(session):
            ran = subprocess.run(
                ["sh", "-c", command],
                cwd=work,
                env={**os.environ, "PATH": path, "NO_COLOR": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
            )
            said = ran.stdout.replace("\r", "\n")
            assert is_shown(_VARIES.sub("N", said), _VARIES.sub("N", shown)), f"{command}\n{said}"
            of = "other" if re.search("raw|qemu", command) else "vmcore"
            told.setdefault(of, []).extend(re.findall(r"^\d+(?= tasks$)", said, re.MULTILINE))
    assert len(told["vmcore"]) >= 2 and len({*told["vmcore"]}) == 1
    # Both are of the same moment of another boot.
    assert len(told["other"]) == 2 and len({*told["other"]}) == 1
