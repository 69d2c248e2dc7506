# SPDX-License-Identifier: MIT
"""`vmcoreinfo generate`"""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ... import resources
from ...check import check_folder
from ...emit import embedded
from ...emit.backend import Form, packing, packing_names, packings
from ...emit.depfile import depfile
from ...emit.description import listed
from ...emit.problem import NoProduct, NotOurs
from ...emit.product import Product, write
from ...files import writing
from ...model import Schema
from ...model.builder.observations import observed
from ...problem import SchemaError, did_you_mean
from ...query.interface.schemas import Generated
from ...targets import LARGE, ON_REQUEST, TARGETS, emit, sources
from ..failure import FINDINGS, FINE, Failure
from ..output import counted, inputs_of, print_answer
from ..schema import add_format_option, add_schema_option, unusable
from ..selection import add_selection_options, form_of, patterns_of, reduced, selection_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "targets",
        metavar="TARGET",
        nargs="*",
        help=f"one or more of {', '.join(TARGETS)} (default: all of these), or "
        "library (the C parser as a CMake and Meson project that installs libvmcoreinfo), "
        "rescue (a wrapper that makes an older makedumpfile read newer kernels in the capture "
        "environment), or site (everything as a web site, in site/ of the current folder)",
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        help="output folder (default: generated/ of the source tree; the current folder for a part "
        "of the schema, a library or a site)",
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if a file is out of date"
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="overwrite files that this command did not generate",
    )
    parser.add_argument(
        "--depfile",
        metavar="FILE",
        type=Path,
        help="write the products' dependencies (schema, templates, key files) for make or ninja",
    )
    add_format_option(parser)
    add_schema_option(parser)
    add_selection_options(parser)


def run(options: argparse.Namespace) -> int:
    named = [*TARGETS, *ON_REQUEST, *LARGE]
    unknown = [name for name in options.targets if name not in named]
    if unknown:
        hint = did_you_mean(unknown[0], named) or f"one of {', '.join(named)}"
        raise Failure(f"unknown target '{unknown[0]}'; {hint}")
    schema = checked_schema(options.schema)
    selection, form = selection_of(schema, options, patterns_of(options)), form_of(options)
    targets = list(dict.fromkeys(options.targets))
    is_embedded = embedded.is_embedded(selection, targets, form)
    if is_embedded:
        _refuse_unfit(targets, form)
        part = reduced(schema, selection)
        with failing_products():
            products = embedded.emit(part, selection, targets, form, schema)
        folder = options.out or Path()
    else:
        is_large = bool(targets) and set(targets) <= set(LARGE)
        if options.out is None and not is_large and not resources.is_checkout():
            raise Failure("not in a source tree; give an output folder with --out DIR")
        part, targets = schema, targets or list(TARGETS)
        with failing_products():
            products = emit(schema, targets)
        folder = options.out or (Path() if is_large else resources.root() / "generated")
    try:
        outcome = write(
            products,
            folder,
            check=options.check,
            sweep=not is_embedded,
            force=options.force,
            inputs=inputs_of(options, "out", "depfile"),
        )
    except NotOurs as error:
        raise Failure(f"nothing written: {error}; use --force to overwrite") from error
    if options.depfile and not options.check:
        _write_depfile(options, folder, products, targets)
    if options.format == "json":
        print_answer(outcome)
    else:
        again = "the same without '--check'" if is_embedded else f"'{_command(options)}'"
        _print(outcome, folder, options.check, again)
        if is_embedded and not options.check and not all(packing(t).of_whole for t in targets):
            print(_counts(schema, part))
    return FINDINGS if options.check and outcome.stale else FINE


def _refuse_unfit(targets: list[str], form: Form) -> None:
    """Raise Failure if targets are not for other builds, or not in this form."""
    if not targets or not set(targets) <= set(packing_names()):
        wanted = listed(packing_names())
        raise Failure(
            f"part of the schema can be generated only for the targets {wanted}; leave out others"
        )
    for chosen in map(packing, targets):
        if not form.has_metadata and not chosen.can_lack_metadata:
            able = listed([p.name for p in packings() if p.can_lack_metadata])
            raise Failure(
                f"--no-metadata works only with {able}; {chosen.name} needs its metadata table"
            )
        if chosen.contains in targets:
            raise Failure(
                f"'{chosen.name}' includes the files of '{chosen.contains}'; give only one of them"
            )


def checked_schema(folder: Path) -> Schema:
    """A schema from which products can be made. Raises Failure if it has problems."""
    if not folder.is_dir():
        raise Failure(f"{folder}: no such folder; --schema needs a folder with .vmci files")
    try:
        schema, problems = check_folder(folder)
    except SchemaError as error:
        raise unusable(folder, error) from error
    if not schema.entries and not problems:
        raise Failure(f"{folder}: no entries; --schema needs a folder with .vmci files")
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        listed = "\n".join(map(str, errors))
        raise Failure(f"nothing generated, the schema has problems:\n{listed}", FINDINGS)
    try:
        return observed(schema, folder)
    except SchemaError as error:
        raise unusable(folder, error) from error


@contextmanager
def failing_products() -> Iterator[None]:
    """Raise Failure if a product can't be made from the schema."""
    try:
        yield
    except NoProduct as error:
        raise Failure(f"nothing generated: {error}") from error


def _counts(schema: Schema, part: Schema) -> str:
    return (
        f"{len(part.entries)} of {counted(len(schema.entries), 'key')}, "
        f"{len(part.derivations)} of {counted(len(schema.derivations), 'derivation')}"
    )


def _write_depfile(
    options: argparse.Namespace, folder: Path, products: list[Product], targets: list[str]
) -> None:
    schema = sorted(options.schema.rglob("*.vmci"))
    keys = [path for path in options.keys if path != "-"]
    needed = [*map(str, schema), *map(str, sources(targets)), *keys]
    made = [os.path.normpath(folder / product.path) for product in products]
    try:
        text = depfile(made, needed)
    except ValueError as error:
        raise Failure(f"--depfile: {error}") from error
    options.depfile.parent.mkdir(parents=True, exist_ok=True)
    inputs = [*inputs_of(options, "depfile"), *needed, *made]
    writing.write(options.depfile, text.encode(), inputs)


def _print(outcome: Generated, folder: Path, check: bool, again: str) -> None:
    if check:
        for path in outcome.stale:
            print(f"{folder / path}:1:1: stale; run {again}")
        if not outcome.stale:
            print(f"{outcome.unchanged} products are up to date")
        return
    for path in outcome.written:
        print(f"wrote {folder / path}")
    for path in outcome.removed:
        print(f"removed {folder / path}")
    print(f"{len(outcome.written)} written, {outcome.unchanged} unchanged")


def _command(options: argparse.Namespace) -> str:
    """The command that writes the compared products."""
    words = ["vmcoreinfo", "generate", *options.targets]
    if options.schema != resources.schema():
        words += ["--schema", str(options.schema)]
    if options.out is not None:
        words += ["--out", str(options.out)]
    return shlex.join(words)
