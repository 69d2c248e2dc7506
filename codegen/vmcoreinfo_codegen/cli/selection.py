# SPDX-License-Identifier: MIT
"""A part of the schema on the command line: the options of `generate` and its stamps."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable
from typing import NoReturn

from ..emit.backend import Form, packing_names
from ..emit.stamp import Stamp, StampError
from ..files.reading import STDIN, InputError, read_text
from ..model import Schema
from ..model.consumer import KernelRange
from ..model.kernel import Kernel
from ..problem import Location, shortened
from ..subset.reduce import EmptySelection, left_out, reduce
from ..subset.selection import (
    EVERY_KERNEL,
    KeyPattern,
    Reader,
    Selection,
    UnknownKeys,
    range_of_one,
    read_patterns,
)
from .consumer import consumer_release
from .failure import FINDINGS, Failure
from .schema import architecture_of, kernel_of, mainline_of, release_of

_PREFIX = re.compile(r"[a-z][a-z0-9_]*")
_LONGEST_PREFIX = 64
_MOST_BYTES = 1 << 20


def add_selection_options(parser: argparse.ArgumentParser) -> None:
    part = parser.add_argument_group(
        f"part of the schema, for {', '.join(packing_names())}",
        "'--for' and '--keys' add keys; '--kernel' and '--arch' narrow them, or the\n"
        "whole schema. The files go directly to DIR: vmcoreinfo.h and .c,\n"
        "vmcoreinfo_subset.py, or with a prefix NAME_vmcoreinfo.*. They record their\n"
        "command; 'vmcoreinfo regenerate' reruns it.",
    )
    part.add_argument(
        "--for",
        dest="readers",
        metavar="CONSUMER[@RELEASE]",
        action="append",
        default=[],
        help="the keys that a tool reads, e.g. drgn or makedumpfile@1.7.4 (default: its latest "
        "release)",
    )
    part.add_argument(
        "--keys",
        metavar="FILE",
        action="append",
        default=[],
        help="the keys listed in FILE, one per line; globs like OFFSET(page.*) and '#' comments "
        "are allowed; '-' for stdin",
    )
    part.add_argument(
        "--kernel",
        metavar="RANGE",
        help="what the kernels in a range export: 5.10.. (5.10 and later), ..6.9 (before 6.9), "
        "5.10..6.12 (from 5.10 to before 6.12), 6.12 (with its stable updates), or a vendor's "
        "kernel such as rhel9.6",
    )
    part.add_argument(
        "--arch",
        metavar="ARCH",
        nargs="+",
        action="extend",
        default=[],
        help="what is exported on these architectures, as uname -m or Debian names them",
    )
    part.add_argument(
        "--prefix",
        metavar="NAME",
        help="prefix C names and file names with NAME_, so that one program can hold several "
        "parsers",
    )
    part.add_argument(
        "--extra",
        metavar="'KEY FORMAT'",
        action="append",
        default=[],
        help="a key of the tool's own notes, not exported by any kernel, with its format, e.g. "
        "'SYMBOL(max_pfn) hex'; also allowed as a line of FILE",
    )
    part.add_argument("--no-derivations", action="store_true", help="leave out derived values")
    part.add_argument(
        "--no-metadata",
        action="store_true",
        help="leave out information about keys: releases, replacements, units, quirks (c, library)",
    )


class _StampParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ValueError(message)


def options_of_stamp(stamp: Stamp) -> argparse.Namespace:
    """The target and options in a stamp. Raises StampError for options that no stamp has."""
    parser = _StampParser(prog="vmcoreinfo generate", add_help=False, allow_abbrev=False)
    parser.add_argument("target", choices=packing_names())
    add_selection_options(parser)
    try:
        options = parser.parse_args(list(stamp.arguments))
    except ValueError as error:
        raise StampError(f"{stamp.location}: error: '{stamp.command}': {error}") from None
    if options.keys != (["-"] if stamp.patterns else []) or options.extra:
        raise StampError(
            f"{stamp.location}: error: expected '--keys -', with the keys listed below the command"
        )
    return options


def selection_of(
    schema: Schema, options: argparse.Namespace, patterns: Iterable[KeyPattern]
) -> Selection:
    """The selection by the options, with the patterns from `--keys`."""
    names = {architecture_of(schema, name).name for name in options.arch}
    kernels, kernel = _kernels(schema, options.kernel)
    return Selection(
        readers=tuple(
            Reader(text, *consumer_release(schema, text)) for text in dict.fromkeys(options.readers)
        ),
        patterns=tuple(patterns),
        kernels=kernels,
        archs=tuple(arch.name for arch in schema.architectures if arch.name in names),
        has_derivations=not options.no_derivations,
        kernel=kernel,
    )


def patterns_of(options: argparse.Namespace) -> list[KeyPattern]:
    """The patterns in the files of `--keys`, each where it comes first."""
    found: dict[str, KeyPattern] = {}
    for path in options.keys:
        for pattern in _read(path):
            found.setdefault(pattern.text, pattern)
    if options.extra and not found and not options.keys and not options.readers:
        found["*"] = KeyPattern("*", Location("--extra"))
    for text in options.extra:
        private = next(iter(read_patterns(text, "--extra")), None)
        if private is None or private.private is None:
            raise Failure(
                f"--extra '{shortened(text)}': expected a key and its format, e.g. "
                "'SYMBOL(max_pfn) hex'"
            )
        found.setdefault(private.text, private)
    if options.keys and not found and not options.readers:
        raise Failure(f"{', '.join(options.keys)}: no keys, so nothing to generate", FINDINGS)
    return list(found.values())


def form_of(options: argparse.Namespace) -> Form:
    return Form(_prefix_of(options), has_metadata=not options.no_metadata)


def _prefix_of(options: argparse.Namespace) -> str | None:
    prefix: str | None = options.prefix
    if prefix is None:
        return None
    if not _PREFIX.fullmatch(prefix) or len(prefix) > _LONGEST_PREFIX:
        wanted = f"use at most {_LONGEST_PREFIX} lower-case letters, digits and '_', starting with a letter"
        raise Failure(f"--prefix '{shortened(prefix)}': {wanted}")
    return prefix.rstrip("_")


def reduced(schema: Schema, selection: Selection) -> Schema:
    """The selected part of the schema."""
    try:
        found = reduce(schema, selection)
    except UnknownKeys as error:
        raise Failure(f"nothing generated:\n{error}") from error
    except EmptySelection:
        asked = " ".join(selection.options())
        raise Failure(f"no keys are left for '{asked}', so nothing to generate", FINDINGS) from None
    for key in left_out(schema, selection):
        print(f"vmcoreinfo: {key} left out: none of these kernels exports it", file=sys.stderr)
    return found


def _read(path: str) -> tuple[KeyPattern, ...]:
    try:
        return read_patterns(read_text(path, _MOST_BYTES), STDIN if path == "-" else path)
    except InputError as error:
        raise Failure(f"--keys {error}") from error


def _kernels(schema: Schema, text: str | None) -> tuple[KernelRange, Kernel | None]:
    """A range of mainline releases, and the kernel if it is of a vendor's line."""
    if text is None:
        return EVERY_KERNEL, None
    first, dots, last = text.partition("..")
    if not dots:
        kernel = kernel_of(schema, text)
        if kernel.line is None or kernel.line.line.base is None:
            return range_of_one(schema, mainline_of(schema, kernel)), None
        return range_of_one(schema, kernel.release), kernel
    if not first and not last:
        raise Failure(f"--kernel '{text}': a range needs a first release, a last release, or both")
    since = release_of(schema, first) if first else None
    until = release_of(schema, last) if last else None
    if since and until and not since.opening < until.opening:
        raise Failure(
            f"--kernel '{text}': {last} must be after {first}, as the range ends before it"
        )
    return KernelRange(since=since, until=until), None
