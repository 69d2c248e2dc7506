# SPDX-License-Identifier: MIT
"""What a kernel has of itself in its memory, as `find --what` lists and writes it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from ..debuginfo.btf_in_memory import search_btf
from ..debuginfo.config_in_memory import search_config
from ..debuginfo.in_memory import Cut
from ..debuginfo.kallsyms import find_kallsyms
from ..dump.live import is_kcore
from ..dump.memory import PhysicalMemory
from ..dump.reader import unpacker
from ..dump.source import File
from ..query.interface.answer import Answer
from ..query.notes import btf_finds, config_finds, kallsyms_finds
from .debuginfo import told
from .failure import Failure
from .output import counted


class Found(NamedTuple):
    """All of one kind: its name, the columns of the list for people, the answer for machines.

    `read` gives the bytes of one, by its place in the list from 0; `none` says what may be why, where
    there is none.
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    answer: Answer
    read: Callable[[int], bytes]
    none: str


@contextmanager
def memory_in(image: str, what: str) -> Iterator[PhysicalMemory]:
    """The memory that a file holds. Raises Failure where it holds none that is read by address."""
    pipe = "a pipe, and memory is read by address: write it to a file first"
    if image == "-":
        raise Failure(f"<stdin>: {pipe}")
    if is_kcore(image):
        raise Failure(f"{image}: the memory of the running kernel; {_KINDS[what].live}")
    if stat.S_ISFIFO(os.stat(image).st_mode):
        raise Failure(f"{image}: {pipe}")
    with told(lambda: File(image)) as source:
        yield told(lambda: PhysicalMemory(source))


def look_for(what: str, memory: PhysicalMemory) -> Found:
    """Look through memory. Raises Failure where it can't be read."""
    return told(lambda: _KINDS[what].found(memory))


def _btf(memory: PhysicalMemory) -> Found:
    search = search_btf(memory)
    answer = btf_finds(memory.source.name, search.found, memory.is_placed)
    rows = [
        [
            f"{one.physical:#x}",
            str(one.size),
            str(one.types),
            shown.byte_order,
            (shown.release or "-") + (f"  (the same as {shown.same_as})" if shown.same_as else ""),
        ]
        for one, shown in zip(search.found, answer.btf, strict=True)
    ]
    return Found(
        "BTF",
        [_place(memory), "BYTES", "TYPES", "BYTE ORDER", "RELEASE"],
        rows,
        answer,
        lambda index: search.found[index].data,
        _none(memory, search.cut, "kernels since 5.4 have it, if built with CONFIG_DEBUG_INFO_BTF"),
    )


def _config(memory: PhysicalMemory) -> Found:
    search = search_config(memory)
    rows = [
        [f"{one.physical:#x}", str(one.text_size), str(one.options), one.title or "-"]
        for one in search.found
    ]
    return Found(
        ".config",
        [_place(memory), "BYTES", "OPTIONS", "TITLE"],
        rows,
        config_finds(memory.source.name, search.found, memory.is_placed),
        lambda index: search.found[index].text,
        _none(
            memory,
            search.cut,
            "kernels have it, if built with CONFIG_IKCONFIG, and Debian's are not: "
            "take /boot/config-* of the machine",
        ),
    )


def _kallsyms(memory: PhysicalMemory) -> Found:
    tables = find_kallsyms(memory)
    answer = kallsyms_finds(memory.source.name, tables, memory.is_placed)
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
        _none(memory, [], "kernels since 4.6 have it, if built with CONFIG_KALLSYMS"),
    )


def _place(memory: PhysicalMemory) -> str:
    return "PHYSICAL" if memory.is_placed else "OFFSET"


def _none(memory: PhysicalMemory, cut: Sequence[Cut], otherwise: str) -> str:
    """Why there may be none: what is not whole, else what a kernel has to be."""
    tool = unpacker(memory.source.read(0, 32)) if memory.is_raw else None
    if tool:
        return f"it is compressed: unpack it first, by {tool}"
    if not cut:
        return f"{otherwise}; what is compressed or encrypted can't be looked into"
    more = f"; {counted(len(cut) - 1, 'other')} besides" if len(cut) > 1 else ""
    return f"one begins at {cut[0].physical:#x}, {cut[0].why}{more}"


class _Kind(NamedTuple):
    """How it is looked for, and where else the running kernel has it."""

    found: Callable[[PhysicalMemory], Found]
    live: str


_KINDS = {
    "btf": _Kind(_btf, "its BTF is /sys/kernel/btf/vmlinux"),
    "kallsyms": _Kind(_kallsyms, "its symbols are in /proc/kallsyms"),
    "config": _Kind(_config, "its configuration is /proc/config.gz, or /boot/config-*"),
}
