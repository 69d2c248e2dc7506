# SPDX-License-Identifier: MIT
"""What a dump has of its kernels itself is put together, kernel by kernel."""

from __future__ import annotations

import json
from pathlib import Path

from tests.command import Run
from tests.debuginfo.kallsyms_tables import PHYSICAL, Layout, image, symbols
from tests.debuginfo.memory import ikconfig, kernel_btf, memory
from vmcoreinfo_codegen.debuginfo.kernel import KernelFiles
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.synth.dumped import differences
from vmcoreinfo_codegen.synth.own import own_data

_SIZE = 4 << 20
_TYPES, _CONFIG = 0x100000, 0x180000


def of_kernel(start: str, config: bytes) -> bytes:
    """Memory of one kernel: its tables, and types and configuration behind them."""
    layout = Layout()
    table = [
        (address, letter, start if name == "start_kernel" else name)
        for address, letter, name in symbols(layout)
    ]
    data = bytearray(_SIZE)
    for place, part in (
        (PHYSICAL, image(table, layout)),
        (_TYPES, kernel_btf()),
        (_CONFIG, ikconfig(config)),
    ):
        data[place : place + len(part)] = part
    return bytes(data)


FIRST = b"# Linux/x86 6.12.1 Kernel Configuration\nCONFIG_FIRST=y\n"
SECOND = b"# Linux/x86 6.12.2 Kernel Configuration\nCONFIG_SECOND=y\n"


def test_each_kernel_has_what_is_near_it(schema: Schema) -> None:
    far = bytes(160 << 20)
    both = memory(of_kernel("a", FIRST) + far + of_kernel("b", SECOND), 0)
    one, other = own_data(schema, both, {"_text"}).kernels
    assert (one.config, other.config) != (None, None)
    assert one.config and one.config.text == FIRST
    assert other.config and other.config.text == SECOND
    assert one.types and one.types.physical == _TYPES
    assert other.types and other.types.physical == _TYPES + _SIZE + len(far)
    assert one.addresses["_text"] == symbols(Layout())[0][0]


def test_a_kernel_without_types_has_none_of_another(schema: Schema) -> None:
    alone = of_kernel("a", FIRST)[:_TYPES]
    far = bytes(160 << 20)
    one, other = own_data(schema, memory(alone + far + of_kernel("b", SECOND), 0), set()).kernels
    assert (one.types, one.config) == (None, None)
    assert other.types is not None and other.read_types() is not None


def test_files_that_say_otherwise_are_told(schema: Schema) -> None:
    (kernel,) = own_data(
        schema, memory(of_kernel("a", FIRST), 0), {"_text", "_stext", "_end"}
    ).kernels
    same = dict(kernel.addresses)
    moved = {name: address + 0x1000000 for name, address in same.items()}
    assert differences(kernel, KernelFiles(symbols=same, symbols_name="map")) == []
    assert differences(kernel, KernelFiles(symbols=moved, symbols_name="map")) == []
    first = min(moved)
    (told,) = differences(
        kernel, KernelFiles(symbols={**moved, first: moved[first] + 8}, symbols_name="map")
    )
    assert told.startswith("map has symbols at other addresses than the kernel in the dump")


def test_several_kernels_are_listed(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "memory"
    path.write_bytes(of_kernel("a", FIRST) + of_kernel("b", SECOND))
    ran = run("synth", "--dump", str(path), "--arch", "x86_64")
    assert ran.code == 2
    assert f"{path}: 2 kernels found; select one with --number N\n  1  symbols at " in ran.err
    ran = run("synth", "--dump", str(path), "--arch", "x86_64", "--number", "3")
    assert (ran.code, "2 kernels found, but number 3 was requested" in ran.err) == (1, True)


def test_a_dump_of_no_kernel(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "memory"
    path.write_bytes(bytes(1 << 20))
    ran = run("synth", "--dump", str(path))
    assert (ran.code, ran.out) == (2, "")
    assert "unknown architecture; give it with --arch" in ran.err
    ran = run("synth", "--dump", str(path), "--arch", "x86_64")
    assert "no kernel symbols in it (no kallsyms)" in ran.err


def test_what_is_given_wins_and_what_differs_is_a_finding(run: Run, tmp_path: Path) -> None:
    """Of types and configuration, though nothing of them has to be looked for."""
    dump, btf, config = (tmp_path / name for name in ("memory", "btf", "config"))
    dump.write_bytes(of_kernel("a", FIRST + b"CONFIG_SPARSEMEM=y\n"))
    command = ("synth", "--dump", str(dump), "--arch", "x86_64", "--kernel", "6.12.1")
    btf.write_bytes(kernel_btf())
    config.write_bytes(b"CONFIG_SPARSEMEM=y\nCONFIG_OTHER=y\n")
    agreed = run(*command, "--btf", str(btf), "--config", str(config))
    assert (agreed.code, "differs" in agreed.err, "types" in agreed.err) == (0, False, False)
    btf.write_bytes(kernel_btf(structs=3001))
    config.write_bytes(b"CONFIG_NUMA=y\n")
    apart = run(*command, "--btf", str(btf), "--config", str(config), "--format", "json")
    assert apart.code == 1
    found = types, configuration = json.loads(apart.out)["findings"]
    assert types.startswith(f"{btf} ")
    assert configuration == "--config does not match the kernel in the dump: CONFIG_NUMA differs"
    assert all(f"{dump}: {one}" in apart.err for one in found)


def test_text_of_a_note_in_memory_is_pointed_at(run: Run, tmp_path: Path) -> None:
    dump = tmp_path / "memory"
    data = bytearray(of_kernel("a", FIRST))
    dump.write_bytes(data)
    command = ("synth", "--dump", str(dump), "--arch", "x86_64", "--kernel", "6.12.1")
    assert "vmcoreinfo find" not in run(*command).err
    data[0x3F0000:0x3F0011] = b"OSRELEASE=6.12.1\n"
    dump.write_bytes(data)
    assert "vmcoreinfo find" in run(*command).err
