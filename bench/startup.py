#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""CPU time of whole processes: the command compared with `python -c pass`, interleaved, as ratios.

Run with the interpreter that has the command installed: `python bench/startup.py`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cpu import COMMAND, Case, measure, median

ROOT = Path(__file__).resolve().parent.parent
PATCH = ROOT / "tests/patch/examples/symbol-array.diff"
NOTE = ROOT / "tests/corpus/notes/x86_64-7.3.4+deb13-amd64.note"
RUNS = int(os.environ.get("RUNS", "60"))

CASES = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "vmcoreinfo --help": [str(COMMAND), "--help"],
    "vmcoreinfo parse NOTE": [str(COMMAND), "parse", str(NOTE)],
    "vmcoreinfo parse NOTE --get": [str(COMMAND), "parse", str(NOTE), "--get", "OSRELEASE"],
    **{
        f"vmcoreinfo {verb}": [str(COMMAND), verb.split()[0], *arguments.split()]
        for verb, arguments in {
            "explain": "OFFSET(page.lru)",
            "list": "--kernel 6.9",
            "unused": "--kernel 7.3",
            "compat": "--consumer makedumpfile@1.7.4 --kernel 6.9 --arch ppc64",
            "lifetime": "makedumpfile",
            "impact": "SYMBOL(vmap_area_list)",
            "impact --patch": f"--patch {PATCH}",
            "diff": "6.8 6.9 --arch ppc64",
            "budget": "--kernel 7.3",
        }.items()
    },
    "vmcoreinfo explain --format json": [
        *(str(COMMAND), "explain", "OFFSET(page.lru)", "--format", "json")
    ],
}


def main() -> None:
    times = measure({name: Case(command) for name, command in CASES.items()}, RUNS)
    base = median(times["python -c pass"])
    print(f"{'process':30} {'median ms':>10} {'spread ms':>16} {'ratio':>6}   ({RUNS} runs)")
    for name, found in times.items():
        seconds = median(found)
        low, high = min(found) * 1000, max(found) * 1000
        print(f"{name:30} {seconds * 1000:10.1f} {low:7.1f}-{high:7.1f} {seconds / base:7.2f}")


if __name__ == "__main__":
    main()
