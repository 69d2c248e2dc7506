# SPDX-License-Identifier: MIT
"""`vmcoreinfo diff`: between two kernels in the schema, or between the schema and a source tree."""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ...core.release import parse_release_string
from ...model import Architecture, Schema
from ...model.kernel import Kernel, mainline
from ...query.difference import difference
from ...query.interface.kernels import Change, MovedEntries, TreeChange, TreeDifference
from ..failure import FINDINGS, FINE, Failure
from ..kernel import add_revision_option, extraction_of, kernel_in, print_sites
from ..layout import prose_width, wrapped
from ..output import counted, print_answer, print_json
from ..sarif import Result, report
from ..schema import (
    add_format_option,
    add_schema_option,
    architecture_of,
    kernel_of,
    load_schema,
)
from ..tool import add_consumer_option, diff_tool

if TYPE_CHECKING:
    from ...kernel.extract import Extraction

_SIGNS = {
    "removed": "-",
    "added": "+",
    "condition": "~",
    "format": "~",
    "printed": "~",
    "meaning": "!",
}
_TREE_SIGNS = {"missing": "-", "extra": "+", "condition": "~", "format": "~", "architecture": "?"}
_TREE_RULES = {
    "missing": "exported according to the schema, but not by the tree",
    "extra": "exported by the tree, but not according to the schema",
    "condition": "the tree exports it under a different condition",
    "format": "the tree prints it in a different format",
    "architecture": "the tree exports it on an architecture that the schema lacks for this release",
    "moved": "the tree prints it in another file; the note stays the same",
}
_OWN = ("key", "file", "line")
_Change = TypeVar("_Change", Change, TreeChange)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "old",
        metavar="OLD",
        nargs="?",
        help="kernel release, as uname -r prints it; with --consumer, the tool's source tree",
    )
    parser.add_argument("new", metavar="NEW", nargs="?", help="kernel release to compare with OLD")
    parser.add_argument(
        "--kernel",
        metavar="TREE",
        type=Path,
        help="compare the schema with this kernel tree instead: a folder, tarball or git "
        "repository",
    )
    add_consumer_option(parser)
    parser.add_argument(
        "--release",
        help="release of the tree, or the vendor's kernel as uname -r prints it (default: from the "
        "kernel's tag and Makefile; for a tool from the tag given by --rev, or the one after its "
        "latest release)",
    )
    add_revision_option(parser)
    parser.add_argument(
        "--arch", help="architecture, as uname -m or Debian names it (default: all)"
    )
    add_format_option(parser, "sarif")
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    if options.consumer is not None:
        if options.old is None or options.new or options.kernel or options.arch:
            raise Failure("--consumer compares with a tool's source tree; give only that")
        return diff_tool(load_schema(options.schema), options)
    if (options.kernel is None) == (options.old is None or options.new is None):
        raise Failure("give two releases, or a tree with --kernel")
    if options.kernel is not None and options.old is not None:
        raise Failure("--kernel compares a tree with the schema; give its release with --release")
    schema = load_schema(options.schema)
    arch = None if options.arch is None else architecture_of(schema, options.arch)
    if options.kernel is not None:
        return _of_tree(schema, options, arch)
    if options.format == "sarif":
        raise Failure("SARIF needs findings in files; give a tree with --kernel")
    old, new = kernel_of(schema, options.old), kernel_of(schema, options.new)
    answer = difference(old, new, arch)
    if options.format == "json":
        print_answer(answer)
    else:
        for changes in _alike(answer.changes):
            _print(changes)
        if not answer.changes:
            print(f"no difference between {old.told} and {new.told}")
    return FINDINGS if answer.changes else FINE


def _alike(changes: list[_Change]) -> list[list[_Change]]:
    """Changes grouped if they differ only in key and place."""
    groups: dict[str, list[_Change]] = {}
    for change in changes:
        alike = {name: value for name, value in vars(change).items() if name not in _OWN}
        groups.setdefault(repr(alike), []).append(change)
    return list(groups.values())


def _print(changes: list[Change]) -> None:
    change = changes[0]
    where = f"  on {' '.join(change.archs)}" if change.archs is not None else ""
    for alike in changes:
        print(wrapped(f"{_SIGNS[change.change]} {alike.key}{where}", "", "      "))
    if change.change in ("condition", "format", "printed"):
        label = "printed as" if change.change == "printed" else change.change
        _detail(f"{label}: {change.old} -> {change.new}")
    elif change.old or change.new:
        _detail(f"if {change.old or change.new}")
    if change.why:
        _detail(change.why)
    if change.replaced_by:
        _detail(f"replaced by: {', '.join(change.replaced_by)}")
    if change.commit:
        _detail(f"commit {change.commit}")


