# SPDX-License-Identifier: MIT
"""`vmcoreinfo attach`"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ...dump.attach import Attached, attach
from ...dump.raw import RawImage, may_be_raw
from ...dump.reader import Found
from ...dump.source import File
from ..debuginfo import told
from ..dump import INPUT, add_input_format_option, check_copied, found_in, warn_of_cut
from ..failure import FINE, Failure
from ..memory import add_memory_start
from ..output import inputs_of, print_answer
from ..progress import bar


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("note", metavar="NOTE", help=f"source of the note: {INPUT}")
    parser.add_argument(
        "dump",
        metavar="DUMP",
        help="an ELF or kdump-compressed vmcore, or an image of memory, raw or by LiME",
    )
    parser.add_argument("-o", "--out", metavar="FILE", required=True, help="the copy to write")
    add_memory_start(
        parser, "DUMP", "where memory begins on every machine of its architecture, as on x86"
    )
    add_input_format_option(parser)
    parser.add_argument(
        "--format",
        choices=["table", "json"],
        default="table",
        help="output format (default: table)",
    )


def run(options: argparse.Namespace) -> int:
    import vmcoreinfo

    check_copied(options.dump)
    found = found_in(options.note, options.input_format)
    lines = sum(line.format is not None for line in vmcoreinfo.parse(found.text).lines)
    if not lines:
        raise Failure(f"{found.name}: no VMCOREINFO entries; expected lines like OSRELEASE=6.12.0")
    inputs = inputs_of(options, "out")
    raw = _raw_image(options, found)
    with bar(f"copying {Path(options.dump).name}", os.path.getsize(options.dump)) as done:
        attached = told(
            lambda: attach(found.text, options.dump, options.out, done, inputs, raw, mends=True)
        )
    warn_of_cut(options.dump, attached.coverage)
    _compare(found, attached, options.dump)
    _compare_arch(found, attached.arch, options.dump)
    if options.format == "json":
        from ...query.notes import attached as answer

        print_answer(answer(options.out, lines, attached))
        return FINE
    if raw is not None:
        print(f"{options.dump}: {_told_of(raw)}", file=sys.stderr)
    if attached.mended:
        print(f"header fields set from the note: {', '.join(attached.mended)}", file=sys.stderr)
    place = "replaced the existing note" if attached.replaced is not None else "added"
    data = (
        f"{attached.shared} bytes shared with {options.dump}"
        if attached.shared
        else f"{attached.copied} bytes copied from {options.dump}"
    )
    print(f"{options.out}: note of {lines} lines {place}; {data}", file=sys.stderr)
    return FINE


def _compare(found: Found, attached: Attached, dump: str) -> None:
    """Warn if the dump had a note of another kernel."""
    import vmcoreinfo

    theirs = vmcoreinfo.parse(attached.replaced or b"")
    for key in ("OSRELEASE", "BUILD-ID"):
        ours, was = vmcoreinfo.parse(found.text).line(key), theirs.line(key)
        if ours is not None and was is not None and ours.text != was.text:
            print(
                f"vmcoreinfo: warning: {key} is {ours.text} in {found.name} but {was.text} in "
                f"{dump}; check that the note belongs to that kernel",
                file=sys.stderr,
            )


def _told_of(raw: RawImage) -> str:
    if len(raw.ranges) == 1:
        return f"treated as a memory image starting at 0x{raw.ranges[0].start:x}"
    return f"treated as a memory image of {len(raw.ranges)} ranges"


def _raw_image(options: argparse.Namespace, found: Found) -> RawImage | None:
    """The layout of a raw image; None for a dump, or a file that can't be a memory image."""
    with File(options.dump) as source:
        if not may_be_raw(source):
            if options.memory_start is not None:
                raise Failure(f"{options.dump} is not a raw image; leave out --memory-start")
            return None
        from ... import resources
        from ...query.raw_image import raw_image
        from ..schema import load_schema

        schema = load_schema(resources.schema())
        return told(lambda: raw_image(schema, source, found, options.memory_start))


def _compare_arch(found: Found, arch: str | None, dump: str) -> None:
    """Warn if the note is of another architecture than the dump."""
    if arch is None or arch == found.arch:
        return
    from ... import resources
    from ...query.raw_image import architectures_of_note
    from ..schema import load_schema

    schema = load_schema(resources.schema())
    theirs = schema.architecture(arch)
    ours = architectures_of_note(schema, found)
    if theirs is not None and ours and theirs not in ours:
        names = " or ".join(one.name for one in ours)
        print(
            f"vmcoreinfo: warning: the note in {found.name} is for {names}, but {dump} is for "
            f"{theirs.name}; tools will read it wrongly",
            file=sys.stderr,
        )
