# SPDX-License-Identifier: MIT
"""`vmcoreinfo sync`"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ... import resources
from ...emit.problem import NotOurs
from ...emit.product import write
from ...kernel.gathered import TreeError
from ...kernel.revision import day_of
from ...kernel.tree import open_repository
from ...model import Schema
from ...model.kernel import Kernel
from ...query.names import UnknownName, find_kernel
from ...query.tool_history import TaggedReads
from ...sync import edited
from ...sync.apply import Commits
from ...sync.plan import plan
from ...sync.steps import Plan
from ...sync.synchronise import (
    SyncError,
    commits_of,
    release_to_sync,
    synchronise,
)
from ...targets import TARGETS, emit
from ..failure import FINDINGS, FINE, Failure
from ..kernel import add_revision_option, extraction_of, kernel_in, print_sites
from ..output import print_answer
from ..schema import add_format_option, add_schema_option, load_schema
from ..tool import add_consumer_option, tagged_readings, tool_of
from .generate import failing_products

if TYPE_CHECKING:
    from ...kernel.extract import Extraction
    from ...query.interface.schemas import ByHand
    from ...sync import steps
    from ...sync.synchronise import Synchronised, Unsaid
    from ...sync.synchronise_line import LineSynchronised
    from ...sync.tool import ToolSynchronised


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "tree",
        metavar="TREE",
        type=Path,
        help="a folder, a source tarball, or a git repository with --rev; with --consumer, the "
        "tool's git repository, whose tags name its releases",
    )
    parser.add_argument(
        "--release",
        help="release to record for this tree, or the vendor's kernel as uname -r prints it "
        "(default for a vendor's tree: from its tag or files)",
    )
    add_consumer_option(parser)
    add_revision_option(parser)
    parser.add_argument(
        "--date",
        help="date of a release that is not declared yet (default: today; for a vendor's kernel, "
        "the commit's date)",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="show the changes without writing them"
    )
    parser.add_argument(
        "--commit", action="store_true", help="with --rev: record the commits that made the changes"
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        help="folder to regenerate (default: generated/ of the source tree, for its own schema)",
    )
    add_format_option(parser)
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    if options.consumer is not None:
        if options.release or options.rev or options.date or options.commit:
            raise Failure(
                "--consumer takes releases and dates from the tags; leave out --release, "
                "--rev, --date and --commit"
            )
        return _of_tool(options)
    when = options.date or date.today().isoformat()
    if not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", when):
        raise Failure(f"--date {when}: expected a date like 2026-11-24")
    if options.commit and options.rev is None:
        raise Failure("--commit needs a git repository; give a revision with --rev")
    schema = load_schema(options.schema)
    kernel = _named(schema, options.release)
    if options.release is None or kernel is not None:
        extraction = extraction_of(options.tree, options.rev)
        kernel = kernel or kernel_in(schema, extraction, options.rev)
        return _of_line(schema, _known(kernel, extraction), extraction, options)
    try:
        release = release_to_sync(schema, options.release)
    except SyncError as error:
        raise Failure(str(error)) from error
    extraction = extraction_of(options.tree, options.rev)
    made = plan(schema, extraction, release)
    commits = _commits(made, options) if options.commit else {}
    done = synchronise(options.schema, schema, made, when, commits, extraction)
    _finish(done, not done.refused, done.has_errors, options)
    _tell_by_hand(made.by_hand)
    for rename in made.renames:
        print(f"{rename.gone}: please confirm: {rename.question}", file=sys.stderr)
    _tell_refused(done.refused)
    print_sites(extraction)
    unfinished = made.by_hand or extraction.not_understood or done.refused
    return FINDINGS if unfinished or (options.dry_run and done.after) else FINE


def _named(schema: Schema, text: str | None) -> Kernel | None:
    """The vendor's kernel that --release names."""
    if text is None:
        return None
    try:
        kernel = find_kernel(schema, text)
    except UnknownName:
        return None
    return kernel if kernel.line is not None else None


def _known(vendors: Kernel | None, extraction: Extraction) -> Kernel:
    if vendors is not None:
        return vendors
    calls = "".join(f"; no vendor line in the schema matches {n}" for n in extraction.names[:1])
    raise Failure(
        f"unknown release; give the release to record for this tree with --release{calls}"
    )


