# SPDX-License-Identifier: MIT
"""`vmcoreinfo note`: uses only the generated parser, so it starts fast."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ..dump import INPUT, add_input_format_option, found_in
from ..failure import FINE, Failure
from ..output import print_json, print_table, write_output

if TYPE_CHECKING:
    from ...dump.reader import Found


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help=INPUT)
    add_input_format_option(parser)
    parser.add_argument("-o", "--out", metavar="FILE", help="write to FILE instead of stdout")
    parser.add_argument(
        "--raw",
        action="store_true",
        help="write the ELF note with its header, as the kernel stores it",
    )
    parser.add_argument(
        "--where", action="store_true", help="show where the note is instead of writing it"
    )
    parser.add_argument(
        "--format",
        choices=["table", "json"],
        default="table",
        help="output format of --where (default: table)",
    )


def run(options: argparse.Namespace) -> int:
    from ...dump.notes import build

    found = found_in(options.file, options.input_format)
    if b"=" not in found.text:
        raise Failure(
            f"{found.name}: the note is {'empty' if not found.text.strip(bytes(1)) else 'not text'}"
            f" ({len(found.text)} bytes); expected lines like OSRELEASE=6.12.0"
        )
    if options.where:
        _print_where(found, options.format)
        return FINE
    data = build(found.text, found.order or "<") if options.raw else found.text
    write_output(options, data)
    return FINE


def _print_where(found: Found, format_: str) -> None:
    order = {"<": "little", ">": "big", None: None}[found.order]
    where = {
        "input": found.name,
        "format": found.format,
        "offset": found.offset,
        "bytes": len(found.text),
        "arch": found.arch,
        "bits": found.bits,
        "byte_order": order,
        "beside": list(found.beside),
        "remarks": list(found.remarks),
    }
    if format_ == "json":
        print_json(where)
        return
    rows = []
    for name, value in where.items():
        text = ", ".join(value) if isinstance(value, list) else "-" if value is None else str(value)
        rows.append([name.replace("_", " "), text or "-"])
    print_table(["WHAT", "VALUE"], rows)
