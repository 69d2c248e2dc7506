# SPDX-License-Identifier: MIT
"""kdump-tools of Debian's suites write dumps by a rescue, and as ever where it is no help."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.packaging.kdump_root import HOOK, RESCUE, Root, debian_root, environment_of

pytestmark = pytest.mark.long
SUITES = ["bookworm", "trixie", "sid"]
TARGETS = {"local": {}, "ssh": {"SSH": "kdump@192.0.2.1"}, "ftp": {"FTP": "192.0.2.1"}}

HALF = """
for dump; do :; done
[ "$dump" = /proc/vmcore ] || exec >"$dump"
echo half
kill -KILL $$
"""
# What a rescue does that leaves no dump.
NO_HELP = {
    "killed": "kill -SEGV $$",
    "fails": "exit 3",
    "says it is done": "exit 0",
    "empty": None,
    "not executable": None,
    "missing": None,
    "makedumpfile fails with it": f">/fails\n{RESCUE}",
}


def crashed(root: Root) -> dict[str, str]:
    """What the capture boot leaves: the service's script is run as its unit does."""
    ran = root.run("/etc/init.d/kdump-tools", "start", **environment_of(root))
    assert ran.returncode == 0 and root.log[-1] == "reboot -f", ran.stderr
    return root.dumps


@pytest.fixture(params=SUITES)
def suite(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("target", TARGETS)
def test_the_rescue_writes_the_dump(suite: str, target: str, tmp_path: Path) -> None:
    bare = crashed(debian_root(tmp_path / "bare", suite, **TARGETS[target]))
    root = debian_root(tmp_path / "hooked", suite, **TARGETS[target])
    root.hook(RESCUE)
    found = crashed(root)
    assert found.keys() == bare.keys()
    assert set(found.values()) == {
        "dump of -i /lines --dump-dmesg /proc/vmcore " + dmesg_of(bare),
        "dump of -i /lines -F -c -d 31 /proc/vmcore\n",
    }
    # One run for each of them.
    assert len(root.log) == 3


def dmesg_of(dumps: dict[str, str]) -> str:
    """The name that makedumpfile wrote dmesg to, with the end of its line."""
    return next(text for text in dumps.values() if "dmesg" in text).rpartition(" ")[2]


@pytest.mark.parametrize("target", ["local", "ssh"])
@pytest.mark.parametrize("case", NO_HELP)
def test_without_its_help_the_dump_is_as_ever(
    suite: str, target: str, case: str, tmp_path: Path
) -> None:
    bare = crashed(debian_root(tmp_path / "bare", suite, **TARGETS[target]))
    root = debian_root(tmp_path / "hooked", suite, **TARGETS[target])
    root.hook(NO_HELP[case] or "")
    rescue = root.path / HOOK / "vmcoreinfo-rescue"
    match case:
        case "missing":
            rescue.unlink()
        case "empty":
            rescue.write_text("")
        case "not executable":
            rescue.chmod(0o644)
    assert crashed(root) == bare


def test_half_a_file_gives_way_and_half_a_stream_stays_one(suite: str, tmp_path: Path) -> None:
    root = debian_root(tmp_path / "root", suite)
    root.hook(HALF)
    found = crashed(root)
    assert sorted(found.values()) == [
        "dump of --dump-dmesg /proc/vmcore /var/crash/TIME/dmesg.TIME\n",
        "half\n",
    ]
    assert [line.split()[0] for line in root.log] == ["makedumpfile", "reboot"]


def test_without_makedumpfile_the_memory_is_copied(suite: str, tmp_path: Path) -> None:
    root = debian_root(tmp_path / "root", suite, KDUMP_DUMP_DMESG="0")
    root.hook(RESCUE)
    (root.path / "usr/bin/makedumpfile").unlink()
    assert list(crashed(root).values()) == ["ELF"]


@pytest.mark.parametrize("gone", ["the folder", "by --remove"])
def test_it_is_taken_away(suite: str, gone: str, tmp_path: Path) -> None:
    root = debian_root(tmp_path / "root", suite)
    before = (root.path / "etc/default/kdump-tools").read_text()
    root.hook(RESCUE)
    if gone == "by --remove":
        assert root.setup("--remove").returncode == 0
        assert (root.path / "etc/default/kdump-tools").read_text() == before
    for name in ("makedumpfile", "vmcoreinfo-rescue"):
        (root.path / HOOK / name).unlink(missing_ok=True)
    assert "dump of -F -c -d 31 /proc/vmcore\n" in crashed(root).values()


def test_the_kernel_is_loaded_as_ever(suite: str, tmp_path: Path) -> None:
    loaded = []
    for name in ("bare", "hooked"):
        root = debian_root(tmp_path / name, suite)
        release = root.run("uname", "-r").stdout.strip()
        for file, text in {
            "proc/vmcore": "",
            "proc/cmdline": "root=/dev/vda1 crashkernel=256M",
            "proc/iomem": "  30000000-3fffffff : Crash kernel\n",
            "sys/kernel/kexec_crash_loaded": "0",
            f"boot/vmlinuz-{release}": "",
            f"var/lib/kdump/initrd.img-{release}": "",
            f"var/lib/kdump/latest_sysctls-{release}": (
                root.path / "etc/kdump/sysctl.conf"
            ).read_text(),
        }.items():
            (root.path / file).write_text(text)
        if name == "hooked":
            root.hook(RESCUE)
        ran = root.run("/etc/init.d/kdump-tools", "start", **environment_of(root))
        assert ran.returncode == 0, ran.stderr
        loaded.append(root.log)
    assert loaded[0] == loaded[1] and loaded[0][0].startswith("kexec -p ")
