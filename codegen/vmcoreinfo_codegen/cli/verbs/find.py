# SPDX-License-Identifier: MIT
"""`vmcoreinfo find`"""

from __future__ import annotations

import argparse
import os
import stat
import sys

from ...dump.carve import Carved, carve, first_alike, located
from ...dump.kcore import memory_in
from ...dump.live import is_kcore
from ...dump.problem import DumpError
from ...dump.scan import processes
from ...dump.source import File, Memory
from ..failure import FINDINGS, FINE, Failure
from ..memory import add_memory_start
from ..output import print_answer, print_table, write_output
from ..progress import bar


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "image",
        metavar="IMAGE",
        help="a memory image, dump, or any other file or device; '-' for stdin",
    )
    parser.add_argument(
        "--what",
        choices=["note", "kallsyms", "btf", "config"],
        default="note",
        help="what to search for: note (default); kallsyms, the symbols as in System.map; btf, the "
        "types as in /sys/kernel/btf/vmlinux; config, the .config; in dumps of any format",
    )
    parser.add_argument(
        "-o", "--out", metavar="FILE", help="write the first one found to FILE; '-' for stdout"
    )
    parser.add_argument(
        "--number", metavar="N", type=int, help="write number N of the list instead of the first"
    )
    add_memory_start(parser, "IMAGE", "positions are offsets in it")
    parser.add_argument(
        "--format",
        choices=["table", "json"],
        default="table",
        help="output format (default: table)",
    )


def run(options: argparse.Namespace) -> int:
    if options.what != "note":
        return _of_memory(options)
    if options.memory_start is not None:
        raise Failure("--memory-start works only with --what kallsyms, btf or config")
    return _notes(options)


def _of_memory(options: argparse.Namespace) -> int:
    """Find a kernel's data about itself in memory."""
    from ..found import live, look_for
    from ..memory import open_memory

    writes = _writes(options)
    if options.what == "btf" and writes and options.out in (None, "-") and sys.stdout.isatty():
        raise Failure("not writing BTF to a terminal; use -o FILE")
    with open_memory(options.image, live(options.what), options.memory_start) as memory:
        found = look_for(options.what, memory)
        if writes and found.rows:
            number = _wanted(options, len(found.rows), found.name)
            write_output(options, found.read(number - 1))
    if not writes and options.format == "json":
        print_answer(found.answer)
    elif not writes and found.rows:
        rows = [[str(number), *row] for number, row in enumerate(found.rows, 1)]
        print_table(["#", *found.columns], rows)
    if not found.rows:
        what = f"no kernel's {found.name} found"
        print(f"vmcoreinfo: {options.image}: {what}; {found.none}", file=sys.stderr)
    return FINE if found.rows else FINDINGS


def _writes(options: argparse.Namespace) -> bool:
    return bool(options.out) or options.number is not None


def _wanted(options: argparse.Namespace, found: int, what: str) -> int:
    """The index of the item to write."""
    number: int = 1 if options.number is None else options.number
    if not 0 < number <= found:
        name = "<stdin>" if options.image == "-" else options.image
        raise Failure(f"{name}: {found} {what} found, but number {number} was requested", FINDINGS)
    return number


def _notes(options: argparse.Namespace) -> int:
    try:
        found = _carved(options.image)
    except DumpError as error:
        raise Failure(str(error)) from error
    name = "<stdin>" if options.image == "-" else options.image
    if _writes(options):
        number = _wanted(options, len(found), "note" if len(found) == 1 else "notes")
        write_output(options, found[number - 1].text)
    elif options.format == "json":
        from ...query.notes import note_finds

        print_answer(note_finds(name, found))
    elif found:
        _print_rows(found)
    if not found:
        print(f"vmcoreinfo: {name}: no note found; {_why(options.image)}", file=sys.stderr)
    return FINE if found else FINDINGS


def _carved(image: str) -> list[Carved]:
    if image == "-":
        return carve(sys.stdin.buffer)
    with File(image) as source, source.stream() as file:
        parts = memory_in(source) if is_kcore(image) else None
        size = source.size if parts is None else sum(end - start for start, end in parts)
        with bar(f"searching {os.path.basename(image)}", size) as done:
            return located(carve(file, done, image, parts, _jobs(source, parts)), source)


def _jobs(source: File, parts: object) -> int:
    """Number of processes for a regular file; others are read sequentially by one."""
    is_regular = stat.S_ISREG(os.fstat(source.fileno()).st_mode)
    return processes(source.size) if is_regular and source.size and parts is None else 1


def _why(image: str) -> str:
    """A possible reason why no note was found."""
    from ...dump.foreign import foreign
    from ...dump.reader import tell_format, unpacker

    # A pipe has been read to its end, and if reopened may have no writer.
    if image != "-" and not stat.S_ISFIFO(os.stat(image).st_mode):
        with open(image, "rb", buffering=0) as file:
            start = file.read(32) if file.seekable() else b""
        tool = unpacker(start)
        if tool:
            return f"it is compressed: {tool} FILE | vmcoreinfo find -"
        form = foreign(start)
        if form:
            return f"it is {form}"
        if tell_format(Memory(image, start)) in ("kdump", "flattened"):
            return (
                "its pages are compressed; 'vmcoreinfo note' reads the note from a kdump's header"
            )
    return "compressed or encrypted memory, as in a saved virtual machine, can't be searched"


def _print_rows(found: list[Carved]) -> None:
    rows = []
    for number, (text, like) in enumerate(zip(found, first_alike(found)), 1):
        rows.append(
            [
                str(number),
                f"{text.offset:#x}",
                "-" if text.physical is None else f"{text.physical:#x}",
                text.place,
                str(len(text.text)),
                f"{text.known} of {text.lines}",
                text.release + (f"  (text of {like})" if like else ""),
            ]
        )
    print_table(["#", "OFFSET", "PHYSICAL", "AS", "BYTES", "KNOWN LINES", "RELEASE"], rows)
