# SPDX-License-Identifier: MIT
"""`vmcoreinfo diff`"""

from __future__ import annotations

import argparse
import textwrap

from ...query.difference import difference
from ...query.interface import Change
from ..failure import FINDINGS, FINE
from ..output import print_json
from ..schema import (
    add_format_option,
    add_schema_option,
    architecture_of,
    load_schema,
    release_of,
)

_SIGNS = {"removed": "-", "added": "+", "condition": "~", "printed": "~", "meaning": "!"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD", help="a release, as uname -r prints it")
    parser.add_argument("new", metavar="NEW", help="another one")
    parser.add_argument("--arch", help="as uname -m or Debian names it (default: all)")
    add_format_option(parser)
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    schema = load_schema(options.schema)
    old, new = release_of(schema, options.old), release_of(schema, options.new)
    arch = architecture_of(schema, options.arch) if options.arch else None
    answer = difference(schema, old, new, arch)
    if options.format == "json":
        print_json(answer.model_dump())
    else:
        for changes in _alike(answer.changes):
            _print(changes)
        if not answer.changes:
            print(f"no difference between {old} and {new}")
    return FINDINGS if answer.changes else FINE


def _alike(changes: list[Change]) -> list[list[Change]]:
    """Changes that differ in nothing but their key, together."""
    groups: dict[str, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.model_dump_json(exclude={"key"}), []).append(change)
    return list(groups.values())


def _print(changes: list[Change]) -> None:
    change = changes[0]
    where = f"  on {' '.join(change.archs)}" if change.archs is not None else ""
    for alike in changes:
        print(f"{_SIGNS[change.change]} {alike.key}{where}")
    if change.change in ("condition", "printed"):
        label = "condition" if change.change == "condition" else "printed as"
        _detail(f"{label}: {change.old} -> {change.new}")
    elif change.old or change.new:
        _detail(f"if {change.old or change.new}")
    if change.why:
        _detail(change.why)
    if change.replaced_by:
        _detail(f"instead: {', '.join(change.replaced_by)}")
    if change.commit:
        _detail(f"commit {change.commit}")


def _detail(text: str) -> None:
    print(textwrap.fill(text, 88, initial_indent="      ", subsequent_indent="      "))
