# SPDX-License-Identifier: MIT
"""Boots a Debian kernel in QEMU, lets it crash, and collects what its capture kernel wrote to
the disk.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.crashes.kinds import Crash
from tests.crashes.rescues import rescues_of
from tests.crashes.roots import install
from tests.crashes.runs import Run
from tests.guest_boots import (
    DRIVERS,
    OFFLINE,
    Kernel,
    Missing,
    connected,
    kernel_of,
    unpacked,
    write_init,
)
from tests.guest_dumps import write_cpio
from tests.guest_kinds import KINDS, MACHINES, Machine

HERE = Path(__file__).resolve().parent
TIMEOUT = float(os.environ.get("TIMEOUT", "1800"))
DISK = 3 << 30
# libxenctrl and its dependencies, with which kexec is linked.
XEN = (
    "libxenmisc*", "libxencall1", "libxendevicemodel1", "libxenevtchn1", "libxenforeignmemory1",
    "libxengnttab1", "libxenhypfs1", "libxentoolcore1", "libxentoollog1",
)  # fmt: skip


def kexec_of(folder: Path, machine: Machine) -> Path:
    """A folder with kexec and the libraries of its suite; kept for the next crash."""
    kept = folder / ".packages" / f"kexec-{machine.debian}"
    if not (kept / "complete").exists():
        shutil.rmtree(kept, ignore_errors=True)
        for pattern in ("kexec-tools", "libc6", "zlib1g", "liblzma5", *XEN):
            try:
                _, files = unpacked(folder, machine, pattern)
            except Missing:
                if pattern in XEN:
                    continue
                raise
            shutil.copytree(files, kept, symlinks=True, dirs_exist_ok=True)
            shutil.rmtree(files)
        (kept / "complete").touch()
    return kept


def write_capture(
    crash: Crash, kernel: Kernel, tools: Path, runs: Sequence[Run], rescues: Path | None, out: Path
) -> None:
    """Write the initramfs of the capture kernel."""
    with tempfile.TemporaryDirectory(dir=out.parent) as made:
        root = Path(made)
        shutil.copytree(kernel.folder / "root", root, dirs_exist_ok=True)
        write_init(root, kernel.drivers, HERE / "capture-init")
        (root / "runs").write_text("".join(f"run {shlex.join(run.words)}\n" for run in runs))
        for release in crash.tools:
            tool = root / "tools" / release
            suite = suite_of(tools, release)
            program = next(suite.rglob("bin/makedumpfile"))
            libraries = [suite, tools / "root-sid"]
            # libgcc_s is needed when threads end.
            install(program, tool / "usr/bin/makedumpfile", tool, libraries, "libgcc_s.so.1")
            (tool / "bin").mkdir(exist_ok=True)
            shutil.copy(root / "bin/busybox", tool / "bin/busybox")
            shutil.copy(HERE / "faults", tool / "usr/bin/faults")
            for name, program in rescues_of(crash, release, rescues).items():
                shutil.copy(program, tool / "usr/bin" / name)
        with out.open("wb") as file:
            write_cpio(root, file)


def suite_of(tools: Path, release: str) -> Path:
    """The unpacked suite with a release of makedumpfile, which is named in the launcher that
    tests/consumer-tools writes.
    """
    launcher = tools / f"makedumpfile-{release}"
    if not launcher.exists():
        raise Missing(f"no makedumpfile {release} in {tools}")
    for line in launcher.read_text().splitlines():
        if line.startswith("root="):
            return tools / line.partition("/")[2].partition(" ")[0]
    raise Missing(f"{launcher} names no suite")


def write_first(crash: Crash, kernel: Kernel, kexec: Path, capture: Path, out: Path) -> None:
    """Write the initramfs of the kernel that crashes, which contains the capture kernel's."""
    machine = MACHINES[KINDS[crash.guest].machine]
    with tempfile.TemporaryDirectory(dir=out.parent) as made:
        root = Path(made)
        shutil.copytree(kernel.folder / "root", root, dirs_exist_ok=True)
        tests = HERE.parent
        write_init(root, kernel.drivers, tests / "guest-fill", HERE / "first-init")
        install(next(kexec.rglob("sbin/kexec")), root / "kexec/sbin/kexec", root, [kexec])
        (root / "capture").mkdir()
        shutil.copy(kernel.folder / "image", root / "capture/image")
        shutil.copy(capture, root / "capture/initramfs")
        words = [
            f"console={machine.console}",
            "panic=-1",
            "loglevel=4",
            "nr_cpus=1",
            "reset_devices",
        ]
        words += ["irqpoll", "no_timer_check"] if machine.debian == "amd64" else []
        (root / "capture/command-line").write_text(" ".join(words))
        with out.open("wb") as file:
            write_cpio(root, file)


