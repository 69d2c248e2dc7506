#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Boot Debian kernels in QEMU with TCG, let them fill their memory, and dump them.

    tests/guest_boots.py FOLDER NAME...

The names are those of tests/guest_kinds.py. Each becomes FOLDER/NAME:

    vmcore.elf      dump-guest-memory, with the note attached: QEMU's, or the one in /proc/kcore
    vmcore.kdump    the same in format kdump-zlib, reassembled, if QEMU makes it with the note
    release         uname -r
    kallsyms btf config kcore-head meminfo tasks
    kpageflags      the kernel's flags of each page, eight bytes per page, at about the same moment
    console         the console output
    facts.json      how it was booted, what is in its memory, how many pages have which flag

Existing files in the folder are not made again. FOLDER/.packages has the files from Debian's
mirrors. It needs QEMU for the machine and apt, but not root. TIMEOUT is the limit of one boot in
seconds, by default 600. Exits with 2 if something that it needs is missing.
"""

from __future__ import annotations

import json
import lzma
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from tests.guest_dumps import Monitor, write_cpio  # noqa: E402
from tests.guest_facts import facts_of, has_note, text_of  # noqa: E402
from tests.guest_forms import put_together, to_little_endian  # noqa: E402
from tests.guest_kinds import KINDS, MACHINES, SUITES, Kind, Machine  # noqa: E402
from vmcoreinfo_codegen.dump.attach import attach  # noqa: E402

TIMEOUT = float(os.environ.get("TIMEOUT", "600"))
OFFLINE = 16 << 20  # bytes that the balloon takes
DRIVERS = ("qemu_fw_cfg", "virtio_pci", "virtio_ccw", "virtio_mmio", "virtio_console", "virtio_blk")
LATE = ("virtio_balloon",)  # takes its pages when loaded
SENT = ("release", "kallsyms", "btf", "kcore-head", "meminfo", "tasks", "kpageflags")


class Missing(Exception):
    """Something is not available."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """A folder with the image, its configuration, and the contents of its initramfs besides
    init.
    """

    folder: Path

    @property
    def package(self) -> str:
        return (self.folder / "package").read_text().strip()

    @property
    def drivers(self) -> str:
        """The beginning of init: which drivers to load."""
        return (self.folder / "drivers").read_text()

    def write_initramfs(self, out: Path) -> None:
        write_init(self.folder / "root", self.drivers, HERE / "guest-fill", HERE / "guest-init")
        with out.open("wb") as file:
            write_cpio(self.folder / "root", file)


def write_init(root: Path, drivers: str, *parts: Path) -> None:
    init = root / "init"
    init.write_text("#!/bin/busybox sh\n" + drivers + "".join(part.read_text() for part in parts))
    init.chmod(0o755)


def unpacked(folder: Path, machine: Machine, pattern: str) -> tuple[str, Path]:
    """A package's name, and the folder with its contents."""
    packages = folder / ".packages"
    packages.mkdir(parents=True, exist_ok=True)
    target = Path(tempfile.mkdtemp(dir=packages))
    apt = packages / f"apt-{machine.debian}"
    ran = subprocess.run(
        [HERE / "debian-unpack", target, machine.debian, apt, pattern, *SUITES],
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        shutil.rmtree(target)
        raise Missing(ran.stderr.strip().splitlines()[-1])
    return ran.stdout.strip(), target


def drivers_in(root: Path, target: Path, wanted: tuple[str, ...]) -> list[str]:
    """Copy drivers into a folder for insmod; returns their names, each after those it needs.

    A driver that is not in the package is built in, or missing in the guest.
    """
    files = {p.name.partition(".ko")[0].replace("-", "_"): p for p in root.rglob("*.ko*")}
    order: list[str] = []

    def add(name: str) -> None:
        if name in order or name not in files:
            return
        data = files[name].read_bytes()
        data = lzma.decompress(data) if files[name].suffix == ".xz" else data
        needs = re.search(rb"\0depends=([^\0]*)\0", data)
        for need in needs[1].decode().split(",") if needs else ():
            add(need.replace("-", "_"))
        (target / f"{name}.ko").write_bytes(data)
        order.append(name)

    for name in wanted:
        add(name)
    return order


def kernel_of(folder: Path, kind: Kind, drivers: tuple[str, ...] = DRIVERS) -> Kernel:
    """The newest kernel that matches the pattern; kept for the next guest with the same drivers."""
    machine = MACHINES[kind.machine]
    kept = folder / ".packages" / f"{kind.image}-{machine.debian}".replace("*", "_")
    if (kept / "package").exists():
        return Kernel(kept)
    package, files = unpacked(folder, machine, kind.image)
    _, tools = unpacked(folder, machine, "busybox-static")
    shutil.rmtree(kept, ignore_errors=True)
    root = kept / "root"
    for name in ("bin", "dev", "proc", "sys", "tmp", "drivers"):
        (root / name).mkdir(parents=True)
    shutil.copy(next(tools.rglob("bin/busybox")), root / "bin/busybox")
    order = drivers_in(files, root / "drivers", drivers)
    late = drivers_in(files, root / "drivers", LATE)
    late = [name for name in late if name not in order]
    (kept / "drivers").write_text(f'order="{" ".join(order)}"\nlate="{" ".join(late)}"\n')
    # The mirror no longer has modules and configuration of some kernels; their guests do without.
    # They are in boot/ with the release after the name; since 7.3 in the modules' folder without
    # it.
    for name, target in (("vmlinu[xz]", "image"), ("config", "config")):
        found = [*files.glob(f"boot/{name}-*"), *files.glob(f"usr/lib/modules/*/{name}")]
        if found:
            shutil.copy(found[0], kept / target)
    if not (kept / "image").exists():
        raise Missing(f"{package} has no image")
    (kept / "package").write_text(package + "\n")
    shutil.rmtree(files)
    shutil.rmtree(tools)
    return Kernel(kept)


def boot(kind: Kind, kernel: Kernel, work: Path) -> None:
    """Boot the guest, and dump it into the folder when it is ready."""
    machine = MACHINES[kind.machine]
    rams = {"arm64": 0x40000000, "riscv64": 0x80000000}
    given = ["pages=" + ",".join(kind.pages), f"ram={rams.get(kind.machine, 0)}", *kind.options]
    if kind.machine == "x86_64":
        given.append("no_timer_check")  # QEMU fails the check on a busy machine
    arguments = [
        machine.emulator, *machine.options, "-cpu", kind.cpu or machine.cpu, "-accel", "tcg",
        "-m", f"{machine.memory}M", "-nodefaults", "-nic", "none", "-display", "none", "-no-reboot",
        "-chardev", "file,id=console,path=console", *machine.console_device,
        "-qmp", "unix:qmp,server=on,wait=off", "-kernel", str(kernel.folder / "image"),
        "-initrd", "initramfs",
        "-append", f"console={machine.console} panic=-1 loglevel=4 {' '.join(given)}",
        "-device", "virtio-serial",
        "-drive", "if=none,id=disk,format=raw,file=disk",
        "-device", "virtio-blk,drive=disk",
    ]  # fmt: skip
    for name in SENT:
        arguments += ["-chardev", f"file,id={name},path={name}"]
        arguments += ["-device", f"virtserialport,chardev={name},name={name}"]
    if machine.has_device:
        arguments += ["-device", "vmcoreinfo"]
    if "offline" in kind.pages:
        arguments += ["-device", "virtio-balloon,id=balloon"]
    kernel.write_initramfs(work / "initramfs")
    shutil.copy(work / "initramfs", work / "disk")
    with (work / "qemu").open("wb") as said:
        qemu = subprocess.Popen(arguments, cwd=work, stdout=said, stderr=said)
    try:
        monitor = connected(work / "qmp", qemu)
        if "offline" in kind.pages:
            monitor("balloon", value=(machine.memory << 20) - OFFLINE)
        _until(lambda: "\nREADY" in _printed(work), qemu, TIMEOUT)
        monitor("stop")
        dump = {"paging": False, "detach": False}
        monitor("dump-guest-memory", protocol="file:vmcore.elf", **dump)
        try:
            monitor(
                "dump-guest-memory", protocol="file:vmcore.flattened", format="kdump-zlib", **dump
            )
        except RuntimeError:
            (work / "vmcore.flattened").unlink(missing_ok=True)
        monitor("quit")
        qemu.wait(60)
    finally:
        if qemu.poll() is None:
            qemu.kill()
            qemu.wait()


def connected(path: Path, qemu: subprocess.Popen[bytes]) -> Monitor:
    """The monitor, once QEMU listens."""
    end = time.monotonic() + 60
    while qemu.poll() is None and time.monotonic() < end:
        try:
            return Monitor(str(path), TIMEOUT)
        except OSError:
            time.sleep(0.3)
    raise RuntimeError("QEMU does not listen")


def _until(condition: Callable[[], bool], qemu: subprocess.Popen[bytes], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if qemu.poll() is not None:
            raise RuntimeError("QEMU ended before the guest was ready")
        if time.monotonic() > end:
            raise RuntimeError(f"the guest was not ready in {seconds:.0f} seconds")
        time.sleep(0.3)


def _printed(work: Path) -> str:
    return (work / "console").read_text(errors="replace").replace("\r", "")


def finish(kind: Kind, work: Path) -> None:
    """Check that all files arrived unchanged, and make sure that the dump has the note."""
    sums = dict(
        reversed(found)
        for found in re.findall(r"SUM (\w{64})  (\S+)$", _printed(work), re.MULTILINE)
    )
    for name, told in sums.items():
        ran = subprocess.run(["sha256sum", work / name], capture_output=True, text=True, check=True)
        if ran.stdout.split()[0] != told:
            raise RuntimeError(f"{name} did not arrive as it was sent")
    if missing := {"release", "kallsyms", "kcore-head", "meminfo"} - sums.keys():
        raise RuntimeError(f"the guest did not send {', '.join(sorted(missing))}")
    for name in SENT:
        if (work / name).exists() and not (work / name).stat().st_size:
            (work / name).unlink()
    dump, bare = work / "vmcore.elf", work / "bare.elf"
    dump.rename(bare)
    # QEMU 7.2's own header claims a size of eight bytes, which makedumpfile's libelf uses.
    attach(text_of(bare if has_note(bare) else work / "kcore-head"), str(bare), str(dump))
    bare.unlink()
    if kind.machine == "ppc64":
        to_little_endian(dump)
    flattened = work / "vmcore.flattened"
    if flattened.exists():
        put_together(flattened, work / "vmcore.kdump")
        flattened.unlink()
    if (work / "vmcore.kdump").exists() and not has_note(work / "vmcore.kdump"):
        (work / "vmcore.kdump").unlink()
    subprocess.run(["fallocate", "--dig-holes", dump], check=False)


def make(folder: Path, kind: Kind) -> None:
    made = folder / kind.name
    if (made / "facts.json").exists():
        return
    machine = MACHINES[kind.machine]
    if not shutil.which(machine.emulator):
        raise Missing(f"needs {machine.emulator}, which is not here")
    kernel = kernel_of(folder, kind)
    started = time.monotonic()
    for _ in range(6):
        work = Path(tempfile.mkdtemp(dir=folder / ".packages"))
        try:
            boot(kind, kernel, work)
            finish(kind, work)
            facts = facts_of(kind, kernel.package, work)
            if kind.moved and "kaslr" not in facts["boot"]:
                continue
            if (kernel.folder / "config").exists():
                shutil.copy(kernel.folder / "config", work / "config")
            for name in ("qmp", "qemu", "disk", "initramfs"):
                (work / name).unlink(missing_ok=True)
            facts["seconds"] = round(time.monotonic() - started)
            (work / "facts.json").write_text(json.dumps(facts, indent=1) + "\n")
            shutil.rmtree(made, ignore_errors=True)
            work.chmod(0o755)
            for file in work.iterdir():
                file.chmod(0o644)
            work.rename(made)
            return
        except (OSError, RuntimeError) as error:
            shutil.rmtree(folder / ".packages" / f"failed-{kind.name}", ignore_errors=True)
            work.rename(folder / ".packages" / f"failed-{kind.name}")
            raise RuntimeError(f"{kind.name}: {error}, see .packages/failed-{kind.name}") from error
        finally:
            shutil.rmtree(work, ignore_errors=True)
    raise RuntimeError(f"{kind.name}: KASLR did not move the kernel")


def main(folder: str, *names: str) -> int:
    code = 0
    for name in names:
        try:
            make(Path(folder).resolve(), KINDS[name])
        except Missing as error:
            print(f"guest_boots: {name}: {error}", file=sys.stderr)
            code = max(code, 2)
        except RuntimeError as error:
            print(f"guest_boots: {error}", file=sys.stderr)
            code = 1
    return code


if __name__ == "__main__":
    if len(sys.argv) < 3 or not KINDS.keys() >= set(sys.argv[2:]):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that QEMU is ended too
    sys.exit(main(*sys.argv[1:]))
