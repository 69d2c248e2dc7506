# SPDX-License-Identifier: MIT
"""A kernel's data about itself in memory, as listed and written by `find --what`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..debuginfo.banner_in_memory import BannerSearch
from ..debuginfo.btf_in_memory import BtfSearch
from ..debuginfo.config_in_memory import ConfigSearch
from ..debuginfo.in_memory import Cut, look_through
from ..debuginfo.kallsyms import KallsymsSearch
from ..dump.memory import PhysicalMemory
from ..dump.reader import unpacker
from ..query.interface.answer import Answer
from ..query.notes import SearchedImage, btf_finds, config_finds, kallsyms_finds
from .debuginfo import told
from .output import counted
from .progress import bar

Done = Callable[[int], object]


class Found(NamedTuple):
    """All data of one kind: its name, the columns of the list for people, the answer for machines.

    `read` gives the bytes of one, by its index from 0; `none` says why there may be none.
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    answer: Answer
    read: Callable[[int], bytes]
    none: str


def live(what: str) -> str:
    """Where the running kernel has these data."""
    return _KINDS[what].live


def look_for(what: str, memory: PhysicalMemory) -> Found:
    """Search memory. Raises Failure if it can't be read."""
    with bar(f"searching {os.path.basename(memory.source.name)}", memory.size) as done:
        return told(lambda: _KINDS[what].found(memory, done))


def _btf(memory: PhysicalMemory, done: Done) -> Found:
    search, banners = BtfSearch(memory), BannerSearch(memory)
    look_through(memory, [search, banners], done)
    found, places = search.found(), banners.found()
    answer = btf_finds(_image(memory), found, [places.release_of(one.physical) for one in found])
    rows = [
        [
            f"{one.physical:#x}",
            str(one.size),
            str(one.types),
            shown.byte_order,
            (shown.release or "-") + (f"  (the same as {shown.same_as})" if shown.same_as else ""),
        ]
        for one, shown in zip(found, answer.btf, strict=True)
    ]
    return Found(
        "BTF",
        [_place(memory), "BYTES", "TYPES", "BYTE ORDER", "RELEASE"],
        rows,
        answer,
        lambda index: found[index].data,
        _none(
            memory, search.cut(), "kernels since 5.4 have it if built with CONFIG_DEBUG_INFO_BTF"
        ),
    )


def _config(memory: PhysicalMemory, done: Done) -> Found:
    search = ConfigSearch(memory)
    look_through(memory, [search], done)
    found = search.found()
    rows = [
        [f"{one.physical:#x}", str(one.text_size), str(one.options), one.title or "-"]
        for one in found
    ]
    return Found(
        ".config",
        [_place(memory), "BYTES", "OPTIONS", "TITLE"],
        rows,
        config_finds(_image(memory), found),
        lambda index: found[index].text,
        _none(
            memory,
            search.cut(),
            "kernels have it if built with CONFIG_IKCONFIG, which Debian's are not: use the "
            "machine's /boot/config-*",
        ),
    )


def _kallsyms(memory: PhysicalMemory, done: Done) -> Found:
    search = KallsymsSearch(memory)
    look_through(memory, [search], done)
    tables = search.found()
    answer = kallsyms_finds(_image(memory), tables)
    rows = [
        [
            f"{table.physical:#x}",
            str(table.count),
            "-" if shown.text is None else f"{shown.text:#x}",
            "" if table.has_run_addresses else "physical",
            table.layout,
        ]
        for table, shown in zip(tables, answer.kallsyms, strict=True)
    ]
    return Found(
        "kallsyms",
        [_place(memory), "SYMBOLS", "_text", "ADDRESSES", "LAYOUT"],
        rows,
        answer,
        lambda index: tables[index].system_map(),
        _none(memory, [], "kernels since 4.6 have it if built with CONFIG_KALLSYMS"),
    )


def _image(memory: PhysicalMemory) -> SearchedImage:
    return SearchedImage(memory.source.name, memory.is_placed)


def _place(memory: PhysicalMemory) -> str:
    return "PHYSICAL" if memory.is_placed else "OFFSET"


def _none(memory: PhysicalMemory, cut: Sequence[Cut], otherwise: str) -> str:
    """Why there may be none: incomplete data, else `otherwise`."""
    tool = unpacker(memory.source.read(0, 32)) if memory.is_raw else None
    if tool:
        return f"it is compressed; unpack it first with {tool}"
    if not cut:
        return f"{otherwise}; compressed or encrypted memory can't be searched"
    more = f"; {counted(len(cut) - 1, 'other')} as well" if len(cut) > 1 else ""
    return f"one begins at {cut[0].physical:#x}, {cut[0].why}{more}"


class _Kind(NamedTuple):
    """How data of a kind are searched for, and where the running kernel has them."""

    found: Callable[[PhysicalMemory, Done], Found]
    live: str


_KINDS = {
    "btf": _Kind(_btf, "its BTF is /sys/kernel/btf/vmlinux"),
    "kallsyms": _Kind(_kallsyms, "its symbols are in /proc/kallsyms"),
    "config": _Kind(_config, "its configuration is /proc/config.gz, or /boot/config-*"),
}
