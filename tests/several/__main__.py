# SPDX-License-Identifier: MIT
"""Make dumps with several kernels, see tests/several/__init__.py."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.dump.real import CACHE
from tests.guest_boots import Missing
from tests.several.boots import make
from tests.several.kinds import SEVERAL
from tests.several.outcome import RECORDS, outcome

FOLDER = CACHE / "several"


def keep(made: Path) -> Path:
    """Record a dump; the file that was written."""
    path = RECORDS / f"{made.name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(outcome(made), indent=1) + "\n")
    return path


def main() -> int:
    parser = argparse.ArgumentParser(prog="several", description=__doc__)
    parser.add_argument(
        "--record", action="store_true", help="write what came of it to tests/corpus/several"
    )
    parser.add_argument("names", nargs="*", choices=[[], *SEVERAL], metavar="NAME")
    options = parser.parse_args()
    code = 0
    for name in options.names or SEVERAL:
        try:
            made = make(FOLDER, SEVERAL[name])
            print(keep(made) if options.record else made)
        except (Missing, RuntimeError) as error:
            print(f"several: {error}", file=sys.stderr)
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
