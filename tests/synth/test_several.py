# SPDX-License-Identifier: MIT
"""Several kernels in made-up memory: what belongs to which, what each tells of itself."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.command import Run
from tests.debuginfo.kallsyms_tables import LINKED, PHYSICAL, Layout, image, symbols
from tests.debuginfo.memory import kernel_btf, memory
from vmcoreinfo_codegen.debuginfo.facts import symbol_names
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.synth.own import OwnKernel, own_data

LAYOUT = Layout()
LINK = LINKED[64]
DATA, TYPES, IMAGE = 0x62000, 0x80000, 0x100000
"""Of an image: its variables, its BTF, and its size with that."""
PLACES = {
    "linux_banner": DATA,
    "linux_proc_banner": DATA + 0x200,
    "system_state": DATA + 0x300,
    "kexec_in_progress": DATA + 0x308,
    "panic_cpu": DATA + 0x310,
    "elfcorehdr_addr": DATA + 0x318,
    "phys_base": DATA + 0x320,
    "x86_64_start_kernel": DATA + 0x328,
}


def of_kernel(
    place: int,
    release: str,
    *,
    state: int = 3,
    made_way: int = 0,
    panic: int = 0xFFFFFFFF,
    core: int = 0xFFFFFFFFFFFFFFFF,
    says: int | None = None,
    shift: int = 0,
) -> bytes:
    """The image of a kernel at a physical address; `says` is where it takes itself to be.

    `shift` moves what it has beside its text and tables by so many bytes, as in a copy.
    """
    table = [
        *symbols(LAYOUT),
        *((LINK + at, "D", name) for name, at in PLACES.items()),
        (LINK + TYPES, "R", "__start_BTF"),
        (LINK + IMAGE, "B", "_end"),
    ]
    table.sort(key=lambda symbol: symbol[0])
    made = bytearray(image(table, LAYOUT)[PHYSICAL:].ljust(IMAGE, b"\0"))

    def put(name: str, data: bytes) -> None:
        at = PLACES[name] + shift
        made[at : at + len(data)] = data

    put("linux_banner", f"Linux version {release} (build@host) #1 SMP\n\0".encode())
    put("linux_proc_banner", b"%s version %s (build@host)\n\0")
    put("system_state", struct.pack("<I", state))
    put("kexec_in_progress", bytes([made_way]))
    put("panic_cpu", struct.pack("<I", panic))
    put("elfcorehdr_addr", struct.pack("<Q", core))
    base = (place if says is None else says) - (LINK - 0xFFFFFFFF80000000)
    put("phys_base", struct.pack("<q", base))
    types = kernel_btf()
    made[TYPES : TYPES + len(types)] = types
    return bytes(made)


def at(parts: dict[int, bytes]) -> bytes:
    data = bytearray(max(place + len(part) for place, part in parts.items()))
    for place, part in parts.items():
        data[place : place + len(part)] = part
    return bytes(data)


def kernels(schema: Schema, data: bytes) -> list[OwnKernel]:
    return list(own_data(schema, memory(data), symbol_names(schema.questions())).kernels)


def test_types_belong_where_the_symbols_say(schema: Schema) -> None:
    """Not to what is nearest: types that no kernel here has stand right behind the first one's tables."""
    first, second = 0x100000, 0x300000
    strange = kernel_btf(structs=3001)
    data = bytearray(at({first: of_kernel(first, "6.12.1"), second: of_kernel(second, "6.12.1")}))
    data[second + TYPES : second + IMAGE] = bytes(IMAGE - TYPES)
    data[first + IMAGE : first + IMAGE + len(strange)] = strange
    one, other = kernels(schema, bytes(data))
    assert one.types is not None
    assert one.types.physical == first + TYPES
    assert other.types is None
    assert (one.release, other.release) == ("6.12.1", "6.12.1")


