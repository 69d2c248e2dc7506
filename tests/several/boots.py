# SPDX-License-Identifier: MIT
"""Boots a Debian kernel in QEMU, lets it boot another, and dumps the machine."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path

from tests.crashes.boots import kexec_of
from tests.crashes.roots import install
from tests.guest_boots import Kernel, Missing, connected, kernel_of, write_init
from tests.guest_dumps import write_cpio
from tests.guest_kinds import KINDS, MACHINES
from tests.several.kinds import Several
from tests.unpacking import unpack

HERE = Path(__file__).resolve().parent
TIMEOUT = float(os.environ.get("TIMEOUT", "1800"))
DRIVERS = ("qemu_fw_cfg", "virtio_pci", "virtio_mmio", "virtio_console")
FIRMWARE = ("seabios/bios-256k.bin", "qemu/linuxboot_dma.bin", "qemu/kvmvapic.bin")
QEMU = Path("/usr/bin/qemu-system-x86_64")
MODULE = Path("/usr/lib/x86_64-linux-gnu/qemu/accel-tcg-x86_64.so")
LIBRARIES = ("/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/lib64")


def command_line(several: Several, second: bool) -> str:
    machine = MACHINES[KINDS[several.first].machine]
    words = [f"console={machine.console}", "panic=-1", "loglevel=4"]
    if machine.debian == "amd64":
        words.append("no_timer_check")  # QEMU fails the check on a busy machine
    if not second:
        words += [f"how={several.how}"]
        words += [f"crashkernel={several.reserved}M"] if several.reserved else []
    elif several.reserved:
        words += ["nr_cpus=1", "reset_devices"]
        words += ["irqpoll"] if machine.debian == "amd64" else []
    return " ".join(words)


def write_initramfs(
    several: Several, kernel: Kernel, second: Kernel, kexec: Path, out: Path
) -> None:
    """Write the initramfs of the first kernel, which contains everything of the second."""
    with tempfile.TemporaryDirectory(dir=out.parent) as made:
        inner, outer = Path(made) / "second", Path(made) / "first"
        for root, of in ((inner, second), (outer, kernel)):
            shutil.copytree(of.folder / "root", root, dirs_exist_ok=True)
            write_init(root, of.drivers, HERE / "init")
        (outer / "second").mkdir()
        shutil.copy(second.folder / "image", outer / "second/image")
        (outer / "second/command-line").write_text(command_line(several, second=True))
        with (outer / "second/initramfs").open("wb") as file:
            write_cpio(inner, file)
        if several.how.startswith("nest"):
            install(QEMU, outer / "usr/bin" / QEMU.name, outer, [Path(one) for one in LIBRARIES])
            install(
                MODULE, outer / str(MODULE).lstrip("/"), outer, [Path(one) for one in LIBRARIES]
            )
            for name in FIRMWARE:
                target = outer / "usr/share" / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(Path("/usr/share") / name, target)
        else:
            install(next(kexec.rglob("sbin/kexec")), outer / "kexec/sbin/kexec", outer, [kexec])
        with out.open("wb") as file:
            write_cpio(outer, file)


def boot(several: Several, kernel: Kernel, work: Path) -> None:
    """Boot the guest, and dump it into the folder when it is ready."""
    kind = KINDS[several.first]
    machine = MACHINES[kind.machine]
    arguments = [
        machine.emulator, *machine.options, "-cpu", kind.cpu or machine.cpu, "-accel", "tcg",
        "-smp", str(several.processors), "-m", f"{several.memory}M", "-nodefaults", "-nic", "none",
        "-display", "none", "-no-reboot", "-device", "vmcoreinfo",
        "-chardev", "file,id=console,path=console", *machine.console_device,
        "-qmp", "unix:qmp,server=on,wait=off", "-kernel", str(kernel.folder / "image"),
        "-initrd", "initramfs", "-append", command_line(several, second=False),
        "-device", "virtio-serial",
    ]  # fmt: skip
    for name in ("first", "second"):
        arguments += ["-chardev", f"file,id={name},path={name}.tar"]
        arguments += ["-device", f"virtserialport,chardev={name},name={name}"]
    with (work / "qemu").open("wb") as said:
        qemu = subprocess.Popen(arguments, cwd=work, stdout=said, stderr=said)
    try:
        monitor = connected(work / "qmp", qemu)
        end = time.monotonic() + TIMEOUT
        while "\nREADY" not in printed(work):
            if qemu.poll() is not None:
                raise RuntimeError("QEMU ended before the guest was ready")
            if time.monotonic() > end:
                raise RuntimeError(f"the guest was not ready in {TIMEOUT:.0f} seconds")
            time.sleep(0.3)
        time.sleep(2)
        monitor("stop")
        monitor("dump-guest-memory", protocol="file:vmcore.elf", paging=False, detach=False)
        monitor("quit")
        qemu.wait(60)
    finally:
        if qemu.poll() is None:
            qemu.kill()
            qemu.wait()


def printed(work: Path) -> str:
    return "\n" + (work / "console").read_text(errors="replace").replace("\r", "")


def make(folder: Path, several: Several) -> Path:
    """The folder of a dump, with facts from its kernels."""
    made = folder / several.name
    if (made / "facts.json").exists():
        return made
    kinds = [KINDS[several.first], KINDS[several.second]]
    machine = MACHINES[kinds[0].machine]
    for program in (machine.emulator, "readelf"):
        if not shutil.which(program):
            raise Missing(f"needs {program}, which is not here")
    first, second = (kernel_of(folder, kind, DRIVERS) for kind in kinds)
    kexec = kexec_of(folder, machine)
    work = Path(tempfile.mkdtemp(dir=folder / ".packages"))
    started = time.monotonic()
    try:
        write_initramfs(several, first, second, kexec, work / "initramfs")
        boot(several, first, work)
        told = dict(re.findall(r"SUM (first|second) (\w{64})", printed(work)))
        for name, wanted in told.items():
            data = (work / f"{name}.tar").read_bytes()
            if hashlib.sha256(data).hexdigest() != wanted:
                raise RuntimeError(f"what the {name} kernel told did not arrive as it was sent")
            with tarfile.open(work / f"{name}.tar") as archive:
                unpack(archive, work / name)
            (work / f"{name}.tar").unlink()
        facts = {
            "name": several.name,
            "how": several.how,
            "arch": kinds[0].machine,
            "packages": [first.package, second.package],
            "told": sorted(told),
            "memory": several.memory,
            "seconds": round(time.monotonic() - started),
        }
        (work / "facts.json").write_text(json.dumps(facts, indent=1) + "\n")
        for name in ("qmp", "qemu", "initramfs", "second.tar"):
            (work / name).unlink(missing_ok=True)
        shutil.rmtree(made, ignore_errors=True)
        work.rename(made)
        made.chmod(0o755)
        return made
    except (OSError, RuntimeError) as error:
        failed = folder / ".packages" / f"failed-{several.name}"
        shutil.rmtree(failed, ignore_errors=True)
        work.rename(failed)
        raise RuntimeError(f"{several.name}: {error}, see {failed}") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
