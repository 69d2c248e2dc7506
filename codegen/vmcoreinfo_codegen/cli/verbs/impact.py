# SPDX-License-Identifier: MIT
"""`vmcoreinfo impact`"""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Iterator

from ...compat.patch import MOST_BYTES, Patch, PatchError, read_patch
from ...compat.proposal import Proposal, answer
from ...files.reading import InputError, read_argument
from ...model import Schema
from ...problem import shortened
from ...query.interface.consumers import Impacts
from ...query.names import UnknownName, find_entry
from ..failure import FINDINGS, FINE, Failure
from ..output import print_answer
from ..schema import add_schema_option, load_schema, release_of

_WIDTH = 96
_KEY = re.compile(r"[!-<>-~]{1,200}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY", nargs="*", help="an entry that is to go")
    parser.add_argument(
        "--patch",
        metavar="FILE",
        help="what a patch takes out and puts in: a diff, a mail with one, quoted or not; - for stdin",
    )
    parser.add_argument(
        "--add", metavar="KEY", action="append", default=[], help="an entry that comes"
    )
    parser.add_argument(
        "--to",
        metavar="RELEASE",
        help="the release that is to have the change (default: where the entries went, or the next)",
    )
    parser.add_argument(
        "--format",
        choices=["table", "json", "mail"],
        default="table",
        help="table for people (default), json for machines, mail to paste into one",
    )
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    if not options.key and options.patch is None:
        raise Failure("impact takes entries that go, or --patch with what a patch does")
    schema = load_schema(options.schema)
    proposal = Proposal(
        tuple(_key(schema, key) for key in options.key),
        tuple(map(_new_key, options.add)),
        Patch((), ()) if options.patch is None else _patch(schema, options.patch),
    )
    if options.patch and proposal.is_empty:
        raise Failure(f"{options.patch}: no line of it takes out or puts in an export", FINDINGS)
    to = None if options.to is None else release_of(schema, options.to)
    try:
        found = answer(schema, proposal, to)
    except PatchError as error:
        raise Failure(str(error)) from error
    if options.format == "json":
        print_answer(found)
    else:
        width = 72 if options.format == "mail" else _WIDTH
        print("\n".join(_lines(found, width)))
    return FINDINGS if found.breaks else FINE


def _key(schema: Schema, text: str) -> str:
    try:
        return find_entry(schema, text).key
    except UnknownName as error:
        raise Failure(str(error)) from error


def _new_key(text: str) -> str:
    if not _KEY.fullmatch(text):
        raise Failure(f"--add '{shortened(text)}': a key is printable ASCII without '='")
    return text


def _patch(schema: Schema, path: str) -> Patch:
    try:
        return read_patch(read_argument(path, MOST_BYTES), schema)
    except InputError as error:
        raise Failure(f"--patch {error}") from error
    except PatchError as error:
        raise Failure(f"--patch {path}: {error}") from error


def _lines(answer: Impacts, width: int) -> Iterator[str]:
    yield f"On a kernel like {answer.kernel}:"
    told = (
        ("-", answer.removed),
        ("+", answer.added),
        ("~", answer.renamed),
        ("~", answer.reformatted),
    )
    for sign, keys in told:
        yield from (f"  {sign} {key}" for key in keys)
    yield ""
    if not answer.breaks:
        yield "Nobody breaks, of the tools and releases that the schema knows."
    for broken in answer.breaks:
        archs = "every architecture" if len(broken.archs) > 12 else ", ".join(broken.archs)
        yield f"{broken.consumer} {broken.releases}: {broken.purpose} on {archs}: {broken.verdict}"
        later = (
            "its repository, in no release yet" if broken.fixed_in == "next" else broken.fixed_in
        )
        fixed = f"Works from {later} on." if broken.fixed_in else "No release works after it."
        if broken.verdict == "fallback":
            fixed = "The result is the same."
        yield from textwrap.wrap(
            f"{broken.seen.rstrip('.')}. {fixed}",
            width,
            initial_indent="    ",
            subsequent_indent="    ",
        )
    if answer.unused_after:
        yield ""
        yield "Of no use to any of them once it is gone:"
        yield from (f"  {key}" for key in answer.unused_after)
    if answer.no_alternative:
        yield ""
        yield "Nothing takes its place:"
        yield from (f"  {n.arch}: {n.consumer}, {n.purpose}" for n in answer.no_alternative)
    if answer.unknown:
        yield ""
        yield f"Not known to the schema (new, or misspelt): {' '.join(answer.unknown)}"
