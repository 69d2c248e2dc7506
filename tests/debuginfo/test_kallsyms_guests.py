# SPDX-License-Identifier: MIT
"""kallsyms out of the memory of guests, compared with what they say of themselves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.debuginfo.memory import find_kallsyms
from tests.dump.real import GUESTS, Guest, guest, kind_of_guest, name_of
from tests.dump.test_guest_kinds import BOOTED
from vmcoreinfo_codegen.debuginfo.kallsyms import Kallsyms
from vmcoreinfo_codegen.dump.memory import PhysicalMemory
from vmcoreinfo_codegen.dump.reader import find_note
from vmcoreinfo_codegen.dump.source import File

_NOTED = re.compile(rb"^SYMBOL\((kallsyms_\w+)\)=(\w+)$", re.MULTILINE)
pytestmark = pytest.mark.long


def of_image(path: Path) -> bytes:
    """/proc/kallsyms without the lines of modules and BPF, which have their name behind."""
    with path.open("rb") as lines:
        return b"".join(line for line in lines if b"\t" not in line)


def check(dump: Path, kallsyms: Path) -> None:
    """Every name, type and address of the image."""
    with File(str(dump)) as source:
        (found,) = find_kallsyms(PhysicalMemory(source))
        assert found.has_run_addresses
        is_equal = found.system_map() == of_image(kallsyms)
    assert is_equal, "megabytes that differ"
    check_places(dump, found)


def check_places(dump: Path, found: Kallsyms) -> None:
    """They are as far from each other as the guest's note says, which has them from 6.0 on."""
    if dump.suffix == ".raw" or dump.name.startswith("without"):
        return
    noted = {
        name.decode(): int(value, 16)
        for name, value in _NOTED.findall(find_note(str(dump)).text)
        if name.decode() in found.places
    }
    assert len(noted) == (0 if "5.10" in str(dump) else len(found.places) - 1)
    apart = {value - found.places[name] for name, value in noted.items()}
    assert len(apart) <= 1


@pytest.mark.parametrize("which", GUESTS, ids=name_of)
def test_as_the_guest_says(which: Guest) -> None:
    folder = guest(*which)
    for dump in ("memory.raw", "with-device.elf"):
        check(folder / dump, folder / "with-device.kallsyms")
    check(folder / "without-device.elf", folder / "without-device.kallsyms")


@pytest.mark.parametrize("name", BOOTED)
def test_as_every_kind_of_guest_says(name: str) -> None:
    folder = kind_of_guest(name)
    check(folder / "vmcore.elf", folder / "kallsyms")
