#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""CPU of whole processes: the command beside `python -c pass`, interleaved, as ratios.

Run with the interpreter that has the command installed: `python bench/startup.py`.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTE = ROOT / "tests/corpus/notes/x86_64-7.3.4+deb13-amd64.note"
COMMAND = Path(sys.executable).parent / "vmcoreinfo"
RUNS = int(os.environ.get("RUNS", "60"))

# An installed package has its bytecode beside it; so it is measured with it.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

CASES = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "vmcoreinfo --help": [str(COMMAND), "--help"],
    "vmcoreinfo parse NOTE": [str(COMMAND), "parse", str(NOTE)],
    "vmcoreinfo parse NOTE --get": [str(COMMAND), "parse", str(NOTE), "--get", "OSRELEASE"],
    "vmcoreinfo explain": [str(COMMAND), "explain", "OFFSET(page.lru)"],
}


def cpu_of(command: list[str]) -> float:
    """User and system CPU of one process in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in CASES}
    for command in CASES.values():
        cpu_of(command)
    for _ in range(RUNS):
        for name, command in CASES.items():
            times[name].append(cpu_of(command))
    base = statistics.median(times["python -c pass"])
    print(f"{'process':30} {'median ms':>10} {'spread ms':>16} {'ratio':>6}   ({RUNS} runs)")
    for name, found in times.items():
        median = statistics.median(found)
        low, high = min(found) * 1000, max(found) * 1000
        print(f"{name:30} {median * 1000:10.1f} {low:7.1f}-{high:7.1f} {median / base:7.2f}")


if __name__ == "__main__":
    main()
