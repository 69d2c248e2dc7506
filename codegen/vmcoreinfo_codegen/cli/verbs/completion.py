# SPDX-License-Identifier: MIT
"""`vmcoreinfo completion`"""

from __future__ import annotations

import argparse

from ..failure import FINE

_SHELLS = ("bash", "zsh", "tcsh")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=_SHELLS, help="the shell")


def run(options: argparse.Namespace) -> int:
    import shtab

    from vmcoreinfo import ARCHITECTURES, ENTRIES
    from vmcoreinfo.derive import DERIVATIONS

    from ..main import parser

    complete = parser()
    for action in _actions(complete):
        if action.dest == "get":
            action.choices = list(ENTRIES)
        elif action.dest == "key":
            action.choices = [*ENTRIES, *DERIVATIONS]
        elif action.dest == "arch":
            action.choices = list(ARCHITECTURES)
        elif action.dest in ("file", "paths", "tree", "kernel", "config", "keys", "depfile"):
            _complete(action, shtab.FILE)
        elif action.dest in ("out", "schema"):
            _complete(action, shtab.DIRECTORY)
    print(shtab.complete(complete, options.shell))
    return FINE


def _complete(action: argparse.Action, by: object) -> None:
    # What shtab reads is no attribute that argparse declares.
    vars(action)["complete"] = by


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    found = list(parser._actions)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for subparser in action.choices.values():
                found += _actions(subparser)
    return found
