# SPDX-License-Identifier: MIT
"""The check before a crash, with each distribution's configuration of kdump."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

CHECK = ROOT / "packaging/kdump/vmcoreinfo-kdump-check"
KERNEL = "6.12.117+deb13-cloud-amd64"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A root folder, and programs: makedumpfile 1.7.2, and a machine of x86_64."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, says in (
        ("makedumpfile", "echo makedumpfile: version 1.7.2"),
        ("uname", "echo x86_64"),
    ):
        (programs / name).write_text(f"#!/bin/sh\n{says}\n")
        (programs / name).chmod(0o755)
    (programs / "vmcoreinfo").symlink_to(Path(sys.executable).with_name("vmcoreinfo"))
    return tmp_path


def checked(
    machine: Path, kernel: str = KERNEL, check: Path = CHECK
) -> subprocess.CompletedProcess[str]:
    path = f"{machine / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [check, kernel],
        env={**os.environ, "PATH": path, "VMCOREINFO_ROOT": str(machine)},
        capture_output=True, text=True,
    )  # fmt: skip


def configure(machine: Path, file: str, text: str) -> None:
    path = machine / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("file", "text", "level"),
    [
        ("etc/default/kdump-tools", 'MAKEDUMP_ARGS="-c -d 31"\n', 31),
        ("etc/default/kdump-tools", '#MAKEDUMP_ARGS="-d 31"\nMAKEDUMP_ARGS="-F -d 29"\n', 29),
        (
            "etc/kdump.conf",
            "path /var/crash\ncore_collector makedumpfile -l --message-level 7 -d31\n",
            31,
        ),
        ("etc/sysconfig/kdump", 'KDUMP_DUMPLEVEL="31"\n', 31),
        ("etc/none", "", 31),
    ],
)
@pytest.mark.long
def test_a_level_that_is_wrong(machine: Path, file: str, text: str, level: int) -> None:
    configure(machine, file, text)
    ran = checked(machine)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert f"makedumpfile -d {level} on {KERNEL}:" in ran.stderr
    assert "tell slab pages" in ran.stderr
    assert f"-d {level & ~8} is the highest level that is right" in ran.stderr


def test_a_level_that_is_right(machine: Path) -> None:
    configure(machine, "etc/default/kdump-tools", 'MAKEDUMP_ARGS="-c -d 23"\n')
    ran = checked(machine)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_a_kernel_that_nobody_knows(machine: Path) -> None:
    configure(machine, "etc/default/kdump-tools", 'MAKEDUMP_ARGS="-d 1"\n')
    ran = checked(machine, "6.12.0-someone")
    assert ran.returncode == 4 and "unknown" in ran.stderr and "highest" not in ran.stderr


def test_a_kernel_is_installed_all_the_same(machine: Path) -> None:
    hook = machine / "etc/kernel/postinst.d/zz-vmcoreinfo-kdump-check"
    hook.parent.mkdir(parents=True)
    hook.symlink_to(CHECK)
    configure(machine, "etc/default/kdump-tools", 'MAKEDUMP_ARGS="-d 1"\n')
    ran = checked(machine, "6.12.0-someone", hook)
    assert ran.returncode == 0 and "unknown" in ran.stderr
    (machine / "bin/vmcoreinfo").unlink()
    ran = subprocess.run(
        [hook, KERNEL],
        env={"PATH": f"{machine / 'bin'}:/usr/bin:/bin", "VMCOREINFO": "no-vmcoreinfo"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (
        0, "vmcoreinfo-kdump-check: no-vmcoreinfo is not installed\n"
    )  # fmt: skip
