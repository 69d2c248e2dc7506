# SPDX-License-Identifier: MIT
"""`vmcoreinfo parse`: uses only the generated parser, so it starts fast."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from ..dump import INPUT, add_input_format_option, found_in
from ..failure import FINDINGS, FINE, Failure
from ..output import print_csv, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vmcoreinfo import Diagnostic, Line, VmcoreInfo


_WIDEST = 120


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help=INPUT)
    add_input_format_option(parser)
    parser.add_argument(
        "--get", metavar="KEY", help="print only the value of KEY; exit 1 if it is absent"
    )
    parser.add_argument(
        "--format",
        choices=["table", "json", "csv"],
        default="table",
        help="output format (default: table)",
    )


def run(options: argparse.Namespace) -> int:
    import vmcoreinfo

    found = found_in(options.file, options.input_format)
    info, name = vmcoreinfo.parse(found.text), found.name
    if not info.known_lines:
        raise Failure(_nothing_in(name, info))
    diagnostics = [one._replace(line=found.line_of(one.line)) for one in info.diagnostics]
    if options.get is not None:
        return _get(info, options.get, name, diagnostics)
    lines = [line._replace(line=found.line_of(line.line)) for line in info.lines]
    if options.format == "json":
        print_json(
            {
                "format": found.format,
                "remarks": list(found.remarks),
                "entries": [_row(line) for line in lines],
                "diagnostics": [diagnostic._asdict() for diagnostic in diagnostics],
            }
        )
    else:
        _print_rows(info, lines, options.format)
        for diagnostic in diagnostics:
            print(_diagnostic(name, diagnostic), file=sys.stderr)
    errors = [d for d in diagnostics if d.severity == "error"]
    return FINDINGS if errors else FINE


def _nothing_in(name: str, info: VmcoreInfo) -> str:
    if not info.text:
        return f"{name}: empty; expected lines like OSRELEASE=6.12.0 or a raw ELF note"
    first = info.diagnostics[0]
    return (
        f"{name}:{first.line}: no VMCOREINFO entries (byte {first.offset}: {first.message}); "
        "expected lines like OSRELEASE=6.12.0 or a raw ELF note"
    )


def _get(info: VmcoreInfo, key: str, name: str, diagnostics: Sequence[Diagnostic]) -> int:
    line = info.line(key)
    if line is not None and line.status == "ok":
        print(line.text)
        return FINE
    for diagnostic in diagnostics:
        if diagnostic.key == key:
            print(_diagnostic(name, diagnostic), file=sys.stderr)
            return FINDINGS
    print(f"vmcoreinfo: {name}: no {key}{_hint(info, key)}", file=sys.stderr)
    return FINDINGS


def _hint(info: VmcoreInfo, key: str) -> str:
    import itertools

    from vmcoreinfo import ENTRIES

    from ...problem import did_you_mean

    known = ENTRIES.get(key)
    if known is None:
        hint = did_you_mean(key, [*ENTRIES, *itertools.islice(info, len(ENTRIES))])
        return (
            f", which no known kernel exports; {hint}"
            if hint
            else ", which no known kernel exports"
        )
    life = f"since {known.since}" + (f" until {known.until}" if known.until else "")
    instead = [other for other in known.replaced_by if other in info]
    there = f"; it has {' and '.join(instead)} instead" if instead else ""
    return f"; kernels export it {life}{there}"


def _row(line: Line) -> dict[str, Any]:
    value = line.text if isinstance(line.value, bytes) else line.value
    return {
        "key": line.key,
        "kind": line.kind,
        "value": value,
        "text": line.text,
        "format": line.format,
        "line": line.line,
        "status": line.status,
    }


def _print_rows(info: VmcoreInfo, lines: Sequence[Line], format_: str) -> None:
    from vmcoreinfo import ENTRIES

    if format_ == "csv":
        header = ["key", "kind", "value", "text", "format", "line", "status"]
        print_csv(header, (list(_row(line).values()) for line in lines))
        return
    rows = []
    for line in lines:
        known = ENTRIES.get(line.key)
        unit = (known.unit or "") if known else "unknown key"
        if line.status != "ok":
            unit = line.status
        elif (quirk := info.quirk(line.key)) is not None:
            unit = f"{unit} ({quirk.kind} in {quirk.releases})".lstrip()
        rows.append([_clipped(line.key), _clipped(line.text), unit])
    print_table(["KEY", "VALUE", "UNIT"], rows)


def _clipped(text: str) -> str:
    """A shortened cell, as the widest cell makes its column wide; JSON and CSV have all of it."""
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


def _diagnostic(name: str, diagnostic: Diagnostic) -> str:
    key = f"{_clipped(diagnostic.key)}: " if diagnostic.key else ""
    return (
        f"{name}:{diagnostic.line}: {diagnostic.severity}: {key}{diagnostic.message} "
        f"[{diagnostic.id}, byte {diagnostic.offset}]"
    )
