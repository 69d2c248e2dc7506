# SPDX-License-Identifier: MIT
"""The rescue, generated and built; and what `adapt` says, with which it is to agree."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import vmcoreinfo
from tests.dump.make import elf
from vmcoreinfo_codegen.cli.main import main
from vmcoreinfo_codegen.compat import notes
from vmcoreinfo_codegen.compat.adapt import Adapted, adapt, overlay
from vmcoreinfo_codegen.compat.judge import Scope
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.dump.reader import find_note
from vmcoreinfo_codegen.model import Schema

MACHINES = {
    # ELF machine, an address of the kernel, compiler, emulator
    "x86_64": (62, 0xFFFFFFFF81000000, "cc", None),
    "arm64": (183, 0xFFFF800080000000, "aarch64-linux-gnu-gcc", "qemu-aarch64-static"),
    "riscv64": (243, 0xFFFFFFFF80000000, "riscv64-linux-gnu-gcc", "qemu-riscv64-static"),
    "ppc64": (21, 0xC000000000000000, "powerpc64le-linux-gnu-gcc", "qemu-ppc64le-static"),
    "s390x": (22, 0, "s390x-linux-gnu-gcc", "qemu-s390x-static"),
}
STRICT = "-Os -Wall -Wextra -Wconversion -Werror"


@dataclass(frozen=True)
class Rescue:
    """A program that was built, and what starts it on this machine."""

    command: tuple[str, ...]

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
        words = [*self.command, *map(str, arguments)]
        return subprocess.run(words, capture_output=True, timeout=60)


Built = Callable[[str, str], Rescue]
"""A program for an architecture and a release of makedumpfile, for all kernels."""


def vmcore(folder: Path, arch: str, text: bytes) -> Path:
    """What the kernel exports in /proc/vmcore, with the note alone."""
    machine, address, *_ = MACHINES[arch]
    path = folder / "vmcore"
    order = ">" if arch == "s390x" else "<"
    path.write_bytes(elf(text, machine=machine, order=order, virtual=address))
    return path


def generated(folder: Path, release: str, kernels: str, *options: str) -> Path:
    """The sources, in a folder of their own."""
    out = folder / f"{release}-{kernels}"
    words = ["--for", f"makedumpfile@{release}", "--kernel", kernels, *options]
    assert main(["generate", "rescue", *words, "--out", str(out)]) == 0
    return out


def built(
    sources: Path,
    compiler: str = "cc",
    emulator: str | None = None,
    flags: str = STRICT,
    most: int = 100_000,
) -> Rescue:
    """The program, by its own Makefile; skips by the name of what is not here."""
    for needed in filter(None, (compiler, emulator, "make")):
        if shutil.which(needed) is None:
            pytest.skip(f"{needed} is not here; tests/setup installs it")
    done = subprocess.run(
        ["make", "-B", f"CC={compiler}", f"CFLAGS={flags}"],
        cwd=sources, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    program = sources / "vmcoreinfo-rescue"
    assert program.stat().st_size < most
    return Rescue((*([emulator] if emulator else []), str(program)))


def by_level(schema: Schema, path: Path, release: str, level: int) -> tuple[int, Adapted] | None:
    """The highest level that stays right, of those that leave out no more, and the note for it.

    None where there is none, and of a vendor's kernel that has a base of its own.
    """
    found = find_note(str(path), None)
    info = vmcoreinfo.parse(found.text)
    kernel, exports = notes.exports_of(schema, found, info, None, None)
    if kernel.line is not None and kernel.line.line.base is not None:
        return None
    consumer = next(one for one in kernel.schema.consumers if one.name == "makedumpfile")
    of = (kernel.schema, consumer, ToolRelease.parse(release), info, exports)
    made = adapt(*of, Scope("filter", level))
    if made.level is None:
        return None
    return made.level, adapt(*of, Scope("filter", made.level)) if made.refused else made


def texts(schema: Schema, path: Path, release: str, level: int) -> dict[str, bytes | None]:
    """What the program is to print by each option; None where it has nothing to say."""
    chosen = by_level(schema, path, release, level)
    if chosen is None:
        return dict.fromkeys(("--level", "--text", "--note"))
    lower, made = chosen
    info = vmcoreinfo.parse(find_note(str(path), None).text)
    is_changed = bool(made.written or made.dropped)
    return {
        "--level": f"{lower}\n".encode() if lower != level else None,
        "--text": overlay(made, info)
        if is_changed and not made.dropped and not made.changed
        else None,
        "--note": made.text if is_changed else None,
    }


def says(rescue: Rescue, path: Path, level: int) -> dict[str, bytes | None]:
    """What it prints by each option, for a kernel of whatever vendor; None where it exits with 1."""
    said: dict[str, bytes | None] = {}
    for option in ("--level", "--text", "--note"):
        done = rescue.run("--any-build", option, str(level), path)
        assert done.returncode in (0, 1), done.stderr
        assert done.returncode == 0 or not done.stdout
        said[option] = done.stdout if done.returncode == 0 else None
    return said
