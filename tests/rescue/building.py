# SPDX-License-Identifier: MIT
"""Generates and builds the rescue, and gets the answers of `adapt`, with which it has to agree."""

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
    """A program that was built, and the command that runs it on this machine."""

    command: tuple[str, ...]

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
        words = [*self.command, *map(str, arguments)]
        return subprocess.run(words, capture_output=True, timeout=60)


Built = Callable[[str, str], Rescue]
"""A program for an architecture and a release of makedumpfile, for all kernels."""


def vmcore(folder: Path, arch: str, text: bytes) -> Path:
    """A file like /proc/vmcore with only the note."""
    machine, address, *_ = MACHINES[arch]
    path = folder / "vmcore"
    order = ">" if arch == "s390x" else "<"
    path.write_bytes(elf(text, machine=machine, order=order, virtual=address))
    return path


def generated(folder: Path, release: str, kernels: str, *options: str) -> Path:
    """The generated sources, in their own folder."""
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
    """The program, built by its own Makefile; skips if a program for that is missing."""
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


def by_level(
    schema: Schema, path: Path, release: str, level: int, is_exact: bool
) -> tuple[int, Adapted] | None:
    """The highest level up to `level` that is right, and the note for it.

    None if there is none, or for a vendor's kernel with its own base.
    """
    found = find_note(str(path), None)
    info = vmcoreinfo.parse(found.text)
    kernel, exports = notes.exports_of(schema, found, info, None, None)
    if kernel.line is not None and kernel.line.line.base is not None:
        return None
    consumer = next(one for one in kernel.schema.consumers if one.name == "makedumpfile")
    of = (kernel.schema, consumer, ToolRelease.parse(release), info, exports)
    made = adapt(*of, Scope("filter", level))
    chosen = made.exact if is_exact and made.exact is not None else made.level
    if chosen is None:
        return None
    return chosen, adapt(*of, Scope("filter", chosen)) if chosen != level else made


def texts(
    schema: Schema, path: Path, release: str, level: int, is_exact: bool
) -> dict[str, bytes | None]:
    """The expected output of the program for each option; None if it prints nothing."""
    chosen = by_level(schema, path, release, level, is_exact)
    if chosen is None:
        return dict.fromkeys(("--level", "--text", "--note"))
    lower, made = chosen
    info = vmcoreinfo.parse(find_note(str(path), None).text)
    is_changed = bool(made.written or made.dropped)
    is_whole = bool(made.dropped or made.changed)
    return {
        "--level": f"{lower}\n".encode() if lower != level else None,
        "--text": overlay(made, info) if is_changed and not is_whole else None,
        "--note": made.text if is_changed else None,
    }


def says(rescue: Rescue, path: Path, level: int, is_exact: bool) -> dict[str, bytes | None]:
    """The output for each option, for a kernel of any vendor; None if it exits with 1."""
    wishes = ["--any-build", *(["--exact"] if is_exact else [])]
    said: dict[str, bytes | None] = {}
    for option in ("--level", "--text", "--note"):
        done = rescue.run(*wishes, option, str(level), path)
        assert done.returncode in (0, 1), done.stderr
        assert done.returncode == 0 or not done.stdout
        said[option] = done.stdout if done.returncode == 0 else None
    return said


def check_agreement(
    schema: Schema, rescue: Rescue, path: Path, release: str, level: int, is_exact: bool = False
) -> None:
    """Check that the program and `adapt` agree on a vmcore."""
    told = texts(schema, path, release, level, is_exact)
    assert says(rescue, path, level, is_exact) == told, f"{release}, level {level}, {is_exact}"
