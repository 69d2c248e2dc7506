# SPDX-License-Identifier: MIT
"""A root folder in which the scripts of Debian's kdump-tools run, with stand-ins for the
programs they call.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.dump.real import CACHE, prepared

SETUP = ROOT / "packaging/kdump/vmcoreinfo-rescue-setup"
HOOK = "usr/local/libexec/vmcoreinfo"
HOOK_PATH = f"PATH=/{HOOK}:/usr/sbin:/usr/bin:/sbin:/bin"
# A successful rescue: another command line for makedumpfile.
RESCUE = '[ "$1" = --exec ] && shift; real=$1; shift; "$real" -i /lines "$@"'
PROGRAMS = (
    "basename bash cat chmod cmp cp cut date dd dash env expr find grep head kill ln mkdir mktemp mv nproc readlink rev rm "
    "run-parts sed sleep sort sync tail touch tr uname xargs"
)

# Writes its arguments to the dump, or to the stream. With -i it fails if /fails exists.
MAKEDUMPFILE = """
echo "makedumpfile $*" >>/log
for dump; do :; done
[ "$dump" = /proc/vmcore ] || {
	[ ! -e "$dump" ] || { echo "makedumpfile: $dump: File exists" >&2; exit 1; }
	exec >"$dump"
}
case $* in
*-i*) [ ! -e /fails ] || { [ ! -e /fails-late ] || echo part; exit 1; } ;;
esac
echo "dump of $*"
"""
STANDINS = {
    "makedumpfile": MAKEDUMPFILE,
    "logger": "",
    "hostname": "echo crashed",
    "ip": "echo '    inet 192.0.2.7/24 scope global eth0'",
    "reboot": 'echo "reboot $*" >>/log',
    "file": 'echo "$1: symbolic link to $(readlink "$1")"',
    "sysctl": "",
    "kexec": 'echo "kexec $*" >>/log',
    # The remote machine is this one.
    "ssh": 'while [ "$1" = -i ]; do shift 2; done; shift; exec sh -c "$*"',
    "scp": 'shift 2; cp "$1" "${2#*:}"',
    "busybox": 'for word; do file=$name name=$word; done; cat -- "$name" >"/var/crash/$file"',
}


class Root:
    """A root folder, existing or new."""

    def __init__(self, path: Path, shell: str = "dash") -> None:
        self.path = path
        if path.exists():
            return
        for folder in ("bin", "sbin", "lib"):
            (path / "usr" / folder).mkdir(parents=True)
            (path / folder).symlink_to(f"usr/{folder}")
        for folder in ("dev", "proc", "sys/kernel", "tmp", "var/crash", "var/lib/kdump", "boot"):
            (path / folder).mkdir(parents=True)
        for name in PROGRAMS.split():
            self.add(name)
        (path / "bin/sh").symlink_to(shell)
        for name, text in STANDINS.items():
            self.script(f"usr/bin/{name}", text)
        (path / "sbin/kexec").symlink_to("../bin/kexec")
        # Creating a device needs privileges.
        (path / "dev/null").touch()
        (path / "proc/vmcore").write_text("ELF")

    def add(self, program: str) -> None:
        """Add a program of this machine, with its libraries: links to one copy, as there are
        many roots.
        """
        found = shutil.which(program, path="/usr/bin:/bin:/usr/sbin:/sbin")
        if not found:
            pytest.skip(f"{program} is not here")
        for file, name in [(found, f"usr/bin/{program}"), *((f, f[1:]) for f in _libraries(found))]:
            target = self.path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            try:
                target.hardlink_to(_copy(file))
            except OSError:
                shutil.copy(file, target)

    def script(self, name: str, text: str) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the root folder."""
        chroot = ["chroot"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "chroot"]
        ran = subprocess.run(
            [*chroot, self.path, *command],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **environment},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if ran.stderr.startswith(("chroot:", "unshare:")):
            pytest.skip("no right to enter a root folder here")
        return ran

    def setup(self, *options: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SETUP, *options], env={**os.environ, "VMCOREINFO_ROOT": str(self.path)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def hook(self, rescue: str) -> None:
        """Install a rescue with the setup script."""
        self.script("tmp/rescue", f"case $1 in --text) exit 1 ;; esac\n{rescue}")
        done = self.setup(self.path / "tmp/rescue")
        assert done.returncode == 0, done.stderr

    @property
    def log(self) -> list[str]:
        """The commands that ran, of the stand-ins that log them."""
        path = self.path / "log"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def dumps(self) -> dict[str, str]:
        """The files below /var/crash, by name, without times in names and texts."""
        folder = self.path / "var/crash"
        return {
            _timeless(str(path.relative_to(folder))): _timeless(path.read_text())
            for path in folder.rglob("*")
            if path.is_file()
        }


_COPIES = tempfile.TemporaryDirectory()


@functools.cache
def _copy(file: str) -> Path:
    return Path(shutil.copy(file, f"{_COPIES.name}/{file.replace('/', '_')}"))


@functools.cache
def _libraries(program: str) -> list[str]:
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    return re.findall(r"(/\S+) \(0x", listed)


def _timeless(text: str) -> str:
    return re.sub(r"\b\d{12}\b", "TIME", text)


def debian_root(path: Path, suite: str, **settings: str) -> Root:
    """A root folder with kdump-tools of a Debian suite, as configured by its package, and
    settings.
    """
    folder = CACHE / "kdump-tools"
    prepared("kdump-tools", folder)
    if not (folder / suite).exists():
        pytest.skip(f"{suite} has no kdump-tools")
    root = Root(path)
    shutil.copytree(folder / suite, path, dirs_exist_ok=True)
    # As the package's postinst and the administrator do.
    template = (path / "usr/share/kdump-tools/kdump-tools.conf").read_text()
    written = "".join(f'{name}="{value}"\n' for name, value in settings.items())
    (path / "etc/default/kdump-tools").write_text(f"{template}{written}")
    return root


def environment_of(root: Root) -> dict[str, str]:
    """The variables that systemd reads from kdump-tools' EnvironmentFile, where `$` has no
    meaning.
    """
    lines = (root.path / "etc/default/kdump-tools").read_text().splitlines()
    return {
        name: value.strip('"')
        for name, _, value in (line.partition("=") for line in lines)
        if re.fullmatch(r"\w+", name)
    }
