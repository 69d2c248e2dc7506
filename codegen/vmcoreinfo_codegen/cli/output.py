# SPDX-License-Identifier: MIT
"""Tables for people, JSON for machines, and files."""

from __future__ import annotations

import os
import sys

from ..files import writing
from .layout import Table
from .terminal import named

# csv and json are loaded only when needed, so that `parse` starts fast.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TextIO

    from ..query.interface.answer import Answer

# json.dumps() does not escape these.
_NOT_IN_JSON = "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"


def print_table(
    header: Sequence[str], rows: Iterable[Sequence[str]], out: TextIO | None = None
) -> None:
    """Print columns as wide as their widest cell, wrapped to the width of a terminal."""
    Table(header, out).write([*rows])


def print_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    import csv

    from ..cells import guarded

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])


def print_answer(answer: Answer, out: TextIO | None = None) -> None:
    """Print an answer as JSON that conforms to its JSON Schema."""
    from dataclasses import asdict

    print_json(asdict(answer), out)


def print_json(document: object, out: TextIO | None = None) -> None:
    """Print JSON to a stream, by default stdout."""
    print(json_text(document), file=out)


def json_text(document: object, indent: int | None = 2) -> str:
    import json
    import re

    text = json.dumps(document, indent=indent, ensure_ascii=False)
    return re.sub(_NOT_IN_JSON, lambda match: f"\\u{ord(match[0]):04x}", text)


def write_output(options: argparse.Namespace, data: bytes, option: str = "out") -> None:
    """Write to the file that an option names, or to standard output for `-` or no file.

    On a terminal, text is made printable like all output. Raises OSError, writing.OutputRefused.
    """
    out = getattr(options, option)
    if out is not None and str(out) != writing.STDIN:
        writing.write(out, data, inputs_of(options, option))
    elif sys.stdout.isatty():
        print(data.decode("utf-8", "surrogateescape"), end="")
    else:
        sys.stdout.flush()
        with named(sys.stdout):
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()


def inputs_of(options: argparse.Namespace, *outputs: str) -> list[str]:
    """Every file that the options name, except outputs."""
    values = [value for name, value in vars(options).items() if name not in outputs]
    schema = getattr(options, "schema", None)
    return [*_names(values), *map(str, schema.rglob("*.vmci") if schema else ())]


def _names(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, (str, os.PathLike)):
            yield os.fspath(value)
        elif isinstance(value, (list, tuple)):
            yield from _names(value)


def counted(number: int, word: str) -> str:
    """`1 difference`, `2 differences`."""
    return f"{number} {word}{'' if number == 1 else 's'}"
