# SPDX-License-Identifier: MIT
"""Malicious types, symbols, kernels and configurations, for the verbs that read them."""

from __future__ import annotations

import gzip
import lzma
import os
import struct
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from tests.debuginfo import make as types
from vmcoreinfo_codegen.dump.notes import build

from .case import Case
from .making import (
    ANY,
    ARCH,
    MIB,
    NOTE,
    NUMBERS,
    SECONDS,
    UNREADABLE,
    case,
    elf_with_sections,
    put,
    synth,
)


def cases(folder: Path) -> Iterator[Case]:
    for make_cases in (_types, _symbols, _kernels, _configurations):
        yield from make_cases(folder)


def _types(folder: Path) -> Iterator[Case]:
    sound = types.everything()
    fields = {2: "B", 3: "B", 4: "I", 8: "I", 12: "I", 16: "I", 20: "I"}
    paths = []
    for place, kind in fields.items():
        for number in (0, 2, 0xFF, 0x7FFFFFFF, 0xFFFFFFFF):
            if number < 1 << 8 * struct.calcsize(kind):
                data = bytearray(sound)
                struct.pack_into("<" + kind, data, place, number)
                paths.append(put(folder / f"btf-{place}-{number:x}", data))
    for path in paths[::2]:
        yield case(path.name, "audit", "--btf", path, NOTE, codes=ANY)
    for path in paths[1::6]:
        yield case(path.name, *synth(path, None), codes=ANY)
    blobs: dict[str, bytes] = {
        "80 types of 65,535 anonymous members": _anonymous(80),
        "structs in structs": _nested(),
        "typedefs of typedefs": _chain(types.TYPEDEF),
        "consts of consts": _chain(types.CONST),
        "a typedef of itself": _itself(),
        "sixty types of each name": _alike(),
        "strings without a NUL": _strings(b"x" * (8 * MIB)),
        "strings of one letter": _strings(b"x\0" * (4 * MIB)),
        "strings that begin like names": _strings(b"\0list_hea" * (MIB // 2)),
        "nothing": b"",
        "a magic": b"\x9f\xeb",
    }  # fmt: skip
    for number, (name, blob) in enumerate(blobs.items()):
        path = put(folder / f"blob-{number}", blob)
        yield case(f"types: {name}", "audit", "--btf", path, NOTE, codes=ANY, seconds=20)
        yield case(f"types: {name}", *synth(path, None), codes=ANY, seconds=20)
    yield from _packed(folder, "--btf", b"\x9f\xeb\1\0")


def _anonymous(number: int) -> bytes:
    b = types.Blob()
    inner = b.struct("", 8, [("x", 0, 0)])
    names = ["page", "list_head", "zone", "pglist_data", "free_area"]
    members = struct.pack("<III", 0, inner, 0) * 0xFFFF
    for n in range(number):
        name = b.string(names[n % len(names)])
        b.types.append(struct.pack("<III", name, types.STRUCT << 24 | 0xFFFF, 8) + members)
    return b.blob()


def _nested() -> bytes:
    b = types.Blob()
    inner = b.struct("", 8, [("x", 0, 0)])
    for _ in range(40):
        inner = b.struct("", 8, [("", inner, 0), ("", inner, 64)] * 2000)
        b.struct("page", 8, [("", inner, 0)])
    return b.blob()


def _chain(kind: int) -> bytes:
    b = types.Blob()
    inner = b.int_("int", 4)
    for _ in range(200_000):
        inner = b.add(kind, last=inner)
    b.typedef("nodemask_t", inner)
    b.struct("page", 8, [("flags", inner, 0), ("", inner, 0)])
    return b.blob()


def _itself() -> bytes:
    b = types.Blob()
    for name in ("nodemask_t", "page", "zone", "list_head"):
        b.typedef(name, b.next)
    return b.blob()


def _alike() -> bytes:
    b = types.Blob()
    for n in range(64):
        for name in ("page", "list_head", "zone", "free_area", "mem_section", "printk_ringbuffer"):
            b.struct(name, n + 1, [("flags", 0, 8 * n), ("lru", 0, 8 * n), ("next", 0, 8 * n)])
    return b.blob()


def _strings(content: bytes) -> bytes:
    b = types.Blob()
    b.list_head()
    b._strings += content
    return b.blob()


@cache
def _zeros(pack: Callable[[bytes], bytes]) -> bytes:
    """64 MiB of zeros, compressed to some KiB."""
    return pack(bytes(64 * MIB))


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, 1)


def _xz(data: bytes) -> bytes:
    return lzma.compress(data, preset=0)


def _packed(folder: Path, option: str, start: bytes) -> Iterator[Case]:
    """Files that unpack to gibibytes, and damaged ones."""
    name = option.strip("-")
    bomb, xz = _gzip(start) + _zeros(_gzip), _xz(start) + _zeros(_xz)
    files = {
        "a gzip bomb": bomb + _zeros(_gzip) * 20,
        "an xz bomb": xz + _zeros(_xz) * 20,
        "half a gzip": bomb[: len(bomb) // 2],
        "half an xz": xz[: len(xz) // 2],
        "gzip and rubbish": b"\x1f\x8b" + os.urandom(5000),
        "xz and rubbish": b"\xfd7zXZ\0" + os.urandom(5000),
        "a gzip header": b"\x1f\x8b\x08",
    }
    for number, (what, data) in enumerate(files.items()):
        path = put(folder / f"{name}-packed-{number}", data)
        yield case(f"{option}: {what}", "audit", option, path, NOTE, seconds=12)
    huge = put(folder / f"{name}-1T", start, size=1 << 40)
    yield case(f"{option}: a tebibyte", "audit", option, huge, NOTE, seconds=8)


def _symbols(folder: Path) -> Iterator[Case]:
    line = b"ffffffff81000000 T _stext\n"
    tables: dict[str, tuple[bytes, tuple[int, ...]]] = {
        "a million lines": (line + b"ffffffff81000000 t a\n" * 1_000_000, ANY),
        "a million zeros": (b"0000000000000000 t a\n" * 1_000_000, (UNREADABLE,)),
        "a line of 30 MB": (line[:-1] + b"x" * (30 * MIB), ANY),
        "30 MB of blanks": (line + b" " * (30 * MIB), ANY),
        "names that begin like others": (line + (b" linux_banne" * 4 + b"\n") * 500_000, ANY),
        "30 MB of digits": (b"f" * (30 * MIB), (UNREADABLE,)),
        "no lines": (b"\n" * 1000, (UNREADABLE,)),
        "nothing": (b"", (UNREADABLE,)),
    }
    for number, (name, (data, codes)) in enumerate(tables.items()):
        path = put(folder / f"symbols-{number}", data)
        del data
        yield case(f"symbols: {name}", "audit", "--symbols", path, NOTE, codes=codes, seconds=20)
        yield case(f"symbols: {name}", *synth(None, path), codes=codes, seconds=20)
    yield from _packed(folder, "--symbols", line)


def _kernels(folder: Path) -> Iterator[Case]:
    names = b"\0.BTF\0.symtab\0.strtab\0.rodata\0.notes\0"
    places = {word: names.find(word) for word in names.split(b"\0") if word}
    blob = types.everything()
    text = build(b"x", "<", b"ABC")
    symtab, strtab = places[b".symtab"], places[b".strtab"]
    rodata, btf, notes = places[b".rodata"], places[b".BTF"], places[b".notes"]
    everything = (1 << 63) - 4096
    kernels: dict[str, bytes] = {
        "65,535 sections of notes": elf_with_sections(
            [(notes, 7, 0, 800_000)] * 65_535, (struct.pack("<III", 4, 0, 1) + b"ABC\0") * 50_000, names
        ),
        "200,000 sections of names that overlap": elf_with_sections(
            [(1, 1, 0, 10)] * 200_000, text, b"\0" + b"." * 100_000
        ),
        "types of half of all there is": elf_with_sections([(btf, 1, 0, everything)], blob, names),
        "symbols of half of all there is": elf_with_sections(
            [(btf, 1, 0, len(blob)), (symtab, 2, 0, everything), (strtab, 3, 0, everything)], blob, names
        ),
        "names that overlap": elf_with_sections(
            [(btf, 1, 0, len(blob)), (symtab, 2, len(blob), 24 * 100_000), (strtab, 3, len(blob), 4 * MIB)],
            blob + struct.pack("<IBBHQQ", 5, 0, 0, 1, 5, 5) * 100_000 + b"x" * (4 * MIB), names
        ),
        "a banner without end": elf_with_sections(
            [(btf, 1, 0, len(blob)), (rodata, 1, len(blob), 20 * MIB)],
            blob + (b"Linux version " + b"6.1.1" * 2000) * 3000, names
        ),
        "no sections": elf_with_sections([], b"", names),
        "nothing": b"",
    }  # fmt: skip
    sound = elf_with_sections(
        [(btf, 1, 0, len(blob)), (notes, 7, len(blob), len(text))], blob + text, names
    )
    fields = {16: "H", 18: "H", 40: "Q", 58: "H", 60: "H", 62: "H", 96: "Q", 104: "I", 128: "I", 152: "Q", 160: "Q"}  # fmt: skip
    for place, kind in fields.items():
        for number in NUMBERS:
            if number < 1 << 8 * struct.calcsize(kind):
                lying = bytearray(sound)
                struct.pack_into("<" + kind, lying, place, number)
                kernels[f"{number:x} at byte {place}"] = bytes(lying)
    for size in (3, 20, 63, 64, 100, 127, 128, 200, 300, len(sound) - 5):
        kernels[f"cut to {size} bytes"] = sound[:size]
    for number, (name, data) in enumerate(kernels.items()):
        path = put(folder / f"vmlinux-{number}", data)
        seconds = 15 if len(data) > MIB else SECONDS
        audit = ("audit", "--vmlinux", path, NOTE)
        yield case(f"kernel: {name}", *audit, codes=ANY, seconds=seconds)
        if number % 4 == 0:
            arguments = ("synth", *ARCH, "--kernel", "6.12.0", "--vmlinux", path)
            yield case(f"kernel: {name}", *arguments, codes=ANY, seconds=seconds)
    yield case("a folder", "audit", "--vmlinux", folder, NOTE)


def _configurations(folder: Path) -> Iterator[Case]:
    texts = {
        "numbers of 5,000 digits": b"CONFIG_NR_CPUS=" + b"9" * 5000 + b"\n",
        "a million symbols": b"".join(b"CONFIG_A%d=y\n" % n for n in range(1_000_000)),
        "16 MB of one line": b"CONFIG_A=" + b"y" * (16 * MIB - 20),
        "16 MB of the prefix": b"CONFIG_" * (2 * MIB),
        "no text": os.urandom(100_000),
        "nothing": b"",
    }
    for number, (name, text) in enumerate(texts.items()):
        path = put(folder / f"config-{number}", text)
        for verb in (
            ("audit", "--config", path, NOTE),
            ("compat", "--consumer", "crash", "--kernel", "6.12", *ARCH, "--config", path),
        ):
            yield case(f"configuration: {name}", *verb, codes=ANY, seconds=12)
    yield from _packed(folder, "--config", b"CONFIG_A=y\n")
