# SPDX-License-Identifier: MIT
"""Dumps in which a tool is to find an address by the note, and the table of what became of it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.command import Run
from tests.compat.real import altered, at_addresses, judged, shifts_of
from tests.dump.real import Guest, guest, name_of
from vmcoreinfo_codegen.dump.reader import find_note

NUMBERS = [f"NUMBER({name})" for name in ("TCR_EL1_T1SZ", "VA_BITS", "kimage_voffset")]
ALTERED: dict[str, list[list[str]]] = {
    "amd64": [[], ["SYMBOL(swapper_pg_dir)"], ["NUMBER(phys_base)"]],
    "arm64": [[], ["SYMBOL(swapper_pg_dir)"], *([key] for key in NUMBERS), NUMBERS[:2]],
}

Probe = Callable[[Path, str, str], subprocess.CompletedProcess[str]]
"""Reads a dump at a virtual address and at a physical one, in hexadecimal; fails where those differ."""


@dataclass(frozen=True)
class Place:
    """A dump of a guest, and where in it a tool is to read: the two addresses are of the same memory."""

    title: str
    dump: Path
    virtual: int
    physical: int


def _value(dump: Path, key: str, base: int) -> int:
    found = re.search(rb"^%s=(.+)$" % re.escape(key).encode(), find_note(str(dump)).text, re.M)
    assert found
    return int(found[1], base)


def places(source: Path, arch: str, folder: Path) -> Iterator[Place]:
    """Through QEMU's headers a name in the image is read.

    Where headers have the addresses of the image those need no tables, and a place in the
    linear map is read.
    """
    name = _value(source, "SYMBOL(init_uts_ns)", 16)
    if arch == "amd64":
        image = 0xFFFFFFFF80000000 - _value(source, "NUMBER(phys_base)", 10)
    else:
        image, linear = shifts_of(source)
        root = _value(source, "SYMBOL(mem_section)", 16)
    for without in ALTERED[arch]:
        title = f"without {' '.join(without)}" if without else "as it is"
        copy = altered(source, folder / "altered.elf", without)
        yield Place(title, copy, name, (name - image) % (1 << 64))
        if arch == "arm64":
            moved = at_addresses(copy, folder / "moved.elf", image)
            yield Place(f"{title}, with addresses", moved, root, (root - linear) % (1 << 64))


def check(
    run: Run,
    which: Guest,
    probes: Mapping[str, Probe],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each release of a tool, as `drgn@0.2.0`, does on each dump of a guest what is predicted."""
    rows: list[str] = []
    wrong: list[str] = []
    for place in places(guest(*which) / "with-device.elf", which[1], folder):
        for tool, probe in probes.items():
            bad = [n for n, p in judged(run, place.dump, tool).items() if p["verdict"] == "fatal"]
            ran = probe(place.dump, f"{place.virtual:x}", f"{place.physical:x}")
            last = (ran.stderr.strip().splitlines() or ["works"])[-1]
            rows.append(f"{tool} {place.title}: predicted {', '.join(bad) or 'to work'}; {last}")
            if (ran.returncode == 0) == bool(bad):
                wrong.append(rows[-1])
    with capsys.disabled():
        print(f"\n{name_of(which)}\n" + "\n".join(rows))
        print(f"{len(rows) - len(wrong)} of {len(rows)} cells agree")
    assert not wrong
    dumps = len(ALTERED[which[1]]) * (2 if which[1] == "arm64" else 1)
    assert len(rows) == len(probes) * dumps
