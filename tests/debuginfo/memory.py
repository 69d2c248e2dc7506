# SPDX-License-Identifier: MIT
"""Makes memory around a kernel's own data: BTF as large as a small kernel's, and .config."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from tests.debuginfo.make import Blob
from vmcoreinfo_codegen.debuginfo.banner_in_memory import BannerSearch
from vmcoreinfo_codegen.debuginfo.btf_in_memory import BtfSearch, FoundBtf
from vmcoreinfo_codegen.debuginfo.config_in_memory import ConfigSearch, FoundConfig
from vmcoreinfo_codegen.debuginfo.in_memory import Cut, look_through
from vmcoreinfo_codegen.debuginfo.kallsyms import Kallsyms, KallsymsSearch
from vmcoreinfo_codegen.dump.memory import PhysicalMemory
from vmcoreinfo_codegen.dump.source import Memory

CONFIG = b"""#
# Automatically generated file; DO NOT EDIT.
# Linux/x86 6.12.117 Kernel Configuration
#
CONFIG_64BIT=y
# CONFIG_KASAN is not set
CONFIG_CC_VERSION_TEXT="gcc (Debian 14.2.0-19) 14.2.0"

CONFIG_HZ=250
"""


@cache
def kernel_btf(order: str = "<", structs: int = 3000, first: str = "long unsigned int") -> bytes:
    """BTF that counts as a kernel's, by its size and the structs that each kernel has."""
    b = Blob(order)
    b.string(first)
    long = b.int_("unsigned long", 8)
    b.list_head()
    b.struct("page", 64, [("flags", long, 0)])
    b.struct("task_struct", 9000, [("stack", b.pointer(), 0)])
    for number in range(structs):
        b.struct(f"struct_{number}", 8, [("member", long, 0)])
    return b.blob()


def ikconfig(text: bytes = CONFIG) -> bytes:
    """The data of kernel/configs.c."""
    return b"IKCFG_ST" + gzip.compress(text, mtime=0) + b"IKCFG_ED"


def image(size: int, parts: Mapping[int, bytes]) -> bytes:
    """Zeros with these parts at their offsets."""
    data = bytearray(size)
    for place, part in parts.items():
        data[place : place + len(part)] = part
    return bytes(data)


def memory(data: bytes, start: int | None = None) -> PhysicalMemory:
    """A raw image with these data."""
    return PhysicalMemory(Memory("memory", data), start)


class Searched(NamedTuple):
    """The results of a search: complete and incomplete data."""

    found: list[Any]
    cut: list[Cut]


def searched(search: Any, memory: PhysicalMemory) -> Searched:
    look_through(memory, [search])
    return Searched(search.found(), search.cut())


def find_kallsyms(memory: PhysicalMemory, names: Iterable[str] = ()) -> list[Kallsyms]:
    return searched(KallsymsSearch(memory, names), memory).found


def search_btf(memory: PhysicalMemory) -> Searched:
    return searched(BtfSearch(memory), memory)


def find_btf(memory: PhysicalMemory) -> list[FoundBtf]:
    return search_btf(memory).found


def search_config(memory: PhysicalMemory) -> Searched:
    return searched(ConfigSearch(memory), memory)


def find_config(memory: PhysicalMemory) -> list[FoundConfig]:
    return search_config(memory).found


def release_of(memory: PhysicalMemory, physical: int) -> str | None:
    """The release in the banner before an address."""
    search = BannerSearch(memory)
    look_through(memory, [search])
    return search.found().release_of(physical)
