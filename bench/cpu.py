# SPDX-License-Identifier: MIT
"""CPU time of whole processes, for the scripts in this folder."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

COMMAND = Path(sys.executable).parent / "vmcoreinfo"

# Measured with bytecode, as an installed package has it.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True)
class Case:
    """A command to measure, with a function to call before each run, and its own variables."""

    command: Sequence[str]
    before: Callable[[], None] = lambda: None
    variables: Mapping[str, str] = field(default_factory=dict)


def cpu_of(case: Case) -> float:
    """User and system CPU time of one process in seconds."""
    case.before()
    environment = {**ENVIRONMENT, **case.variables}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = subprocess.run(
        case.command,
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    # 1 is a result too: something differs, or breaks.
    if ran.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(case.command)} ends with {ran.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def measure(cases: Mapping[str, Case], runs: int) -> dict[str, list[float]]:
    """Seconds of every run, with cases interleaved, after one warm-up run of each."""
    times: dict[str, list[float]] = {name: [] for name in cases}
    for case in cases.values():
        cpu_of(case)
    for _ in range(runs):
        for name, case in cases.items():
            times[name].append(cpu_of(case))
    return times


def median(found: Sequence[float]) -> float:
    return statistics.median(found)
