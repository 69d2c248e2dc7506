# SPDX-License-Identifier: MIT
"""An initrd that the real dracut makes by /etc/kdump.conf has the rescue, and it runs there.

Debian has no kdump-utils: a module here does what theirs does with `core_collector` and `extra_bins`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.packaging.kdump_root import HOOK, MAKEDUMPFILE, Root

pytestmark = pytest.mark.long
# Starts what it is given with one option more, or dies.
RESCUE = """
#include <signal.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char *words[64] = {0};

	if (argc < 3 || argc > 60 || strcmp(argv[1], "--exec"))
		return 1;
	if (!access("/dies", F_OK))
		raise(SIGSEGV);
	words[0] = argv[2];
	words[1] = "-i";
	words[2] = "/lines";
	memcpy(words + 3, argv + 3, (argc - 3) * sizeof(*argv));
	execv(words[0], words);
	return 127;
}
"""
MODULE = """#!/bin/bash
check() {
	return 255
}
depends() {
	echo base
}
install() {
	local option value
	while read -r option value; do
		case $option in
		core_collector) dracut_install "${value%% *}" ;;
		extra_bins) dracut_install $value ;;
		esac
	done <"$KDUMP_CONF"
	inst "$KDUMP_CONF" /etc/kdump.conf
	inst_multiple dd
}
"""
# In a namespace of mounts of its own the folders of this machine are those of the test.
MOUNTED = (
    'mount --bind "$0/usr/local" /usr/local && mount --bind "$0/dracut" /usr/lib/dracut && '
    'exec dracut "$@"'
)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An initrd for a crash, of a machine that is set up."""
    for tool in ("dracut", "lsinitrd", "gcc", "unshare"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not here")
    machine = tmp_path_factory.mktemp("machine")
    (machine / "etc").mkdir()
    conf = machine / "etc/kdump.conf"
    conf.write_text("path /var/crash\ncore_collector makedumpfile -l -d 31\n")
    source = machine / "rescue.c"
    source.write_text(RESCUE)
    subprocess.run(["gcc", "-static", "-o", machine / "rescue", source], check=True)
    done = Root(machine).setup(machine / "rescue")
    assert done.returncode == 0, done.stderr
    shutil.copytree("/usr/lib/dracut", machine / "dracut", symlinks=True)
    module = machine / "dracut/modules.d/99kdumpbase/module-setup.sh"
    module.parent.mkdir()
    module.write_text(MODULE)
    rights = ["--mount"] if os.geteuid() == 0 else ["--mount", "--map-root-user"]
    (machine / "conf").mkdir()
    made = subprocess.run(
        [
            "unshare", *rights, "sh", "-c", MOUNTED, machine,
            "--conf", "/dev/null", "--confdir", machine / "conf", "--tmpdir", machine,
            "--no-kernel", "--no-hostonly", "--aggressive-strip", "-m", "kdumpbase",
            machine / "kdump.img", "6.12.0",
        ],
        env={**os.environ, "KDUMP_CONF": str(conf)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.stderr.startswith(("unshare:", "mount:")):
        pytest.skip("no right to mount here")
    assert made.returncode == 0, made.stderr
    return machine / "kdump.img"


@pytest.fixture
def initrd(image: Path, tmp_path: Path) -> Root:
    """The initrd, unpacked, with a makedumpfile and a dump."""
    root = Root(tmp_path)
    subprocess.run(["lsinitrd", "--unpack", image], cwd=tmp_path, check=True, capture_output=True)
    root.script("usr/sbin/makedumpfile", MAKEDUMPFILE)
    for name, text in {"proc/vmcore": "ELF", "dev/null": ""}.items():
        (tmp_path / name).unlink(missing_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "var/crash").mkdir(parents=True)
    return root


def collector(root: Root) -> str:
    text = (root.path / "etc/kdump.conf").read_text()
    return str(re.findall(r"(?m)^core_collector (.*)$", text)[0])


def test_the_initrd_has_both(image: Path) -> None:
    listed = subprocess.run(["lsinitrd", image], capture_output=True, text=True, check=True).stdout
    for name in ("makedumpfile", "vmcoreinfo-rescue"):
        assert f" {HOOK}/{name}\n" in listed


def test_the_rescue_writes_the_dump(initrd: Root) -> None:
    ran = initrd.run("sh", "-c", f"{collector(initrd)} /proc/vmcore /var/crash/vmcore")
    assert ran.returncode == 0, ran.stderr
    assert initrd.dumps == {"vmcore": "dump of -i /lines -l -d 31 /proc/vmcore /var/crash/vmcore\n"}
    ran = initrd.run("sh", "-c", f"{collector(initrd)} -F /proc/vmcore | dd of=/var/crash/flat")
    assert initrd.dumps["flat"] == "dump of -i /lines -l -d 31 -F /proc/vmcore\n"


@pytest.mark.parametrize("case", ["dies", "missing", "fails"])
def test_without_its_help_the_dump_is_as_ever(initrd: Root, case: str) -> None:
    if case == "missing":
        (initrd.path / HOOK / "vmcoreinfo-rescue").unlink()
    else:
        (initrd.path / case).touch()
    ran = initrd.run("sh", "-c", f"{collector(initrd)} /proc/vmcore /var/crash/vmcore")
    assert ran.returncode == 0, ran.stderr
    ran = initrd.run("sh", "-c", f"{collector(initrd)} -F /proc/vmcore | dd of=/var/crash/flat")
    assert initrd.dumps == {
        "vmcore": "dump of -l -d 31 /proc/vmcore /var/crash/vmcore\n",
        "flat": "dump of -l -d 31 -F /proc/vmcore\n",
    }
