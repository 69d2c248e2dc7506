# SPDX-License-Identifier: MIT
"""`vmcoreinfo sync`"""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from ... import resources
from ...check import check_files
from ...emit.problem import NotOurs
from ...emit.product import write
from ...files import writing
from ...kernel.gathered import TreeError
from ...kernel.git import GitError
from ...kernel.pickaxe import commit_of, source_text
from ...kernel.tree import open_repository
from ...model import Schema
from ...model.build import parse_files
from ...model.files import read_files
from ...problem import Problem
from ...sync.apply import apply
from ...sync.plan import Add, Close, Depend, Open, Plan, Print, Step, plan
from ...syntax.format import format_file
from ...targets import TARGETS, emit
from ...terms.release import Release
from ..failure import FINDINGS, FINE, Failure
from ..kernel import add_revision_option, extraction_of, print_sites
from ..output import print_json
from ..schema import add_format_option, add_schema_option, load_schema
from .check import as_json
from .generate import failing_products

_DONE = {
    Close: "closed",
    Open: "opened again",
    Add: "added",
    Depend: "condition changed",
    Print: "printed by another macro",
}


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
    release = _release(options.release)
    when = options.date or date.today().isoformat()
    if not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", when):
        raise Failure(f"--date {when}: write it as 2026-11-24")
    if options.commit and options.rev is None:
        raise Failure("--commit looks in a git repository: give a revision by --rev")
    schema = load_schema(options.schema)
    if not schema.is_declared(release) and release.branch < schema.latest:
        raise Failure(f"release {release} is older than {schema.latest}, and not declared")
    extraction = extraction_of(options.tree, options.rev)
    made = plan(schema, extraction, release)
    commits = _commits(made, options) if options.commit else {}

    texts = dict(read_files(options.schema))
    problems: list[Problem] = []
    before = parse_files(texts.items(), problems)
    after = {
        file.path: format_file(file)
        for file in apply(made, before, schema, when, commits)
        if file not in before
    }
    new_schema, asked = check_files({**texts, **after}.items())
    if not options.dry_run:
        edited = {options.schema / name.partition("/")[2]: text for name, text in after.items()}
        for path in edited:
            path.parent.mkdir(parents=True, exist_ok=True)
        writing.write_all((path, text.encode()) for path, text in edited.items())
    if options.format == "json":
        print_json(_answer(made, schema, after, asked))
    elif options.dry_run:
        print("".join(_diff(texts, after)), end="")
    else:
        print(_summary(made, schema, after), end="")
    if after and not options.dry_run:
        _regenerate(new_schema, asked, options)
    for problem in asked:
        print(problem, file=sys.stderr)
    for todo in made.by_hand:
        print(f"{todo.key}: to be done by hand: {todo.reason}", file=sys.stderr)
    print_sites(extraction)
    unfinished = made.by_hand or extraction.not_understood
    return FINDINGS if unfinished or (options.dry_run and after) else FINE


def _release(text: str) -> Release:
    try:
        release = Release.parse(text)
    except ValueError as error:
        raise Failure(str(error)) from error
    if release.is_stable:
        raise Failure(
            f"--release {release}: a stable release is told by 'backport' clauses, by hand; "
            f"give the mainline one, {release.branch}"
        )
    return release


def _commits(made: Plan, options: argparse.Namespace) -> dict[str, str]:
    try:
        repository = open_repository(options.tree)
    except TreeError as error:
        raise Failure(str(error)) from error
    found = {}
    for step in made.steps:
        if isinstance(step, (Close, Open, Add)):
            key = step.printed.key if isinstance(step, Add) else step.key
            macro = step.export.vias[-1].macro if isinstance(step, Close) else step.printed.macro
            try:
                commit = commit_of(repository, options.rev, source_text(key, macro))
            except GitError as error:
                print(f"{key}, and those behind it, get no commit: {error}", file=sys.stderr)
                break
            if commit is not None:
                found[key] = commit
    return found


def _diff(old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    for name, text in new.items():
        yield from difflib.unified_diff(
            old.get(name, "").splitlines(keepends=True),
            text.splitlines(keepends=True),
            f"a/{name}",
            f"b/{name}",
        )


def _summary(made: Plan, schema: Schema, changed: dict[str, str]) -> str:
    """What was done, fit for a commit message."""
    if not changed:
        return f"The schema says what the tree exports; nothing to do for {made.release.branch}.\n"
    lines = [f"schema: Linux {made.release.branch}", ""]
    if not schema.is_declared(made.release):
        lines.append(f"Declare {made.release.branch}.")
    for kind, word in _DONE.items():
        keys = [_key(step) for step in made.steps if isinstance(step, kind)]
        if keys:
            lines.append(f"{word[0].upper()}{word[1:]}:")
            lines += [f"- {key}" for key in keys]
    return "\n".join([*lines, ""])


def _answer(
    made: Plan, schema: Schema, changed: dict[str, str], problems: list[Problem]
) -> dict[str, object]:
    steps = {
        word: [_key(s) for s in made.steps if isinstance(s, kind)] for kind, word in _DONE.items()
    }
    return {
        "release": str(made.release.branch),
        "declared": not schema.is_declared(made.release),
        "steps": {word: keys for word, keys in steps.items() if keys},
        "files": list(changed),
        "by_hand": [vars(todo) for todo in made.by_hand],
        "problems": [as_json(problem) for problem in problems],
    }


def _key(step: Step) -> str:
    if isinstance(step, Add):
        return step.printed.key + (f" on {' '.join(step.archs)}" if step.archs else "")
    archs = step.export.archs
    return step.key + (f" on {' '.join(archs)}" if archs else "")


def _regenerate(schema: Schema, problems: list[Problem], options: argparse.Namespace) -> None:
    own = options.schema.resolve() == resources.schema().resolve() and resources.is_checkout()
    folder = options.out or (resources.root() / "generated" if own else None)
    if folder is None:
        print("not regenerated: say where by --out", file=sys.stderr)
        return
    if any(problem.severity == "error" for problem in problems):
        print("not regenerated: the schema has errors now, see below", file=sys.stderr)
        return
    with failing_products():
        products = emit(schema, TARGETS)
    try:
        outcome = write(products, folder)
    except NotOurs as error:
        raise Failure(f"the schema is written; not regenerated: {error}") from error
    where = sys.stderr if options.format == "json" else sys.stdout
    print(f"\n{len(outcome.written)} products regenerated in {folder}", file=where)
