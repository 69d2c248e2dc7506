# SPDX-License-Identifier: MIT
"""Make dumps with several kernels, see tests/several/__init__.py."""

from __future__ import annotations

import argparse
import sys

from tests.dump.real import CACHE
from tests.guest_boots import Missing
from tests.several.boots import make
from tests.several.kinds import SEVERAL

FOLDER = CACHE / "several"


def main() -> int:
    parser = argparse.ArgumentParser(prog="several", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *SEVERAL], metavar="NAME")
    options = parser.parse_args()
    code = 0
    for name in options.names or SEVERAL:
        try:
            print(make(FOLDER, SEVERAL[name]))
        except (Missing, RuntimeError) as error:
            print(f"several: {error}", file=sys.stderr)
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