def _of_line(
    schema: Schema, kernel: Kernel, extraction: Extraction, options: argparse.Namespace
) -> int:
    """Update a vendor's line to the tree of a build."""
    from ...query.tree_kernel import release_of_vendor
    from ...sync.build import NoBuild, plan_build
    from ...sync.synchronise_line import synchronise_build

    if options.commit:
        raise Failure("--commit works only for mainline; vendor lines record no commits")
    release = release_of_vendor(kernel, options.rev, extraction.names)
    try:
        made = plan_build(schema, kernel, extraction, release, _day(options))
    except NoBuild as error:
        raise Failure(str(error)) from error
    done = synchronise_build(options.schema, schema, made, extraction, release)
    if done.after and made.block is not None and made.block.date and not options.date:
        told = f"{made.block.date}, the commit's date; use --date to change it"
        print(f"{made.line.name} {release}: dated {told}", file=sys.stderr)
    _finish(done, not done.refused, done.has_errors, options)
    _tell_by_hand(made.by_hand)
    _tell_refused(done.refused)
    print_sites(extraction)
    unfinished = made.by_hand or extraction.not_understood or done.refused
    return FINDINGS if unfinished or (options.dry_run and done.after) else FINE


def _day(options: argparse.Namespace) -> str | None:
    """The date of a vendor's release, from the user or the commit; None if neither tells it."""
    if options.date or options.rev is None:
        return options.date or None
    try:
        return day_of(open_repository(options.tree), options.rev)
    except TreeError as error:
        raise Failure(str(error)) from error


def _finish(
    done: Synchronised | LineSynchronised | ToolSynchronised,
    is_sound: bool,
    has_errors: bool,
    options: argparse.Namespace,
) -> None:
    """Write valid files, print the changes, and regenerate the products."""
    is_written = is_sound and not options.dry_run
    if is_written:
        edited.write(options.schema, done.after)
    if options.format == "json":
        print_answer(done.answer())
    elif options.dry_run:
        print(edited.diff(done.before, done.after), end="")
    elif is_written:
        print(done.summary(), end="")
    if done.after and is_written:
        _regenerate(done.schema, has_errors, options)
    for problem in done.problems:
        print(problem, file=sys.stderr)


def _tell_by_hand(found: Iterable[ByHand | steps.ByHand]) -> None:
    for one in found:
        print(f"{one.key}: must be done by hand: {one.reason}", file=sys.stderr)


def _tell_refused(refused: Sequence[ByHand | Unsaid]) -> None:
    for unsaid in refused:
        print(f"{unsaid.key}: the schema can't express it: {unsaid.reason}", file=sys.stderr)
    if refused:
        print("nothing written: the resulting schema would be invalid", file=sys.stderr)


def _of_tool(options: argparse.Namespace) -> int:
    from ...sync.tool import Dated, plan_tool, synchronise_tool

    schema = load_schema(options.schema)
    consumer = tool_of(schema, options.consumer)
    made = plan_tool(
        consumer,
        (
            Dated(tag.date, TaggedReads.of(tag.tag, tag.release, reading))
            for tag, reading in tagged_readings(schema, consumer, options.tree, None)
        ),
    )
    done = synchronise_tool(options.schema, schema, made)
    _finish(done, done.is_sound, not done.is_sound, options)
    _tell_by_hand(made.by_hand)
    if not done.is_sound:
        print("nothing written: the resulting schema would be invalid", file=sys.stderr)
    unfinished = made.by_hand or not done.is_sound
    return FINDINGS if unfinished or (options.dry_run and done.after) else FINE


def _commits(made: Plan, options: argparse.Namespace) -> Commits:
    try:
        repository = open_repository(options.tree)
    except TreeError as error:
        raise Failure(str(error)) from error
    commits, stopped = commits_of(made, repository, options.rev)
    if stopped:
        print(stopped, file=sys.stderr)
    return commits


def _regenerate(schema: Schema, has_errors: bool, options: argparse.Namespace) -> None:
    own = options.schema.resolve() == resources.schema().resolve() and resources.is_checkout()
    folder = options.out or (resources.root() / "generated" if own else None)
    if folder is None:
        print("not regenerated; give a folder with --out", file=sys.stderr)
        return
    if has_errors:
        print("not regenerated, as the schema now has errors; see below", file=sys.stderr)
        return
    with failing_products():
        products = emit(schema, TARGETS)
    try:
        outcome = write(products, folder)
    except NotOurs as error:
        raise Failure(f"the schema was written, but not regenerated: {error}") from error
    where = sys.stderr if options.format == "json" else sys.stdout
    print(f"\n{len(outcome.written)} products regenerated in {folder}", file=where)
