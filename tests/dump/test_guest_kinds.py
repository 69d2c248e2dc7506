# SPDX-License-Identifier: MIT
"""Guests of every architecture that QEMU boots, old and new kernels, with pages of every kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import drgn
import pytest

from tests.command import Run
from tests.compat.real import releases_of
from tests.dump.real import filtered, kind_of_guest
from tests.guest_boots import OFFLINE
from tests.guest_kinds import KINDS, MACHINES, PLAIN
from vmcoreinfo_codegen.dump.reader import find_note

pytestmark = pytest.mark.long

BOOTED = [
    "x86_64-5.10", "x86_64-6.12", "x86_64-7.3-5level", "x86_64-6.12-nokaslr", "arm64-7.3",
    "ppc64-6.12", "s390x-6.12", "riscv64-6.12",
]  # fmt: skip
"""One of each way to boot; tests/guest_boots.py has more."""
PLATFORMS = {
    "x86_64": drgn.Architecture.X86_64,
    "arm64": drgn.Architecture.AARCH64,
    "ppc64": drgn.Architecture.PPC64,
    "s390x": drgn.Architecture.S390X,
    "riscv64": drgn.Architecture.RISCV64,
}


@pytest.fixture(params=BOOTED)
def folder(request: pytest.FixtureRequest) -> Path:
    return kind_of_guest(request.param)


def facts(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "facts.json").read_text())
    return told


def dumps(folder: Path) -> list[Path]:
    return sorted(folder.glob("vmcore.*"))


def test_audit_against_all_that_is_known(run: Run, folder: Path) -> None:
    for dump in dumps(folder):
        ran = run(
            "audit", str(dump), "--btf", str(folder / "btf"),
            "--symbols", str(folder / "kallsyms"), "--config", str(folder / "config"),
            "--format", "json",
        )  # fmt: skip
        summary = ran.json("audit")["summary"]
        assert (ran.code, summary["error"], summary["warning"]) == (0, 0, 0), ran.out


def test_same_note_in_every_form(folder: Path) -> None:
    own = find_note(str(folder / "kcore-head")).text
    assert own.startswith(f"OSRELEASE={facts(folder)['kernel']}\n".encode())
    assert [find_note(str(dump)).text for dump in dumps(folder)] == [own] * len(dumps(folder))


def test_drgn_opens_it(run: Run, folder: Path) -> None:
    """As `compat` says; QEMU's kdump names no architecture, which drgn asks for."""
    dump = folder / "vmcore.elf"
    found = run("compat", str(dump), "--consumer", "drgn@0.2.0", "--format", "json").json("compat")
    # That it opens says nothing of page tables, which older releases can't walk on every architecture.
    reads = {purpose["purpose"]: purpose["verdict"] for purpose in found["purposes"]}
    assert reads["open the dump"] in ("ok", "unknown")
    program = drgn.Program()
    program.set_core_dump(str(dump))
    assert program["VMCOREINFO"].string_() == find_note(str(dump)).text
    platform = program.platform
    assert platform is not None
    assert platform.arch == PLATFORMS[facts(folder)["arch"]]
    assert bool(platform.flags & drgn.PlatformFlags.IS_LITTLE_ENDIAN) == (
        facts(folder)["arch"] != "s390x"
    )


def test_has_the_pages_that_were_asked_for(folder: Path) -> None:
    told = facts(folder)
    assert set(told["has"]) >= {"user", "cache", "slab", "free"}
    kind = KINDS[told["name"]]
    if kind.pages != PLAIN:
        assert told["pages"]["offline"] == OFFLINE // told["page_size"]
        # A processor without large pages, as the z of QEMU 7.2 in software, has neither.
        assert {"hugetlb", "thp"} <= set(told["has"]) or told["arch"] == "s390x"
    for option in kind.options:
        assert option != "nokaslr" or option in told["boot"]
    if kind.moved:
        assert "kaslr" in told["boot"]


# The newest release of Debian's is right on these. On riscv64 it reads no large page of the kernel's, on
# ppc64 no page of 4 KiB, and 7.x of arm64 it refuses.
FILTERED = ["x86_64-5.10", "x86_64-6.12-nokaslr", "s390x-6.12"]
NAMES = {
    "Non-private cache pages": "cache", "Private cache pages": "cache_private",
    "Offline pages": "offline",
}  # fmt: skip


@pytest.mark.parametrize("name", FILTERED)
def test_makedumpfile_counts_what_the_kernel_counted(name: str, tmp_path: Path) -> None:
    """The kernel's word is a moment older than the dump, and leaves out what is free with a processor."""
    guest = kind_of_guest(name)
    told = facts(guest)
    releases = releases_of("makedumpfile", MACHINES[told["arch"]].debian)
    newest = max(releases, key=lambda release: [int(part) for part in release.split(".")])
    counts = filtered(guest / "vmcore.elf", tmp_path, tool=releases[newest])
    pages = {**dict.fromkeys(NAMES.values(), 0), "hugetlb": 0, **told["pages"]}
    for counter, flag in NAMES.items():
        assert abs(counts[counter] - pages[flag]) <= 100, counter
    assert abs(counts["User process data pages"] - pages["anon"] - pages["hugetlb"]) <= 300
    assert -100 <= counts["Free pages"] - pages["buddy"] <= pages["buddy"] // 6
