# SPDX-License-Identifier: MIT
"""DWARF through drgn answers what BTF answers, of an object that gcc made."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.command import Run
from vmcoreinfo_codegen.debuginfo.dwarf import Dwarf
from vmcoreinfo_codegen.debuginfo.problem import DebugInfoError

SOURCE = """
typedef struct { unsigned long bits[16]; } nodemask_t;
struct list_head { struct list_head *next, *prev; };
enum pageflags { PG_locked, PG_lru = 5, PG_negative = -3 };
struct page {
	unsigned long flags;
	union {
		struct { struct list_head lru; void *mapping; };
		struct { unsigned long private; unsigned int order : 8; } other;
	};
	int counts[7];
};
struct opaque;
struct page one;
nodemask_t mask;
struct opaque *pointer;
enum pageflags flag;
const char banner[] = "Linux version 6.12.0-test (build@host)";
"""


@pytest.fixture(scope="module")
def vmlinux(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dwarf")
    (folder / "kernel.c").write_text(SOURCE)
    out = folder / "vmlinux"
    subprocess.run(
        [
            "gcc",
            "-g",
            "-nostdlib",
            "-static",
            "-Wl,--build-id,-e,0",
            "-o",
            out,
            folder / "kernel.c",
        ],
        check=True,
        capture_output=True,
    )
    return out


def test_types(vmlinux: Path) -> None:
    types = Dwarf(str(vmlinux))
    types.load(["page"])
    assert types.sizes("page") == {64}
    assert types.sizes("nodemask_t") == {128}
    assert types.sizes("list_head") == {16}
    assert types.sizes("opaque") == types.sizes("absent") == set()
    assert types.offsets("page", "lru") == {8}
    assert types.offsets("page", "mapping") == {24}
    assert types.offsets("page", "other.private") == {8}
    assert types.offsets("page", "lru.prev") == {16}
    assert types.offsets("page", "absent") == types.offsets("absent", "lru") == set()
    assert types.lengths("page", "counts") == {7}
    assert types.lengths("nodemask_t", "bits") == {16}
    assert types.lengths("page", "flags") == set()
    assert types.enumerators(["PG_lru", "PG_negative", "absent"]) == {
        "PG_lru": 5,
        "PG_negative": -3,
    }


def test_audit_with_a_vmlinux_without_btf(run: Run, vmlinux: Path, tmp_path: Path) -> None:
    note = tmp_path / "note"
    note.write_bytes(b"OSRELEASE=6.12.0\nSIZE(page)=56\nOFFSET(page.lru)=8\nNUMBER(PG_lru)=4\n")
    ran = run("audit", str(note), "--arch", "x86_64", "--vmlinux", str(vmlinux), "--format", "json")
    (one,) = ran.json("audit")["inputs"]
    found = {(f["rule"], f["key"]) for f in one["findings"]} & {
        ("VMCA041", "SIZE(page)"),
        ("VMCA041", "NUMBER(PG_lru)"),
        ("VMCA041", "OFFSET(page.lru)"),
        ("VMCA040", "OSRELEASE"),
    }
    assert found == {
        ("VMCA041", "SIZE(page)"), ("VMCA041", "NUMBER(PG_lru)"), ("VMCA040", "OSRELEASE"),
    }  # fmt: skip
    assert one["compared_types"] == 3


def test_no_debug_information(tmp_path: Path) -> None:
    path = tmp_path / "vmlinux"
    path.write_bytes(b"no ELF at all")
    with pytest.raises(DebugInfoError, match="neither BTF nor DWARF"):
        Dwarf(str(path))