def _detail(text: str) -> None:
    print(textwrap.fill(text, prose_width(88), initial_indent="      ", subsequent_indent="      "))


def _of_tree(schema: Schema, options: argparse.Namespace, arch: Architecture | None) -> int:
    # Loads the parser for C.
    from ...query.tree_difference import tree_difference

    extraction = extraction_of(options.kernel, options.rev)
    kernel = _kernel_of_tree(schema, extraction, options)
    answer = tree_difference(kernel, extraction, arch)
    if options.format == "json":
        print_answer(answer)
    elif options.format == "sarif":
        results = [*map(_result, answer.changes), *map(_moved_result, answer.moved)]
        print_json(report(_TREE_RULES, results))
    else:
        for changes in _alike(answer.changes):
            _print_tree_changes(changes)
        for moved in answer.moved:
            _print_moved(moved)
        print_sites(extraction)
        _summary(answer, kernel)
    return FINDINGS if answer.changes or answer.not_understood else FINE


def _kernel_of_tree(schema: Schema, extraction: Extraction, options: argparse.Namespace) -> Kernel:
    """The kernel of a tree: by --release, by its tag or files, or by the release in its Makefile.

    It may be a future release, which is expected to export what the latest one does.
    """
    found = None if options.release else kernel_in(schema, extraction, options.rev)
    if found is not None:
        _tell_how_known(found)
        return found
    text = options.release or str(extraction.release or "")
    try:
        release, _ = parse_release_string(text)
    except ValueError:
        release = None
    if release is None or release.branch <= schema.latest:
        return kernel_of(schema, text)
    print(f"release {release.branch} is not declared; compared as {schema.latest}", file=sys.stderr)
    return mainline(schema, release)


def _tell_how_known(kernel: Kernel) -> None:
    """Print if a build is compared with what is known of an earlier one."""
    if kernel.line is None or not kernel.is_patched:
        return
    before = kernel.line.line.at(kernel.line.build)
    other = f"as the earlier build {before.last}" if before is not None else f"as {kernel.release}"
    print(
        f"no build like {kernel.line.build} of {kernel.line.line.name} was read; compared {other}; "
        "'vmcoreinfo sync' adds it",
        file=sys.stderr,
    )


def _message(change: TreeChange) -> str:
    where = f" on {' '.join(change.archs)}" if change.archs is not None else ""
    forms = (
        f": {change.in_schema or 'absent'} in the schema, {change.in_tree or 'absent'} in the tree"
    )
    return f"{change.key}{where}: {_TREE_RULES[change.change]}{forms}"


def _result(change: TreeChange) -> Result:
    return Result(change.change, "error", _message(change), change.file, change.line)


def _moved_result(moved: MovedEntries) -> Result:
    message = f"{counted(len(moved.keys), 'key')}, {_said_of(moved)}"
    return Result("moved", "note", message, moved.in_tree, moved.line)


def _print_moved(moved: MovedEntries) -> None:
    many = counted(len(moved.keys), "key")
    print(wrapped(f"> {moved.in_tree}:{moved.line}  {many}", "", "      "))
    _detail(_said_of(moved))


def _said_of(moved: MovedEntries) -> str:
    return f"printed by {moved.in_schema} according to the schema; the note stays the same"


def _print_tree_changes(changes: list[TreeChange]) -> None:
    change = changes[0]
    where = f"  on {' '.join(change.archs)}" if change.archs is not None else ""
    for alike in changes:
        text = f"{_TREE_SIGNS[change.change]} {alike.key}{where}  {alike.file}:{alike.line}"
        print(wrapped(text, "", "      "))
    _detail(_TREE_RULES[change.change])
    if change.change in ("condition", "format"):
        _detail(f"{change.change}: {change.in_schema} in the schema, {change.in_tree} in the tree")
    elif (change.in_schema or change.in_tree) != "always":
        _detail(f"if {change.in_schema or change.in_tree}")


def _summary(answer: TreeDifference, kernel: Kernel) -> None:
    moved = sum(len(one.keys) for one in answer.moved)
    elsewhere = f", {counted(moved, 'key')} in another file" if moved else ""
    print(
        f"{answer.tree} as {kernel.called}: {answer.compared} entries compared on its "
        f"architectures, {counted(len(answer.changes), 'difference')}{elsewhere}",
        file=sys.stderr,
    )
