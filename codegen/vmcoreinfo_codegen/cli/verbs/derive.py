# SPDX-License-Identifier: MIT
"""`vmcoreinfo derive`"""

from __future__ import annotations

import argparse
import sys

import vmcoreinfo
import vmcoreinfo.derive

from ...audit.identify import architectures_of, kernel_of
from ...audit.rules.address_width import RULE
from ...audit.subject import Subject
from ...dump.names import LIVE, NOTES, STDIN
from ...dump.reader import Found
from ...dump.translated import reader
from ...model import Derivation, Schema
from ...problem import did_you_mean
from ...query.interface.notes import Derives
from ...query.notes import derived
from ..dump import INPUT, add_input_format_option, found_in
from ..failure import FINDINGS, FINE, Failure
from ..output import print_answer, print_table
from ..schema import add_format_option, add_schema_option, architecture_of, load_schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", metavar="DUMP", help=INPUT)
    parser.add_argument("name", metavar="NAME", nargs="*", help="a derived value (default: all)")
    add_input_format_option(parser)
    parser.add_argument(
        "--note", metavar="NOTE", help="take the note from NOTE instead of the dump"
    )
    parser.add_argument(
        "--arch", help="the architecture (default: from the dump or the note's keys)"
    )
    add_format_option(parser)
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    schema = load_schema(options.schema)
    wanted = _wanted(schema, options.name)
    found = found_in(options.note or options.input, None if options.note else options.input_format)
    info = vmcoreinfo.parse(found.text)
    if not info.known_lines:
        raise Failure(f"{found.name}: no VMCOREINFO entries; expected lines like OSRELEASE=6.12.0")
    arch = _architecture(schema, options.arch, found, info)
    target = vmcoreinfo.derive.Dump(
        arch,
        None if _is_note(found, options) else reader(options.input, found.text),
        found.order == ">",
    )
    _warn(schema, found, info, arch)
    values = [derived(derivation, info, target) for derivation in wanted]
    if options.format == "json":
        answer = Derives(
            input=options.input,
            format=found.format,
            release=info.OSRELEASE,
            arch=arch,
            values=values,
        )
        print_answer(answer)
    else:
        rows = [[v.name, v.text or "-", v.unit or "", v.recipe or v.why or ""] for v in values]
        print_table(["NAME", "VALUE", "UNIT", "RECIPE OR REASON"], rows)
    absent = [value for value in values if value.value is None]
    return FINDINGS if options.name and absent else FINE


def _warn(schema: Schema, found: Found, info: vmcoreinfo.VmcoreInfo, arch: str | None) -> None:
    """Warn about lines that contradict others: derived values are no better than their lines."""
    told = tuple(one for one in schema.architectures if one.name == arch)
    about = Subject(found.text, info, schema, kernel_of(schema, info), told)
    for finding in RULE.run(about):
        print(f"vmcoreinfo: warning: {finding.key}: {finding.message}", file=sys.stderr)


def _wanted(schema: Schema, names: list[str]) -> list[Derivation]:
    by_name = {derivation.name: derivation for derivation in schema.derivations}
    for name in names:
        if name not in by_name:
            hint = did_you_mean(name, by_name) or f"one of {' '.join(by_name)}"
            raise Failure(f"unknown derivation '{name}'; {hint}")
    return [by_name[name] for name in names] if names else list(schema.derivations)


def _is_note(found: Found, options: argparse.Namespace) -> bool:
    """Whether the input is only a note, without memory."""
    if options.input == STDIN:
        return True
    return options.note is None and options.input != LIVE and found.format in NOTES


def _architecture(
    schema: Schema, name: str | None, found: Found, info: vmcoreinfo.VmcoreInfo
) -> str | None:
    if name:
        return architecture_of(schema, name).name
    told = schema.architecture(found.arch or "")
    if told is not None:
        return told.name
    archs = architectures_of(kernel_of(schema, info), info)
    if len(archs) == 1:
        return archs[0].name
    print(
        "vmcoreinfo: unknown architecture; recipes for single architectures are skipped without "
        "--arch",
        file=sys.stderr,
    )
    return None
