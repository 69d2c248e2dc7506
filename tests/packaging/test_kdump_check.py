# SPDX-License-Identifier: MIT
"""The check before a crash, with each distribution's configuration of kdump."""

from __future__ import annotations

import os
import shutil
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
        (
            "etc/kdump.conf",
            "core_collector /usr/local/libexec/vmcoreinfo/makedumpfile -l -d 31\n",
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
    assert "recognise slab pages" in ran.stderr
    assert f"-d {level & ~8} is the highest correct level" in ran.stderr


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


def test_the_unit_is_one_and_comes_with_kdump(tmp_path: Path) -> None:
    # No set-up of the tests brings systemd to a machine that was not booted by it.
    for tool in ("systemd-analyze", "systemctl"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not here")
    text = (CHECK.parent / "vmcoreinfo-kdump-check.service").read_text()
    unit = tmp_path / "etc/systemd/system/vmcoreinfo-kdump-check.service"
    unit.parent.mkdir(parents=True)
    (tmp_path / "check").symlink_to(CHECK)
    # A path may have spaces here, which systemd takes in quotes.
    unit.write_text(text.replace("/usr/libexec/vmcoreinfo-kdump-check", f'"{tmp_path / "check"}"'))
    for command in (
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        ["systemctl", "--quiet", f"--root={tmp_path}", "enable", unit.name],
    ):
        ran = subprocess.run(command, capture_output=True, text=True)
        assert ran.returncode == 0 and "check.service:" not in ran.stderr, ran.stderr
    for service in ("kdump-tools", "kdump"):
        assert (unit.parent / f"{service}.service.wants" / unit.name).is_symlink()
