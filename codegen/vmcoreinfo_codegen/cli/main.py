# SPDX-License-Identifier: MIT
"""Entry point: finds, loads and runs the verb, and turns errors into exit codes."""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from .. import __version__
from .failure import EXIT_CODES, FINE, INTERNAL, INTERRUPTED, UNREADABLE, Failure
from .layout import columns, named_columns, wrapped
from .terminal import silence, streams
from .verb import VERBS, Verb

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DESCRIPTION = (
    "Read, look up and check what the Linux kernel exports in VMCOREINFO, and generate parsers for "
    "it."
)
_HANGING = " " * 6

# A tree or a model lives as long as the process; collecting after every 700 new objects would take
# a tenth of a verb's time.
_OBJECTS_BEFORE_COLLECTION = 100_000


class _Help(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        # argparse would get the width from shutil, which loads three libraries for archives.
        super().__init__(prog, width=_width())


def _width() -> int:
    """The width of help, as in argparse."""
    return (named_columns() or columns() or 80) - 2


def _epilog() -> str:
    codes = (f"{code} {when}" for code, when in EXIT_CODES.items())
    return "exit codes:\n" + ";\n".join(
        wrapped(text, "  ", _HANGING, width=_width()) for text in codes
    )


class _Parser(argparse.ArgumentParser):
    def _print_message(self, message: str, file: Any = None) -> None:
        # argparse ignores a full disk.
        (file or sys.stderr).write(message)

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        # Before 3.13 argparse drops a value `--`, and passes an empty list.
        if action.option_strings and "--" in arg_strings:
            raise argparse.ArgumentError(action, "'--' is not a value")
        return super()._get_values(action, arg_strings)

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(UNREADABLE, f"{self.prog}: error: {message}\n")


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command, with the arguments of every verb."""
    top = _parser("vmcoreinfo", wrapped(DESCRIPTION, width=_width()), _epilog())
    top.add_argument("--version", action="version", version=f"vmcoreinfo {__version__}")
    subparsers = top.add_subparsers(dest="verb", metavar="VERB", title="verbs", prog="vmcoreinfo")
    for verb in VERBS:
        subparser = subparsers.add_parser(verb.name, help=verb.help)
        _load(verb).add_arguments(subparser)
    return top


def _parser(prog: str, description: str, epilog: str) -> argparse.ArgumentParser:
    return _Parser(
        prog=prog,
        description=description,
        epilog=epilog,
        formatter_class=_Help,
    )


def _verb_parser(verb: Verb) -> argparse.ArgumentParser:
    description = wrapped(f"{verb.help[0].upper()}{verb.help[1:]}.", width=_width())
    examples = verb.example.splitlines()
    title = "example:" if len(examples) == 1 else "examples:"
    epilog = "\n  ".join([title, *examples]) + f"\n\n{_epilog()}"
    return _parser(f"vmcoreinfo {verb.name}", description, epilog)


def _load(verb: Verb) -> Any:
    return importlib.import_module(f"{__package__}.verbs.{verb.module}")


def _overview() -> str:
    lines = ["vmcoreinfo: read and check what the Linux kernel exports in VMCOREINFO.", ""]
    for verb in VERBS:
        lines += [wrapped(verb.help, "  ", "  "), f"      {verb.example.splitlines()[0]}"]
    return "\n".join([*lines, "", "See 'vmcoreinfo VERB --help' for details."])


def parser_without_arguments() -> argparse.ArgumentParser:
    """The parser for arguments before a verb; it lists the verbs, but loads none."""
    width = max(len(verb.name) for verb in VERBS)
    more = " " * (width + 4)
    verbs = "\n".join(
        wrapped(verb.help, f"  {verb.name:{width}}  ", more, width=_width()) for verb in VERBS
    )
    description = wrapped(DESCRIPTION, width=_width())
    top = _parser("vmcoreinfo", description, f"verbs:\n{verbs}\n\n{_epilog()}")
    top.add_argument("--version", action="version", version=f"vmcoreinfo {__version__}")
    top.add_argument("verb", metavar="VERB", help="one of the verbs listed below")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTION)
    argv = list(sys.argv[1:] if arguments is None else arguments)
    with streams():
        code = _ended(lambda: _run(argv))
        # Failing to print to stderr does not change the exit code.
        with suppress(OSError):
            sys.stderr.flush()
        return code


def _run(argv: list[str]) -> int:
    if not argv:
        print(_overview())
        return FINE
    asked = [verb for verb in VERBS if verb.name == argv[0]]
    if not asked and not argv[0].startswith("-"):
        return _unknown_verb(argv[0])
    if not asked:
        parser_without_arguments().parse_args(argv)
    module = _load(asked[0])
    arguments_of = _verb_parser(asked[0])
    module.add_arguments(arguments_of)
    # Intermixed, as a name may follow an option. If there is no name, that parser's error lists too
    # many.
    some = any(not word.startswith("-") or word == "-" for word in argv[1:])
    parse = arguments_of.parse_intermixed_args if some else arguments_of.parse_args
    code: int = module.run(parse(argv[1:]))
    return code


def _ended(run: Callable[[], int]) -> int:
    """The exit code of `run`; errors are reported in one line."""
    try:
        code = _code_of(run)
        sys.stdout.flush()
        return code
    except Failure as failure:
        _flush()
        return _told(f"vmcoreinfo: error: {failure}", failure.code)
    except BrokenPipeError:
        # The reader has closed the pipe, as in `| head`; nothing more can be written.
        silence(sys.stdout)
        return FINE
    except OSError as error:
        _flush()
        where = f"{error.filename}: " if error.filename else ""
        return _told(f"vmcoreinfo: error: {where}{error.strerror or error}", UNREADABLE)
    except MemoryError:
        return _told("vmcoreinfo: error: out of memory", UNREADABLE)
    except KeyboardInterrupt:
        silence(sys.stdout)
        return INTERRUPTED
    except Exception as error:
        if os.environ.get("VMCOREINFO_TRACEBACK"):
            raise
        return _told(
            f"vmcoreinfo: internal error: {type(error).__name__}: {error}\n"
            "Please report it with the output of VMCOREINFO_TRACEBACK=1.",
            INTERNAL,
        )


def _code_of(run: Callable[[], int]) -> int:
    """The exit code of `run`; argparse ends with SystemExit."""
    try:
        return run()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else FINE


def _flush() -> None:
    """Flush stdout before an error is reported; silence it if that fails."""
    try:
        sys.stdout.flush()
    except OSError:
        silence(sys.stdout)


def _told(message: str, code: int) -> int:
    try:
        for line in message.split("\n"):
            print(wrapped(line, "", "  ", sys.stderr), file=sys.stderr)
        sys.stderr.flush()
    except OSError:
        silence(sys.stderr)
    return code


def _unknown_verb(word: str) -> int:
    from ..problem import did_you_mean

    names = [verb.name for verb in VERBS]
    hint = did_you_mean(word, names) or f"one of {', '.join(names)}"
    print(f"vmcoreinfo: error: unknown verb '{word}'; {hint}", file=sys.stderr)
    return UNREADABLE
