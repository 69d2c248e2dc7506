# SPDX-License-Identifier: MIT
"""`vmcoreinfo sync`"""

from __future__ import annotations

import argparse
import re
import sys
from datetime import date
from pathlib import Path

from ... import resources
from ...emit.problem import NotOurs
from ...emit.product import write
from ...kernel.gathered import TreeError
from ...kernel.tree import open_repository
from ...sync.apply import Commits
from ...sync.plan import plan
from ...sync.steps import Plan
from ...sync.synchronise import (
    SyncError,
    Synchronised,
    commits_of,
    release_to_sync,
    synchronise,
)
from ...targets import TARGETS, emit
from ..failure import FINDINGS, FINE, Failure
from ..kernel import add_revision_option, extraction_of, print_sites
from ..output import print_answer
from ..schema import add_format_option, add_schema_option, load_schema
from .generate import failing_products


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "tree",
        metavar="TREE",
        type=Path,
        help="a folder, a source tarball, or a git repository with --rev",
    )
    parser.add_argument("--release", required=True, help="the release that the tree is to be")
    add_revision_option(parser)
    parser.add_argument(
        "--date", help="of the release, where it is not declared yet (default: today)"
    )
    parser.add_argument("--dry-run", action="store_true", help="show the changes, and make none")
    parser.add_argument(
        "--commit", action="store_true", help="with --rev: record the commits that did it"
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        help="where to regenerate (default: generated/ of the source tree, for its own schema)",
    )
    add_format_option(parser)
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    when = options.date or date.today().isoformat()
    if not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", when):
        raise Failure(f"--date {when}: write it as 2026-11-24")
    if options.commit and options.rev is None:
        raise Failure("--commit looks in a git repository: give a revision by --rev")
    schema = load_schema(options.schema)
    try:
        release = release_to_sync(schema, options.release)
    except SyncError as error:
        raise Failure(str(error)) from error
    extraction = extraction_of(options.tree, options.rev)
    made = plan(schema, extraction, release)
    commits = _commits(made, options) if options.commit else {}
    done = synchronise(options.schema, schema, made, when, commits, extraction)
    is_written = not (options.dry_run or done.refused)
    if is_written:
        done.write(options.schema)
    if options.format == "json":
        print_answer(done.answer())
    elif options.dry_run:
        print(done.diff(), end="")
    elif is_written:
        print(done.summary(), end="")
    if done.after and is_written:
        _regenerate(done, options)
    for problem in done.problems:
        print(problem, file=sys.stderr)
    for todo in made.by_hand:
        print(f"{todo.key}: to be done by hand: {todo.reason}", file=sys.stderr)
    for rename in made.renames:
        print(f"{rename.gone}: to be confirmed: {rename.question}", file=sys.stderr)
    for unsaid in done.refused:
        print(f"{unsaid.key}: the schema can't say it: {unsaid.reason}", file=sys.stderr)
    if done.refused:
        print("nothing is written: the schema would not be sound", file=sys.stderr)
    print_sites(extraction)
    unfinished = made.by_hand or extraction.not_understood or done.refused
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


def _regenerate(done: Synchronised, options: argparse.Namespace) -> None:
    own = options.schema.resolve() == resources.schema().resolve() and resources.is_checkout()
    folder = options.out or (resources.root() / "generated" if own else None)
    if folder is None:
        print("not regenerated: say where by --out", file=sys.stderr)
        return
    if done.has_errors:
        print("not regenerated: the schema has errors now, see below", file=sys.stderr)
        return
    with failing_products():
        products = emit(done.schema, TARGETS)
    try:
        outcome = write(products, folder)
    except NotOurs as error:
        raise Failure(f"the schema is written; not regenerated: {error}") from error
    where = sys.stderr if options.format == "json" else sys.stdout
    print(f"\n{len(outcome.written)} products regenerated in {folder}", file=where)
