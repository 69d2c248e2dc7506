# SPDX-License-Identifier: MIT
"""Plant every fault of some parts; exit with 1 if the tests notice fewer than 95 % of a part's."""

from __future__ import annotations

import argparse
import sys

from tqdm import tqdm

from tests.mutants.fault import sample
from tests.mutants.run import BAR, PARTS, Results, faults_of, run, tally, tree_state


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {' '.join(PARTS)}")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (2)")
    parser.add_argument("--sample", type=int, metavar="N", help="N faults of each part alone")
    parser.add_argument("--file", default="", help="those of files whose path has this in it")
    parser.add_argument("--bar", type=float, default=BAR, help=f"the least share ({BAR})")
    given = parser.parse_args()
    unknown = sorted(set(given.parts) - set(PARTS))
    if unknown:
        parser.error(f"{unknown[0]} is no part: choose from {' '.join(PARTS)}")
    results = Results(tree_state())
    below = False
    for part in given.parts or PARTS:
        faults = [fault for fault in faults_of(part) if given.file in fault.file]
        if given.sample:
            faults = sample(faults, given.sample)
        todo = run(faults, results, given.jobs)
        for _ in tqdm(todo, desc=part, total=len(faults), disable=None):
            pass
        counted = tally(faults, results)
        for fault in counted.survived:
            print(f"survived: {fault}\n")
        print(f"{part}: {counted}", flush=True)
        below |= counted.share < given.bar
    return int(below)


if __name__ == "__main__":
    sys.exit(main())
