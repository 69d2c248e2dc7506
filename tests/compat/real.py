# SPDX-License-Identifier: MIT
"""The tools of all Debian suites, and dumps for them with altered notes."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import vmcoreinfo
from tests.command import Run
from tests.dump.real import CACHE, prepared
from vmcoreinfo_codegen.dump import elf
from vmcoreinfo_codegen.dump.attach import attach
from vmcoreinfo_codegen.dump.reader import find_note


def releases_of(tool: str, arch: str = "amd64") -> dict[str, Path]:
    """The command of each release in a suite; skips if none is available."""
    folder = CACHE / ("consumer-tools" if arch == "amd64" else f"consumer-tools-{arch}")
    prepared("consumer-tools", folder, arch)
    found = {path.name.partition("-")[2]: path for path in sorted(folder.glob(f"{tool}-*"))}
    if not found:
        pytest.skip(f"no suite has {tool} for {arch}")
    return found


def release_of(tool: str, release: str, arch: str = "amd64") -> Path:
    """The command of one release.

    Skips if no Debian suite has it any more; under CI=true `tests/skips.py` turns that into a
    failure, so that the test gets another release.
    """
    found = releases_of(tool, arch).get(release)
    if found is None:
        pytest.skip(f"no suite has {tool} {release} for {arch}")
    return found


def vmlinux(release: str) -> Path:
    """A Debian kernel with its debug information; skips if it is not available."""
    folder = CACHE / "kernel-debug"
    prepared("kernel-debug", folder, release)
    return folder / f"vmlinux-{release}"


def judged(run: Run, dump: Path, consumer: str, *options: str) -> dict[str, dict[str, Any]]:
    """What `compat` works out for each purpose of a tool on a dump."""
    command = ("compat", str(dump), "--consumer", consumer, *options, "--format", "json")
    found = run(*command).json("compat")
    verdicts = worked_out(found)
    return {p["purpose"]: {**p, "verdict": verdicts[p["purpose"]]} for p in found["purposes"]}


def worked_out(found: dict[str, Any]) -> dict[str, str]:
    """The verdicts by the schema in an answer of `compat`, even if the verdict is unknown."""
    return {p["purpose"]: p["worked_out"] or p["verdict"] for p in found["purposes"]}


def altered(dump: Path, out: Path, without: Iterable[str] = ()) -> Path:
    """A copy of a dump with its note where every tool looks for it, and without some entries."""
    gone = {key.encode() for key in without}
    lines = find_note(str(dump)).text.splitlines(keepends=True)
    kept = [line for line in lines if line.partition(b"=")[0] not in gone]
    assert len(lines) - len(kept) == len(gone), f"{dump.name} has not all of {gone}"
    out.unlink(missing_ok=True)
    attach(b"".join(kept), str(dump), str(out))
    return out


def renamed(dump: Path, out: Path, key: str) -> Path:
    """A copy of a kdump in which all occurrences of a key are replaced by another of the same
    length.
    """
    old = f"{key}=".encode()
    new = old.replace(b"(", b"(x").replace(old[-3:], b")=")
    data = dump.read_bytes()
    assert old in data and len(new) == len(old) and new not in data
    out.write_bytes(data.replace(old, new))
    return out


def at_addresses(dump: Path, out: Path, shift: int) -> Path:
    """A copy in which the virtual address of each segment is the physical one plus `shift`."""
    shutil.copyfile(dump, out)
    with out.open("r+b") as file:
        header = struct.unpack("<16sHHIQQQIHHHHHH", file.read(64))
        start, size, count = header[5], header[9], header[10]
        for place in range(start, start + size * count, size):
            file.seek(place)
            kind, _, _, _, physical = struct.unpack("<IIQQQ", file.read(32))
            if kind == elf.PT_LOAD:
                file.seek(place + 16)
                file.write(struct.pack("<Q", (physical + shift) % (1 << 64)))
    assert (find_note(str(out)).highest or 0) >> 63
    return out


def shifts_of(dump: Path) -> tuple[int, int]:
    """The distances from physical to virtual addresses in an arm64 kernel's image and linear map.

    PHYS_OFFSET is for a linear map as wide as the kernel was built for, whatever the CPU supports.
    """
    info = vmcoreinfo.parse(find_note(str(dump)).text)
    image, offset, width = (
        info[f"NUMBER({name})"] for name in ("kimage_voffset", "PHYS_OFFSET", "VA_BITS")
    )
    assert isinstance(image, int) and isinstance(offset, int) and isinstance(width, int)
    return image, -(1 << width) - offset
