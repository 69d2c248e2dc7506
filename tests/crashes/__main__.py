# SPDX-License-Identifier: MIT
"""Make crashes, see tests/crashes/__init__.py."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from tests.crashes.boots import make, rescues_of
from tests.crashes.kinds import CRASHES
from tests.crashes.runs import runs_of
from tests.guest_boots import Missing
from tests.guest_kinds import KINDS, MACHINES


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crashes")
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(CRASHES))
    parser.add_argument("--rescues", type=Path)
    parser.add_argument("--tools", type=Path, required=True)
    options = parser.parse_args()
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    code = 0
    for name in options.names or CRASHES:
        crash = CRASHES[name]
        found = {one for one in crash.tools if rescues_of(crash, one, options.rescues)}
        runs = list(runs_of(crash, frozenset(found)))
        try:
            make(folder, crash, options.tools, runs, options.rescues)
        except Missing as error:
            print(f"crashes: {name}: {error}", file=sys.stderr)
            code = max(code, 2)
        except RuntimeError as error:
            print(f"crashes: {error}", file=sys.stderr)
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
