# SPDX-License-Identifier: MIT
"""`vmcoreinfo completion`"""

from __future__ import annotations

import argparse

from ..failure import FINE

_SHELLS = ("bash", "zsh", "fish", "tcsh")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=_SHELLS, help="the shell")


def run(options: argparse.Namespace) -> int:
    from ..completion import script

    print(script(options.shell), end="")
    return FINE
