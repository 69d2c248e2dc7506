# SPDX-License-Identifier: MIT
"""`vmcoreinfo impact`"""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING

from ...compat.proposal import Proposal
from ...compat.reply import answer
from ...core.release import Release
from ...files.reading import InputError, read_argument
from ...model import Schema
from ...model.kernel import Kernel
from ...model.store.observed import ObservationError
from ...patch.change import KernelChange
from ...patch.problem import PatchError
from ...problem import shortened
from ...query.names import UnknownName, find_entry
from ..failure import FINDINGS, FINE, NOT_JUDGED, UNRELATED, Failure
from ..impact_text import mail, table
from ..kernel import tree_of, watched
from ..layout import print_verdicts
from ..output import print_answer
from ..schema import add_schema_option, existing_path, kernel_of, load_schema, mainline_of

# Readers of patches and trees are loaded only when needed.
if TYPE_CHECKING:
    from ...kernel.gathered import Tree
    from ...patch.series import Patch

_KEY = re.compile(r"[!-<>-~]{1,200}")
_CODES = {"breaks": FINDINGS, "not-judged": NOT_JUDGED, "nothing": FINE, "unrelated": UNRELATED}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY", nargs="*", help="entry to remove")
    parser.add_argument(
        "--patch",
        metavar="FILE",
        action="append",
        default=[],
        help="patch or series to judge: a diff, mails or a mailbox; '-' for stdin; may be repeated",
    )
    parser.add_argument(
        "--kernel",
        metavar="TREE",
        type=existing_path,
        help="the tree that --patch applies to: a folder, a tarball, or a repository with --rev",
    )
    parser.add_argument(
        "--rev",
        metavar="REV",
        help="git revision to read; A..B judges the changes from A to B, without --patch",
    )
    parser.add_argument("--add", metavar="KEY", action="append", default=[], help="entry to add")
    parser.add_argument(
        "--to",
        metavar="RELEASE",
        help="first release with the change (default: the one that removed the entries, or the "
        "next), or a vendor's kernel, e.g. rhel9.6",
    )
    parser.add_argument(
        "--format",
        choices=["table", "json", "mail"],
        default="table",
        help="output format (default: table); mail is a text to send as a reply",
    )
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    if options.rev is not None and options.kernel is None:
        raise Failure("--rev needs a git repository given with --kernel")
    if not options.key and not options.patch and options.kernel is None:
        raise Failure("give entries to remove, a patch with --patch, or --kernel and --rev A..B")
    schema = load_schema(options.schema)
    to, vendors = _to(schema, options.to)
    try:
        changes, base = _changes(vendors.schema if vendors else schema, options, to)
        proposal = Proposal(
            tuple(_key(schema, key) for key in options.key),
            tuple(map(_new_key, options.add)),
            tuple(changes),
        )
        found = answer(schema, proposal, to, base, options.schema, vendors)
    except ObservationError as error:
        raise Failure(str(error)) from error
    except PatchError as error:
        raise Failure(f"--patch {' '.join(options.patch)}: {error}") from error
    if options.format == "json":
        print_answer(found)
    else:
        if options.format == "mail":
            print("\n".join(mail(found)))
        else:
            print_verdicts("\n".join(table(found)))
    return _CODES[found.outcome]


def _to(schema: Schema, text: str | None) -> tuple[Release | None, Kernel | None]:
    """The first release with the change, and the kernel if it is of a vendor's line."""
    if text is None:
        return None, None
    kernel = kernel_of(schema, text)
    if kernel.line is None or kernel.line.line.base is None:
        return mainline_of(schema, kernel), None
    return kernel.release, kernel


def _changes(
    schema: Schema, options: argparse.Namespace, to: Release | None
) -> tuple[list[KernelChange], Release | None]:
    """The changes, and the release of the tree to which they are made, if there is one."""
    if options.kernel is None and not options.patch:
        return [], None
    from ...patch.reading import of_series

    if options.kernel is None:
        series = _series(options.patch)
        return of_series(schema, to or schema.latest, series), None
    if not options.patch:
        return _between(schema, options)
    from ...patch.trees import files_of, wanted_by

    series = _series(options.patch)
    tree = tree_of(options.kernel, options.rev, wanted_by(series))
    base = _declared(schema, tree)
    return of_series(schema, base, series, files_of(tree)), base


def _between(
    schema: Schema, options: argparse.Namespace
) -> tuple[list[KernelChange], Release | None]:
    from ...kernel.gathered import TreeError
    from ...patch.trees import between

    old, dots, new = (options.rev or "").partition("..")
    # A...B is another range: the changes of B since it branched off A.
    if not (dots and old and new) or new.startswith("."):
        raise Failure("--kernel needs a patch with --patch, or two revisions with --rev A..B")
    try:
        with watched(options.kernel):
            change, before = between(schema, options.kernel, old, new)
    except TreeError as error:
        raise Failure(str(error)) from error
    return [change], _branch(schema, before.release)


def _declared(schema: Schema, tree: Tree) -> Release:
    return _branch(schema, tree.release)


def _branch(schema: Schema, release: Release | None) -> Release:
    """The release of a tree if the schema declares it, else the newest."""
    return release.branch if release and schema.is_declared(release) else schema.latest


def _series(paths: list[str]) -> list[Patch]:
    from ...patch.series import MOST_BYTES, newest, read_patches

    found: list[Patch] = []
    without: list[str] = []
    for path in paths:
        try:
            patches = read_patches(read_argument(path, MOST_BYTES))
        except InputError as error:
            raise Failure(f"--patch {error}") from error
        if not patches:
            without.append(path)
        found += patches
    if not found:
        raise Failure(f"--patch {' '.join(without)}: no unified diff found")
    for path in without:
        # The cover letter of a series has no diff.
        print(f"vmcoreinfo: warning: --patch {path}: no unified diff found", file=sys.stderr)
    return list(newest(found))


def _key(schema: Schema, text: str) -> str:
    try:
        return find_entry(schema, text).key
    except UnknownName as error:
        raise Failure(str(error)) from error


def _new_key(text: str) -> str:
    if not _KEY.fullmatch(text):
        raise Failure(f"--add '{shortened(text)}': a key must be printable ASCII without '='")
    return text
