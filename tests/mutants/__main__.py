# SPDX-License-Identifier: MIT
"""Plant every fault of some packages; exit with 1 if fewer than 95 % of a package's are noticed."""

from __future__ import annotations

import argparse
import sys

from tqdm import tqdm

from tests.mutants.code import PACKAGES, faults_of_package
from tests.mutants.fault import Fault, sample
from tests.mutants.run import (
    BAR,
    ROOT,
    Results,
    copies,
    equivalent,
    plant,
    reach_of_this_tree,
    tally,
    tree_state,
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", help=f"of {' '.join(PACKAGES)}")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (2)")
    parser.add_argument("--sample", type=int, metavar="N", help="N faults of each alone")
    parser.add_argument("--file", help="those of files whose path contains this alone")
    given = parser.parse_args()
    faults = {name: faults_of_package(ROOT, name) for name in given.packages or PACKAGES}
    for name, all_of_it in faults.items():
        chosen = [f for f in all_of_it if not given.file or given.file in f.file]
        faults[name] = sample(chosen, given.sample) if given.sample else chosen
    results = Results(tree_state())
    harmless = equivalent()
    left = [
        fault
        for package in faults.values()
        for fault in package
        if fault.name not in harmless and fault.key(results.tree) not in results.of
    ]
    if left:
        _plant(left, results, given.jobs)
    below = False
    for name, of_it in faults.items():
        counted = tally(of_it, results)
        for fault in counted.survived:
            print(f"survived: {fault}\n")
        print(f"{name}: {counted}")
        below |= counted.share < BAR
    return int(below)


def _plant(faults: list[Fault], results: Results, jobs: int) -> None:
    with copies(jobs) as trees, tqdm(total=len(faults), disable=None) as bar:
        reach = reach_of_this_tree(trees[0], jobs)
        for fault, outcome in plant(faults, reach, trees):
            results.add(fault, outcome)
            bar.update()


if __name__ == "__main__":
    sys.exit(main())
