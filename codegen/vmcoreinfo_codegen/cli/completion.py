# SPDX-License-Identifier: MIT
"""Shell completion scripts, made from the command's parser and the schema's keys."""

from __future__ import annotations

import argparse

import shtab

from vmcoreinfo import ARCHITECTURES, ENTRIES
from vmcoreinfo.derive import DERIVATIONS

from ..targets import LARGE, ON_REQUEST, TARGETS
from .main import parser

_FILES = ("FILE", "DUMP", "IMAGE", "INPUT", "NOTE", "PATH", "REPO", "SVG", "TREE")
_WORDS = {
    "add": [*ENTRIES],
    "arch": [*ARCHITECTURES],
    "get": [*ENTRIES],
    "key": [*ENTRIES, *DERIVATIONS],
    "name": [*DERIVATIONS],
    "targets": [*TARGETS, *ON_REQUEST, *LARGE],
}
"""Words that complete an argument, by its name, if the parser does not tell them."""


def script(shell: str) -> str:
    """The completion script for a shell that shtab supports."""
    complete = parser()
    for action in _actions(complete):
        if action.dest in _WORDS:
            action.choices = _WORDS[action.dest]
        elif action.metavar == "DIR":
            _complete(action, shtab.DIRECTORY)
        elif action.metavar in _FILES:
            _complete(action, shtab.FILE)
    return shtab.complete(complete, shell) + "\n"


def _complete(action: argparse.Action, by: object) -> None:
    # shtab reads an attribute that argparse does not declare.
    vars(action)["complete"] = by


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    found = list(parser._actions)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for subparser in action.choices.values():
                found += _actions(subparser)
    return found
