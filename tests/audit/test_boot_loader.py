# SPDX-License-Identifier: MIT
"""Notes that a boot loader writes, for a kernel whose own could not be had: MediaTek's little kernel prints
six or seven lines, without OSRELEASE, and the register of TCR_EL1 in decimal (lib/mrdump of its sources)."""

from __future__ import annotations

from pathlib import Path

import pytest

from vmcoreinfo_codegen.cli.main import main

LINES = """\
PAGESIZE=4096
NUMBER(kimage_voffset)=0xffffffdf94000000
SYMBOL(_stext)=0xffffffdfd4010000
NUMBER(VA_BITS)=39
NUMBER(PHYS_OFFSET)=0x40000000
NUMBER(TCR_EL1_T1SZ)={field}
NUMBER(KERNELPACMASK)=0x7f8000000000
"""


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "boot-loader.note"
    path.write_text(LINES.format(field=25))
    return path


def test_what_it_writes_is_read(note: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", str(note), "va_bits", "--arch", "arm64"]) == 0
    assert capsys.readouterr().out.split()[-3:] == ["39", "bits", "tcr_el1_t1sz"]


def test_what_it_prints_otherwise_is_a_warning(
    note: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", str(note), "--arch", "arm64"]) == 1
    told = capsys.readouterr().out
    assert "0 errors, 3 warnings" in told
    # Readers that take a number in the kernel's form alone fail on these two.
    assert told.count("VMCA014") == 2


def test_a_width_that_is_not_the_configured_one(
    note: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note.write_text(LINES.format(field="0x25"))
    assert main(["audit", str(note), "--arch", "arm64"]) == 1
    assert "0x25 gives 27-bit addresses, but NUMBER(VA_BITS) is 39" in capsys.readouterr().out
