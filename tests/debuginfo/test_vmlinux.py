# SPDX-License-Identifier: MIT
"""A vmlinux: one of gcc with all that it can have, those of every header, and files that are none."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.debuginfo.make import everything
from tests.dump.make import elf, other_note
from vmcoreinfo_codegen.debuginfo.problem import DebugInfoError
from vmcoreinfo_codegen.debuginfo.vmlinux import Vmlinux

BUILD_ID = "0123456789abcdef0123456789abcdef01234567"

SOURCE = """
const char linux_banner[] = "Linux version 6.12.0-made (someone@somewhere) #1 SMP\\n";
int mem_section = 1, xmem_section = 2;
static int hidden __attribute__((used)) = 3;
void _start(void) { for (;;); }
"""


def run(*command: str | Path) -> str:
    ran = subprocess.run([*map(str, command)], capture_output=True, text=True, check=True)
    return ran.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A static program that has what a vmlinux has; gcc places it as a kernel is placed."""
    if not (shutil.which("gcc") and shutil.which("objcopy")):
        pytest.skip("no gcc, or no objcopy")
    folder = tmp_path_factory.mktemp("vmlinux")
    source, plain, whole = folder / "main.c", folder / "plain", folder / "vmlinux"
    source.write_text(SOURCE)
    run(
        "gcc", "-nostdlib", "-static", "-fno-pie", "-no-pie", "-ffreestanding", "-g0",
        f"-Wl,--build-id=0x{BUILD_ID}", "-o", plain, source,
    )  # fmt: skip
    (folder / "btf").write_bytes(everything())
    run("objcopy", "--add-section", f".BTF={folder / 'btf'}", plain, whole)
    return whole


def addresses(path: Path, *names: str) -> dict[str, int]:
    kernel = Vmlinux(path)
    try:
        return kernel.addresses(set(names))
    finally:
        kernel.close()


def test_all_that_it_has(built: Path) -> None:
    kernel = Vmlinux(built)
    assert kernel.build_id() == BUILD_ID
    assert kernel.release() == "6.12.0-made"
    types = kernel.btf()
    assert types is not None and types.sizes("page") == {48}
    lines = [line.split() for line in run("nm", built).splitlines()]
    symbols = {line[2]: line[0] for line in lines if len(line) == 3}
    names = ["linux_banner", "mem_section", "xmem_section", "hidden", "_start"]
    found = kernel.addresses({*names, "section", "nowhere", ""})
    assert found == {name: int(symbols[name], 16) for name in names}
    kernel.close()


def test_stripped(built: Path, tmp_path: Path) -> None:
    stripped = tmp_path / "vmlinux"
    run("objcopy", "--strip-all", "--remove-section", ".BTF", built, stripped)
    kernel = Vmlinux(stripped)
    assert kernel.btf() is None
    assert kernel.addresses({"mem_section"}) == {}
    assert kernel.build_id() == BUILD_ID
    kernel.close()


def test_debug_information_of_its_own(built: Path, tmp_path: Path) -> None:
    """vmlinux.debug has the sections of the vmlinux by name, without what is in them."""
    debug = tmp_path / "vmlinux.debug"
    run("objcopy", "--set-section-flags", ".BTF=alloc,readonly", built, debug)
    run("objcopy", "--only-keep-debug", debug)
    kernel = Vmlinux(debug)
    assert kernel.btf() is None
    assert kernel.build_id() == BUILD_ID
    assert kernel.addresses({"mem_section"}) == addresses(built, "mem_section")
    kernel.close()


def made(bits: int = 64, order: str = "<", **sizes: int) -> bytes:
    """A vmlinux out of its sections alone; `sizes` are what their headers claim."""
    names = [".shstrtab", ".note.gnu.property", ".notes", ".BTF", ".symtab", ".strtab"]
    labels = b"\0" + b"\0".join(name.encode() for name in names) + b"\0"
    strings = b"\0xmem_section\0mem_sectio\0undefined\0"
    symbol = struct.Struct(order + ("IBBHQQ" if bits == 64 else "IIIBBH"))

    def entry(name: bytes, value: int, section: int) -> bytes:
        place = strings.index(name + b"\0")
        if bits == 64:
            return symbol.pack(place, 17, 0, section, value, 8)
        return symbol.pack(place, value, 8, 17, 0, section)

    half = 0xFFFFFFFF82000000 if bits == 64 else 0xC0008000
    table = bytes(symbol.size) + entry(b"undefined", 5, 0)
    table += entry(b"mem_section", half, 3) + entry(b"xmem_section", half + 8, 3)
    table += entry(b"mem_section", half + 16, 3)
    build_id = struct.pack(order + "III", 4, 20, 3) + b"GNU\0" + bytes.fromhex(BUILD_ID)
    contents = [
        labels,
        other_note(order, b"GNU", 16, 5),
        other_note(order, b"Xen", 8, 3) + build_id,
        everything(order),
        table + b"rest",
        strings,
    ]
    header_bytes, entry_bytes = (64, 64) if bits == 64 else (52, 40)
    data = bytearray(header_bytes)
    headers = [bytes(entry_bytes)]
    for name, kind, content in zip(names, (3, 7, 7, 1, 2, 3), contents, strict=True):
        size = sizes.get(name.strip("."), len(content))
        fields = (labels.index(name.encode() + b"\0"), kind, 0, 0, len(data), size, 0, 0, 4, 0)
        headers.append(struct.pack(order + ("IIQQQQIIQQ" if bits == 64 else "10I"), *fields))
        data += content.ljust(-len(content) % 8 + len(content), b"\0")
    machine = 62 if bits == 64 else 40
    data[:header_bytes] = b"\x7fELF" + bytes([bits // 32, 1 if order == "<" else 2, 1]) + bytes(
        9
    ) + struct.pack(
        order + ("HHIQQQIHHHHHH" if bits == 64 else "HHIIIIIHHHHHH"),
        2, machine, 1, 0, 0, len(data), 0, header_bytes, 0, 0, entry_bytes, len(headers), 1,
    )  # fmt: skip
    return bytes(data) + b"".join(headers)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [32, 64])
