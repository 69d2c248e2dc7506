# SPDX-License-Identifier: MIT
"""The file that kdump runs for makedumpfile, in the shells that run it, and the script that puts it in place."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.packaging.kdump_root import HOOK, HOOK_PATH, RESCUE, Root

CORE_COLLECTOR = f"core_collector /{HOOK}/makedumpfile"
EXTRA_BINS = f"extra_bins /{HOOK}/vmcoreinfo-rescue"
DEFAULT = "auto_reset_crashkernel yes\npath /var/crash\ncore_collector makedumpfile -l -d 31\n"


@pytest.fixture(params=["dash", "bash", "busybox"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Root:
    """A root folder with the hook in place, and a shell."""
    root = Root(tmp_path / "root", request.param)
    if request.param == "busybox":
        root.add("busybox")
    (root.path / "etc").mkdir()
    (root.path / "etc/kdump.conf").write_text(DEFAULT)
    root.hook(RESCUE)
    return root


def collected(root: Root, *arguments: str) -> subprocess.CompletedProcess[str]:
    return root.run(f"/{HOOK}/makedumpfile", *arguments)


def test_a_file_and_a_stream(root: Root) -> None:
    ran = collected(root, "-l", "-d", "31", "/proc/vmcore", "/var/crash/vmcore")
    assert (ran.returncode, ran.stdout) == (0, "")
    assert root.dumps == {"vmcore": "dump of -i /lines -l -d 31 /proc/vmcore /var/crash/vmcore\n"}
    ran = collected(root, "-l", "-d", "31", "-F", "/proc/vmcore")
    assert (ran.returncode, ran.stdout) == (0, "dump of -i /lines -l -d 31 -F /proc/vmcore\n")


@pytest.mark.parametrize("rescue", ["kill -SEGV $$", "exit 3", "exit 0", f">/fails; {RESCUE}"])
def test_a_rescue_that_is_no_help(root: Root, rescue: str) -> None:
    root.script(f"{HOOK}/vmcoreinfo-rescue", rescue)
    ran = collected(root, "-l", "-F", "/proc/vmcore")
    assert (ran.returncode, ran.stdout) == (0, "dump of -l -F /proc/vmcore\n")
    assert "makedumpfile runs as it is" in ran.stderr
    ran = collected(root, "-l", "/proc/vmcore", "/var/crash/vmcore")
    assert ran.returncode == 0
    assert root.dumps == {"vmcore": "dump of -l /proc/vmcore /var/crash/vmcore\n"}


def test_a_rescue_that_fails_late(root: Root) -> None:
    root.script(f"{HOOK}/vmcoreinfo-rescue", f">/fails; >/fails-late; {RESCUE}")
    ran = collected(root, "-l", "/proc/vmcore", "/var/crash/vmcore")
    assert ran.returncode == 0
    assert root.dumps == {"vmcore": "dump of -l /proc/vmcore /var/crash/vmcore\n"}
    ran = collected(root, "-l", "-F", "/proc/vmcore")
    assert (ran.returncode, ran.stdout) == (1, "part\n")
    assert len(root.log) == 3


def test_the_makedumpfile_of_a_dead_rescue_is_waited_for(root: Root) -> None:
    root.script(f"{HOOK}/vmcoreinfo-rescue", 'shift; (sleep 0.3; "$@") & kill -KILL $$')
    ran = collected(root, "-F", "/proc/vmcore")
    assert ran.stdout == "dump of -F /proc/vmcore\n" and len(root.log) == 1
    ran = collected(root, "/proc/vmcore", "/var/crash/vmcore")
    # Two one after the other: the second one has found no file.
    assert ran.returncode == 0 and "exists" not in ran.stderr and len(root.log) == 3
    assert root.dumps == {"vmcore": "dump of /proc/vmcore /var/crash/vmcore\n"}


def test_a_makedumpfile_that_fails_fails(root: Root) -> None:
    root.script("usr/bin/makedumpfile", "exit 7")
    for arguments in (["-F", "/proc/vmcore"], ["/proc/vmcore", "/var/crash/vmcore"]):
        ran = collected(root, *arguments)
        assert (ran.returncode, ran.stdout, root.dumps) == (7, "", {})


def test_there_is_no_makedumpfile(root: Root) -> None:
    (root.path / "usr/bin/makedumpfile").unlink()
    ran = collected(root, "-d", "31", "-F", "/proc/vmcore")
    assert (ran.returncode, ran.stdout) == (0, "ELF") and "no makedumpfile" in ran.stderr
    for arguments in (["--dump-dmesg", "-F"], ["-d", "31"]):
        ran = collected(root, *arguments, "/proc/vmcore", "/var/crash/vmcore")
        assert (ran.returncode, ran.stdout, root.dumps) == (127, "", {})
    assert collected(root, "--dump-dmesg", "-F", "/proc/vmcore").returncode == 127


def test_what_is_no_dump_goes_by(root: Root) -> None:
    (root.path / "var/crash/vmcore").write_text("an older dump")
    ran = collected(root, "-d", "31", "/proc/vmcore", "/var/crash/vmcore")
    assert ran.returncode == 1 and "File exists" in ran.stderr
    assert root.dumps == {"vmcore": "an older dump"}
    (root.path / "var/crash/vmcore").unlink()
    for arguments in (["--check-params", "vmcore", "/tmp/dump"], ["-R", "/tmp/flat"]):
        assert collected(root, *arguments).returncode == 0
    assert root.log[1:] == [
        "makedumpfile --check-params vmcore /tmp/dump",
        "makedumpfile -R /tmp/flat",
    ]


def test_a_long_stream_comes_whole(root: Root, tmp_path: Path) -> None:
    data = bytes(range(256)) * 40_000
    (root.path / "data").write_bytes(data)
    root.script("usr/bin/makedumpfile", "cat /data /data")
    ran = root.run("sh", "-c", f"/{HOOK}/makedumpfile -F /proc/vmcore >/out")
    assert ran.returncode == 0
    assert (root.path / "out").read_bytes() == data * 2
    # Whoever reads may stop: the command ends, and does not begin again.
    root.script("usr/bin/makedumpfile", "echo run >>/log; cat /data /data")
    ran = root.run("sh", "-c", f"/{HOOK}/makedumpfile -F /proc/vmcore | head -c 9 >/out")
    assert ran.returncode == 0 and root.log == ["run"]


# ---- the script ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (DEFAULT, f"{DEFAULT.replace('core_collector ', CORE_COLLECTOR[:-12])}{EXTRA_BINS}\n"),
        (
            'core_collector "/usr/sbin/makedumpfile -F -d 31"\nextra_bins /bin/a /bin/b # ours\n',
            f'core_collector "/{HOOK}/makedumpfile -F -d 31"\n{EXTRA_BINS} /bin/a /bin/b # ours\n',
        ),
        (
            "# core_collector cp\npath /var/crash\n",
            "# core_collector cp\npath /var/crash\n"
            f"{CORE_COLLECTOR} -l --message-level 7 -d 31\n{EXTRA_BINS}\n",
        ),
        (
            "ssh kdump@192.0.2.1\n",
            f"ssh kdump@192.0.2.1\n{CORE_COLLECTOR} -F -l --message-level 7 -d 31\n{EXTRA_BINS}\n",
        ),
    ],
)
def test_kdump_conf(before: str, after: str, tmp_path: Path) -> None:
    root = Root(tmp_path / "root")
    conf = root.path / "etc/kdump.conf"
    conf.parent.mkdir()
    conf.write_text(before)
    conf.chmod(0o640)
    for _ in range(2):
        root.hook(RESCUE)
        assert conf.read_text() == after
    assert conf.with_name("kdump.conf.before-rescue").read_text() == before
    assert conf.stat().st_mode & 0o777 == 0o640
    assert root.setup("--remove").returncode == 0
    assert HOOK not in conf.read_text() and list((root.path / HOOK).iterdir()) == []
    if "core_collector makedumpfile" in before:
        assert conf.read_text() == before


def test_sysconfig(tmp_path: Path) -> None:
    root = Root(tmp_path / "root")
    conf = root.path / "etc/sysconfig/kdump"
    conf.parent.mkdir(parents=True)
    before = 'KDUMP_DUMPLEVEL="31"\nKDUMP_REQUIRED_PROGRAMS="lsof"\nKDUMP_PRESCRIPT=""\n'
    conf.write_text(before)
    for _ in range(2):
        root.hook(RESCUE)
        assert conf.read_text() == (
            'KDUMP_DUMPLEVEL="31"\n'
            f'KDUMP_REQUIRED_PROGRAMS="lsof /{HOOK}/makedumpfile /{HOOK}/vmcoreinfo-rescue dd"\n'
            f'KDUMP_PRESCRIPT="{HOOK_PATH}"\n'
        )
    root.setup("--remove")
    assert conf.read_text() == before


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("kdump.conf", "core_collector cp --sparse=always\n", "already has another core_collector"),
        ("default/kdump-tools", "PATH=/opt/bin:/bin\n", "already has another PATH"),
        ("sysconfig/kdump", 'KDUMP_PRESCRIPT="/bin/beep"\n', "already has another KDUMP_PRESCRIPT"),
        ("none", "", "found no kdump configuration"),
    ],
)
def test_what_is_set_otherwise_stays(file: str, text: str, told: str, tmp_path: Path) -> None:
    root = Root(tmp_path / "root")
    conf = root.path / "etc" / file
    conf.parent.mkdir(parents=True)
    conf.write_text(text)
    root.script("tmp/rescue", "exit 1")
    done = root.setup(root.path / "tmp/rescue")
    assert done.returncode == 1 and told in done.stderr
    assert conf.read_text() == text and not (root.path / HOOK).exists()


def test_a_rescue_that_does_not_run_is_not_put_in_place(tmp_path: Path) -> None:
    root = Root(tmp_path / "root")
    (root.path / "etc").mkdir()
    (root.path / "etc/kdump.conf").write_text(DEFAULT)
    for rescue in (Path(shutil.which("true") or "true"), tmp_path / "none"):
        done = root.setup(rescue)
        assert done.returncode == 2 and "does not run" in done.stderr
    assert (root.path / "etc/kdump.conf").read_text() == DEFAULT
    assert root.setup().returncode == 2