def test_what_each_tells_of_itself(schema: Schema) -> None:
    made = {
        "": of_kernel(0x200000, "6.1.0"),
        "never started": of_kernel(0x400000, "6.1.1", state=0, made_way=1, panic=9, says=0),
        "replaced by another with kexec": of_kernel(0x600000, "6.1.2", state=6, made_way=1),
        "crashed": of_kernel(0x800000, "6.1.3", panic=0),
        "the capture kernel of another": of_kernel(0xA00000, "6.1.4", core=0x1000),
        "assumes it is at 0x4000000: a virtual machine's, or a copy": of_kernel(
            0xC00000, "6.1.5", says=0x4000000
        ),
    }
    found = kernels(schema, at({0x200000 * n: part for n, part in enumerate(made.values(), 1)}))
    assert [one.release for one in found] == [f"6.1.{number}" for number in range(6)]
    assert [one.standing.words for one in found] == list(made)
    assert all(one.arch == "x86_64" and one.types is not None for one in found)


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    return tmp_path / "memory.raw"


def test_the_only_one_that_ran_is_taken(run: Run, dump: Path) -> None:
    dump.write_bytes(
        at(
            {
                0x200000: of_kernel(0x200000, "6.12.1", state=0),
                0x400000: of_kernel(0x400000, "6.12.2"),
            }
        )
    )
    made = run("synth", "--dump", str(dump))
    assert made.code == 0, made.err
    assert made.out.startswith("OSRELEASE=6.12.2\n")
    assert f"NUMBER(phys_base)={0x400000 - 0x1000000}\n" in made.out
    assert (
        f"{dump}: 2 kernels found; using number 2, the only one that has run; select another with --number\n"
        in made.err
    )
    assert "  1  symbols at " in made.err
    assert ", 6.12.1: never started\n" in made.err


def test_one_that_never_started_tells_its_types_alone(run: Run, dump: Path) -> None:
    dump.write_bytes(
        at(
            {
                0x200000: of_kernel(0x200000, "6.12.1", state=0),
                0x400000: of_kernel(0x400000, "6.12.2"),
            }
        )
    )
    made = run("synth", "--dump", str(dump), "--number", "1")
    assert made.code == 0, made.err
    assert made.out.startswith("OSRELEASE=6.12.1\n")
    assert "SYMBOL(" not in made.out
    assert "phys_base" not in made.out
    assert "SIZE(page)=64\n" in made.out
    assert "this kernel never started: " in made.err


def test_of_a_guest_nothing_is_read(run: Run, dump: Path) -> None:
    dump.write_bytes(at({0x200000: of_kernel(0x200000, "6.12.1", says=0x4000000)}))
    made = run("synth", "--dump", str(dump))
    assert made.code == 0, made.err
    assert f"SYMBOL(_stext)={LINK:x}\n" in made.out
    assert "phys_base" not in made.out
    assert "this kernel assumes it is at 0x4000000" in made.err


def test_two_that_ran_are_listed(run: Run, dump: Path) -> None:
    parts = {
        0x200000: of_kernel(0x200000, "6.12.1", panic=1),
        0x400000: of_kernel(0x400000, "6.12.2", core=1),
    }
    dump.write_bytes(at(parts))
    made = run("synth", "--dump", str(dump))
    assert (made.code, made.out) == (2, "")
    assert f"{dump}: 2 kernels found; select one with --number N\n" in made.err
    assert ", 6.12.1: crashed\n" in made.err
    assert ", 6.12.2: the capture kernel of another\n" in made.err


def test_a_copy_that_is_not_where_a_kernel_runs_is_refused(run: Run, dump: Path) -> None:
    dump.write_bytes(
        at(
            {
                0x200000: of_kernel(0x200000, "6.12.1", shift=16),
                0x400000: of_kernel(0x400000, "6.12.2"),
            }
        )
    )
    made = run("synth", "--dump", str(dump))
    assert made.code == 0, made.err
    assert ": a copy or part of an image, not a running kernel\n" in made.err
    assert "using number 2" in made.err
    made = run("synth", "--dump", str(dump), "--number", "1")
    assert (made.code, made.out) == (2, "")
    assert "belong to a copy or part of a kernel image, not to a running kernel" in made.err
