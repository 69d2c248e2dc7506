# SPDX-License-Identifier: MIT
"""Symbol tables of both forms, compressed or not; tables that say nothing are refused."""

from __future__ import annotations

import gzip
import lzma
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import CORPUS, real_notes
from vmcoreinfo_codegen.core.key import Kind, argument_of, kind_of
from vmcoreinfo_codegen.debuginfo.problem import DebugInfoError
from vmcoreinfo_codegen.debuginfo.symbols import Symbols

SYSTEM_MAP = b"""\
0000000000000000 D __per_cpu_start
ffffffff81000000 T _stext
ffffffff81000000 T _text
ffffffff82000000 d xmem_section
ffffffff82000008 d mem_section_x
ffffffff82000010 d mem_section.7
ffffffff82000018 d mem
ffffffff82000020 B mem_section
ffffffff82000028 b mem_section
ffffffff82a18000 D init_uts_ns
"""

KALLSYMS = (
    SYSTEM_MAP
    + b"""\
ffffffffc0200000 t only_of_a_module\t[virtio]
ffffffffc0200010 t init_uts_ns\t[virtio]
"""
)

# What the note has of no symbol of the table: macros, and addresses out of variables.
NOT_THERE = {
    "6.1.0-56-cloud-amd64": {
        "kallsyms_names", "kallsyms_num_syms", "kallsyms_offsets", "kallsyms_relative_base",
        "kallsyms_token_index", "kallsyms_token_table", "mem_section", "node_online_map",
        "swapper_pg_dir",
    },
    "6.12.117+deb13-cloud-amd64": {"mem_section", "node_online_map", "swapper_pg_dir", "vmemmap"},
}  # fmt: skip


@pytest.mark.parametrize("release", NOT_THERE)
def test_a_real_table_says_what_the_note_of_its_boot_says(release: str) -> None:
    symbols = Symbols.read(CORPUS / "debuginfo" / f"x86_64-{release}.kallsyms.xz")
    (note,) = (n for n in real_notes() if n.file == f"x86_64-{release}-m128-dump.note")
    values = {
        argument_of(key): int(value, 16)
        for key, value in note.values.items()
        if kind_of(key) is Kind.SYMBOL
    }
    found = symbols.addresses(values)
    different = {name for name in values if found.get(name) != values[name]}
    assert (different, len(values)) == (NOT_THERE[release], 17)


@pytest.mark.parametrize("table", [SYSTEM_MAP, KALLSYMS])
def test_addresses(table: bytes) -> None:
    found = Symbols(table).addresses(["_stext", "_text", "init_uts_ns", "__per_cpu_start"])
    assert found == {
        "_stext": 0xFFFFFFFF81000000,
        "_text": 0xFFFFFFFF81000000,
        "init_uts_ns": 0xFFFFFFFF82A18000,
        "__per_cpu_start": 0,
    }


def test_a_name_within_another_and_twice() -> None:
    names = ["mem_section", "mem", "section", "mem_", "text", "T _stext"]
    assert Symbols(SYSTEM_MAP).addresses(names) == {
        "mem_section": 0xFFFFFFFF82000020,
        "mem": 0xFFFFFFFF82000018,
    }


def test_symbols_of_modules_are_left_out() -> None:
    names = ["only_of_a_module", "only_of_a_module\t[virtio]", "[virtio]"]
    assert Symbols(KALLSYMS).addresses(names) == {}
    before = b"ffffffffc0200010 t _stext\t[virtio]\n"
    assert Symbols(before + SYSTEM_MAP).addresses(["_stext"]) == {"_stext": 0xFFFFFFFF81000000}


def test_a_last_line_without_its_end() -> None:
    for table in (SYSTEM_MAP, KALLSYMS):
        cut = table.removesuffix(b"\n")
        names = ["init_uts_ns", "uts_ns", "mem_section", "only_of_a_module"]
        assert Symbols(cut).addresses(names) == Symbols(table).addresses(names)
    assert Symbols(b"c0008000 T _text").addresses(["_text", "text"]) == {"_text": 0xC0008000}


def test_lines_that_are_none_are_passed_over() -> None:
    table = SYSTEM_MAP + b"\nff T short\nno address T _end\nffffffff83000000 T  _two\n"
    assert Symbols(table).addresses(["short", "_end", "_two", "_text"]) == {
        "_text": 0xFFFFFFFF81000000
    }


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
def test_compressed_or_not(tmp_path: Path, pack: type[bytes]) -> None:
    path = tmp_path / "System.map"
    path.write_bytes(pack(SYSTEM_MAP))
    assert Symbols.read(path).addresses(["_text"]) == {"_text": 0xFFFFFFFF81000000}
    if pack is not bytes:
        path.write_bytes(pack(SYSTEM_MAP)[:-10])
        with pytest.raises(DebugInfoError, match=r"System\.map: damaged"):
            Symbols.read(path)


def test_addresses_that_the_kernel_hides() -> None:
    hidden = b"0000000000000000 T _stext\n0000000000000000 T _text\n"
    with pytest.raises(DebugInfoError, match="every address is 0; read /proc/kallsyms as root"):
        Symbols(hidden, "kallsyms")
    # Those of modules alone are as good as none, but nobody has such a table.
    assert Symbols(hidden + b"c0000000 t _end").addresses(["_end"]) == {"_end": 0xC0000000}


@pytest.mark.parametrize(
    "data",
    [b"", b"\n", b"\x7fELF" + bytes(100), b"OSRELEASE=6.12.0\n", b"_stext ffffffff81000000 T\n"],
)
def test_what_is_no_table(data: bytes) -> None:
    with pytest.raises(DebugInfoError, match=r"^file:1: not a symbol table: expected lines like"):
        Symbols(data, "file")


@given(st.binary(max_size=200), st.integers(0, len(KALLSYMS)))
def test_anything(noise: bytes, place: int) -> None:
    try:
        found = Symbols(KALLSYMS[:place] + noise + KALLSYMS[place:]).addresses(["_text", "mem"])
    except DebugInfoError:
        return
    assert all(0 <= address < 1 << 64 for address in found.values())