def boot(crash: Crash, kernel: Kernel, work: Path) -> None:
    """Boot the guest with the initramfs in the folder, and wait until its capture kernel has turned it off."""
    kind = KINDS[crash.guest]
    machine = MACHINES[kind.machine]
    rams = {"arm64": 0x40000000}
    given = ["pages=" + ",".join(kind.pages), f"ram={rams.get(kind.machine, 0)}", *kind.options]
    given.append(f"crashkernel={crash.reserved}M")
    if kind.machine == "x86_64":
        given.append("no_timer_check")  # QEMU fails the check on a busy machine
    with (work / "disk").open("wb") as disk:
        disk.truncate(DISK)
    subprocess.run(
        ["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-F", work / "disk"], check=True
    )
    arguments = [
        machine.emulator, *machine.options, "-cpu", kind.cpu or machine.cpu, "-accel", "tcg",
        "-m", f"{crash.memory}M", "-nodefaults", "-nic", "none", "-display", "none", "-no-reboot",
        "-chardev", "file,id=console,path=console", *machine.console_device,
        "-qmp", "unix:qmp,server=on,wait=off", "-kernel", str(kernel.folder / "image"),
        "-initrd", "initramfs",
        "-append", f"console={machine.console} panic=-1 loglevel=4 {' '.join(given)}",
        "-drive", "if=none,id=pages,format=raw,file=pages", "-device", "virtio-blk,drive=pages",
        "-drive", "if=none,id=disk,format=raw,file=disk,cache=unsafe", "-device", "virtio-blk,drive=disk",
        "-device", "virtio-balloon,id=balloon", "-device", "virtio-serial",
        "-chardev", "file,id=pages-told,path=kpageflags",
        "-device", "virtserialport,chardev=pages-told,name=kpageflags",
    ]  # fmt: skip
    # Data that the guest reads into its page cache.
    (work / "pages").write_bytes((kernel.folder / "image").read_bytes()[: 8 << 20])
    with (work / "qemu").open("wb") as said:
        qemu = subprocess.Popen(arguments, cwd=work, stdout=said, stderr=said)
    try:
        monitor = connected(work / "qmp", qemu)
        monitor("balloon", value=(crash.memory << 20) - OFFLINE)
        qemu.wait(TIMEOUT)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"not done in {TIMEOUT:.0f} seconds") from None
    finally:
        if qemu.poll() is None:
            qemu.kill()
            qemu.wait()


def make(
    folder: Path, crash: Crash, tools: Path, runs: Sequence[Run], rescues: Path | None
) -> Path:
    """The folder of a crash, with everything that its kernels wrote."""
    kind = KINDS[crash.guest]
    machine = MACHINES[kind.machine]
    for program in (machine.emulator, "debugfs", "mke2fs", "readelf"):
        if not shutil.which(program):
            raise Missing(f"needs {program}, which is not here")
    kernel = kernel_of(folder, kind, (*DRIVERS, "ext4"))
    kexec = kexec_of(folder, machine)
    work = Path(tempfile.mkdtemp(dir=folder / ".packages"))
    started = time.monotonic()
    try:
        write_capture(crash, kernel, tools, runs, rescues, work / "capture.cpio")
        write_first(crash, kernel, kexec, work / "capture.cpio", work / "initramfs")
        boot(crash, kernel, work)
        console = (work / "console").read_text(errors="replace").replace("\r", "")
        if "\nCAPTURED" not in console:
            raise RuntimeError("the capture kernel did not come to its end")
        out = work / "out"
        out.mkdir()
        for name in ("first", "capture", "runs"):
            command = ["debugfs", "-R", f"rdump /{name} out", "disk"]
            subprocess.run(command, cwd=work, capture_output=True, check=True)
        (out / "console").write_text(console)
        shutil.copy(work / "kpageflags", out / "first/kpageflags")
        if (kernel.folder / "config").exists():
            shutil.copy(kernel.folder / "config", out / "config")
        facts = {
            "name": crash.name,
            "arch": kind.machine,
            "kernel": (out / "first/release").read_text().strip(),
            "package": kernel.package,
            "memory": crash.memory,
            "reserved": crash.reserved,
            "tasks": int(re.findall(r"^TASKS (\d+)$", console, re.MULTILINE)[-1]),
            "seconds": round(time.monotonic() - started),
        }
        (out / "facts.json").write_text(json.dumps(facts, indent=1) + "\n")
        made = folder / crash.name
        shutil.rmtree(made, ignore_errors=True)
        out.rename(made)
        made.chmod(0o755)
        return made
    except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
        failed = folder / ".packages" / f"failed-{crash.name}"
        shutil.rmtree(failed, ignore_errors=True)
        work.rename(failed)
        raise RuntimeError(f"{crash.name}: {error}, see {failed}") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