def test_every_header(tmp_path: Path, bits: int, order: str) -> None:
    path = tmp_path / "vmlinux"
    path.write_bytes(made(bits, order))
    kernel = Vmlinux(path)
    assert kernel.arch == {32: "arm", 64: "x86_64"}[bits]
    assert (kernel.build_id(), kernel.release()) == (BUILD_ID, None)
    types = kernel.btf()
    assert types is not None and (types.order, types.sizes("page")) == (order, {48})
    half = 0xFFFFFFFF82000000 if bits == 64 else 0xC0008000
    names = {"mem_section", "xmem_section", "mem_sectio", "undefined", "section"}
    assert kernel.addresses(names) == {"mem_section": half, "xmem_section": half + 8}
    kernel.close()


@pytest.mark.parametrize(
    "data", [b"", b"\x7fEL", b"MZ" + bytes(1000), b"\x1f\x8b" + bytes(100), made()[:40]]
)
def test_what_is_no_vmlinux(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "vmlinuz"
    path.write_bytes(data)
    with pytest.raises(DebugInfoError, match="needs the uncompressed kernel, not /boot/vmlinuz"):
        Vmlinux(path)


def test_a_name_that_goes_past_the_table_of_names(tmp_path: Path) -> None:
    """The table ends in the middle of .BTF, and what comes behind is none of it."""
    path = tmp_path / "vmlinux"
    end = b"\0.shstrtab\0.note.gnu.property\0.notes\0.BTF".__len__()
    for size, has_types in ((end, False), (end + 1, True)):
        path.write_bytes(made(shstrtab=size))
        kernel = Vmlinux(path)
        assert (kernel.btf() is not None) is has_types
        kernel.close()


def test_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DebugInfoError, match="a vmlinux can't be read from a pipe"):
        Vmlinux(tmp_path / "pipe")


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(DebugInfoError, match="a folder"):
        Vmlinux(tmp_path)
    with pytest.raises(FileNotFoundError):
        Vmlinux(tmp_path / "absent")


def test_an_elf_file_without_sections(tmp_path: Path) -> None:
    path = tmp_path / "core"
    path.write_bytes(elf())
    kernel = Vmlinux(path)
    assert (kernel.btf(), kernel.build_id(), kernel.release()) == (None, None, None)
    assert kernel.addresses({"mem_section"}) == {}
    kernel.close()


@pytest.mark.parametrize(("size", "message"), [(1 << 40, "claims"), (1 << 20, "is truncated")])
def test_a_section_that_lies(tmp_path: Path, size: int, message: str) -> None:
    path = tmp_path / "vmlinux"
    path.write_bytes(made(BTF=size, symtab=size))
    kernel = Vmlinux(path)
    with pytest.raises(DebugInfoError, match=f"BTF.* {message}"):
        kernel.btf()
    with pytest.raises(DebugInfoError, match=f"symtab.* {message}"):
        kernel.addresses({"mem_section"})
    kernel.close()


@pytest.mark.mutations
@given(st.data())
def test_mutated(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Fields of the headers replaced by the values that break readers."""
    bits, order = data.draw(st.sampled_from([32, 64])), data.draw(st.sampled_from("<>"))
    image = bytearray(made(bits, order))
    for _ in range(data.draw(st.integers(1, 5))):
        # The ELF header is at the front, and those of the sections at the end.
        place = data.draw(
            st.one_of(st.integers(4, 63), st.integers(len(image) - 448, len(image) - 1))
        )
        piece = data.draw(
            st.one_of(
                st.binary(min_size=1, max_size=2),
                st.sampled_from([bytes(8), b"\xff" * 8, b"\x7f" + b"\xff" * 7, b"\0\0\0\x80"]),
            )
        )
        image[place : place + len(piece)] = piece
    path = tmp_path_factory.getbasetemp() / "mutated"
    path.write_bytes(bytes(image))
    try:
        kernel = Vmlinux(path)
    except DebugInfoError:
        return
    for question in (
        kernel.btf,
        kernel.build_id,
        kernel.release,
        lambda: kernel.addresses({"mem_section"}),
    ):
        try:
            question()
        except DebugInfoError as error:
            assert str(error).startswith(str(path))
    kernel.close()
