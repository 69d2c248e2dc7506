# SPDX-License-Identifier: MIT
"""What the stand-ins make of values that are bad, of no meaning, or in another base."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.examples.stand_ins import output, values

# Each needs the stand-ins built.
pytestmark = pytest.mark.long

SOUND = "OSRELEASE=6.1.115\nPAGESIZE=4096\nSYMBOL(swapper_pg_dir)=ffffffff82e10000\n"


def test_only_keys_that_are_used_are_failed_on(built: Path, tmp_path: Path) -> None:
    """Lines of no use for the tool cost nothing; one that it reads and can't is its error, by name."""
    note = tmp_path / "note"
    note.write_text(f"{SOUND}no line\nSIZE(dentry)=zz\nNUMBER(PG_lru)=\x80\nSIZE(of_nobody)=zz\n")
    for tool, name in (("makedumpfile", "PAGESIZE"), ("drgn", "PAGE_SIZE")):
        assert values(output(built / tool, note, "x86_64"))[name] == "4096"
    for tool, line in (
        ("makedumpfile", "SIZE(page)=zz"),
        ("makedumpfile", "SYMBOL(mem_map)=10000000000000000"),
        ("drgn", "NUMBER(VA_BITS)=99999999999999999999"),
        ("drgn", "KERNELOFFSET=zz"),
    ):
        note.write_text(f"{SOUND}{line}\n")
        ran = subprocess.run(
            [built / tool, note, "x86_64"], capture_output=True, text=True, check=False
        )
        assert (ran.returncode, ran.stdout) == (1, "")
        assert line.partition("=")[0] in ran.stderr


@pytest.mark.parametrize("header", ["1400000003000000474e5500", "0000001400000003474e5500"])
def test_a_build_id_of_no_meaning_is_none(built: Path, tmp_path: Path, header: str) -> None:
    """It is known by its bytes, of either byte order, also where the release tells nothing."""
    note = tmp_path / "note"
    for release in ("6.1.115", "6.1.0-56-amd64"):
        for build_id, is_there in ((f"{header}87a3b1d49c0e5f62", False), ("87a3b1d4" * 5, True)):
            note.write_text(f"{SOUND.replace('6.1.115', release)}BUILD-ID={build_id}\n")
            fetched = values(output(built / "drgn", note, "x86_64"))
            assert fetched["UTS_RELEASE"] == release
            assert fetched.get("build_id") == (build_id if is_there else None)


def test_numbers_of_another_base(built: Path, tmp_path: Path) -> None:
    """As drgn and makedumpfile read them: 0x is hexadecimal, and without it such a key is decimal."""
    note = tmp_path / "note"
    note.write_text(f"{SOUND}NUMBER(kimage_voffset)=1000\nSIZE(page)=0x40\n")
    assert values(output(built / "drgn", note, "arm64"))["kimage_voffset"] == hex(1000)
    read = values(output(built / "makedumpfile", note, "arm64"))
    assert (read["NUMBER(kimage_voffset)"], read["SIZE(page)"]) == (hex(1000), "64")
