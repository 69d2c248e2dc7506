# SPDX-License-Identifier: MIT
"""`vmcoreinfo regenerate`"""

from __future__ import annotations

import argparse
from pathlib import Path

from ... import __version__
from ...emit import embedded
from ...emit.backend import packing_names
from ...emit.product import Product
from ...emit.provenance import Standing, each_once, keys_in, standing_at, standing_in
from ...emit.stamp import Stamp, StampError, read_stamp
from ...files import writing
from ...model import Schema
from ...query.interface.kernels import MadeBy, Regenerated, RegeneratedProduct
from ...targets import TARGETS, emit
from ..failure import FINDINGS, FINE, Failure
from ..output import print_answer, print_table
from ..schema import add_format_option, add_schema_option, existing_path
from ..selection import form_of, options_of_stamp, reduced, selection_of
from .generate import checked_schema, failing_products


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="+",
        type=existing_path,
        help="generated files, or folders to search for them: .c, .h, .py, and the build files of "
        "a library; files that the same command wrote beside them are included",
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if a file is out of date"
    )
    add_format_option(parser)
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    problems: list[str] = []
    found = _found(options.paths, problems)
    schema = checked_schema(options.schema)
    made = _made_again(schema, found, problems)
    if problems:
        raise Failure("nothing written:\n" + "\n".join(dict.fromkeys(problems)))
    if not found:
        where = " ".join(map(str, options.paths))
        raise Failure(f"no parser that vmcoreinfo generated in {where}", FINDINGS)
    stale = [product for product in found if made[product.path] != product.text]
    if not options.check:
        writing.write_all((product.path, made[product.path].encode()) for product in stale)
    told = [_told(schema, product, made[product.path], options.check) for product in found]
    if options.format == "json":
        print_answer(Regenerated(products=told))
    else:
        _print(told)
    return FINDINGS if options.check and stale else FINE


def _found(paths: list[Path], problems: list[str]) -> list[Standing]:
    found: list[Standing] = []
    for path in paths:
        if path.is_dir():
            found += standing_in(path, set(TARGETS) - set(packing_names()), problems)
            continue
        try:
            found += standing_at(path)
        except StampError as error:
            problems.append(str(error))
    return each_once(found)


def _made_again(schema: Schema, found: list[Standing], problems: list[str]) -> dict[Path, str]:
    """The new text of each file that can be made."""
    made: dict[Path, str] = {}
    by_request: dict[object, list[Product]] = {}
    for product in found:
        try:
            if product.request not in by_request:
                by_request[product.request] = _products(schema, product.stamp)
            made[product.path] = _of_name(product, by_request[product.request])
        except StampError as error:
            problems.append(str(error))
        except Failure as error:
            problems.append(f"{product.stamp.location}: error: {error}")
    return made


def _products(schema: Schema, stamp: Stamp) -> list[Product]:
    options = options_of_stamp(stamp)
    selection = selection_of(schema, options, stamp.patterns)
    form = form_of(options)
    with failing_products():
        if not embedded.is_embedded(selection, [options.target], form):
            return emit(schema, [options.target])
        part = reduced(schema, selection)
        return embedded.emit(part, selection, [options.target], form, schema)


def _of_name(product: Standing, products: list[Product]) -> str:
    names = {Path(new.path).name: new.text for new in products}
    if product.path.name not in names:
        raise StampError(
            f"{product.stamp.location}: error: the command makes {', '.join(names)}, no "
            f"{product.path.name}; was the file renamed? '--prefix' gives other names"
        )
    return names[product.path.name]


def _told(schema: Schema, product: Standing, text: str, check: bool) -> RegeneratedProduct:
    before, now = (keys_in(schema, product.path, t) for t in (product.text, text))
    new = read_stamp(text, str(product.path))
    changed = "stale" if check else "written"
    return RegeneratedProduct(
        path=str(product.path),
        command=product.stamp.command,
        state="unchanged" if text == product.text else changed,
        before=MadeBy(version=product.stamp.version, schema_hash=product.stamp.model_hash),
        now=MadeBy(version=__version__, schema_hash=new.model_hash if new else ""),
        added=[key for key in schema.by_key if key in now - before],
        removed=[key for key in schema.by_key if key in before - now],
    )


def _print(told: list[RegeneratedProduct]) -> None:
    rows = []
    for product in told:
        keys = [*(f"+{key}" for key in product.added), *(f"-{key}" for key in product.removed)]
        same = product.before == product.now
        made = [f"{by.version} {by.schema_hash}" for by in (product.before, product.now)]
        rows.append(
            [product.path, product.state, made[0] if same else " → ".join(made), " ".join(keys)]
        )
    print_table(["FILE", "STATE", "VERSION AND SCHEMA", "KEYS"], rows)
