#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""CPU time of `vmcoreinfo generate` and of the verbs that read the schema, and what takes it.

Prints the tables of docs/performance.md. Run with the interpreter that has the command
installed: `python bench/generation.py`; RUNS is the number of runs of each (default 15).
"""

from __future__ import annotations

import collections
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from importlib.metadata import version
from pathlib import Path
from types import FrameType

from cpu import COMMAND, ENVIRONMENT, Case, measure, median

RUNS = int(os.environ.get("RUNS", "15"))
LIBRARIES = ("lark", "pydantic", "jinja2")
QUESTIONS = {
    "explain": ["explain", "OFFSET(page.lru)"],
    "compat": ["compat", "--consumer", "makedumpfile@1.7.4", "--kernel", "6.9", "--arch", "x86_64"],
    "list": ["list"],
}
# No folder can be created below a device, so nothing is cached, and every run reads the schema.
NOTHING_CACHED = {"XDG_CACHE_HOME": os.devnull}
_SAMPLE_EVERY = 0.001
_PROFILED_RUNS = 5


def cases(folder: Path) -> dict[str, Case]:
    out = folder / "generated"
    vmcoreinfo = str(COMMAND)
    generate = [vmcoreinfo, "generate", "--out", str(out)]
    found = {
        "python -c pass": Case([sys.executable, "-c", "pass"]),
        "generate, from nothing": Case(
            generate, lambda: shutil.rmtree(out, ignore_errors=True), NOTHING_CACHED
        ),
        "generate --check": Case([vmcoreinfo, "generate", "--check"], variables=NOTHING_CACHED),
        "check": Case([vmcoreinfo, "check"], variables=NOTHING_CACHED),
    }
    for name, arguments in QUESTIONS.items():
        command = [vmcoreinfo, *arguments]
        found[f"{name}, nothing cached"] = Case(command, variables=NOTHING_CACHED)
    return found


def profile(out: str) -> None:
    """Run `generate` in this process, and print the number of samples in each part, as JSON.

    A sample belongs to the library that was entered first, with all that it calls; if there
    is none, to our innermost package.
    """
    counts: collections.Counter[str] = collections.Counter()

    def sample(_: int, frame: FrameType | None) -> None:
        counts[_owner(frame)] += 1

    signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, _SAMPLE_EVERY, _SAMPLE_EVERY)
    from vmcoreinfo_codegen.cli.main import main as vmcoreinfo

    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        code = vmcoreinfo(["generate", "--out", out])
        signal.setitimer(signal.ITIMER_PROF, 0)
    assert code == 0
    print(json.dumps(counts))


def _owner(frame: FrameType | None) -> str:
    modules = []
    while frame is not None:
        modules.append(frame.f_globals.get("__name__") or "")
        frame = frame.f_back
    ours = "start, imports"
    for module in reversed(modules):
        package, _, below = module.partition(".")
        if package.startswith(LIBRARIES):
            return next(name for name in LIBRARIES if package.startswith(name))
        if package == "vmcoreinfo_codegen" and below and not below.startswith("cli"):
            ours = "ours: " + below.partition(".")[0]
    return ours


def shares() -> dict[str, float]:
    counts: collections.Counter[str] = collections.Counter()
    for _ in range(_PROFILED_RUNS):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, __file__, "--profile", folder]
            ran = subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT)
            counts.update(json.loads(ran.stdout))
    found = {name: count / counts.total() for name, count in counts.most_common()}
    shown = {name: share for name, share in found.items() if share >= 0.01}
    return {**shown, "the rest": 1 - sum(shown.values())}


def main() -> None:
    if sys.argv[1:2] == ["--profile"]:
        profile(sys.argv[2])
        return
    with tempfile.TemporaryDirectory() as folder:
        times = measure(cases(Path(folder)), RUNS)
    base = median(times["python -c pass"])
    print(f"| process | CPU, median s | spread s | times `python -c pass` | ({RUNS} runs)")
    print("|---|---|---|---|")
    for name, found in times.items():
        spread = f"{min(found):.3f}-{max(found):.3f}"
        print(f"| {name} | {median(found):.3f} | {spread} | {median(found) / base:.1f} |")
    print("\n| in `generate` | share |\n|---|---|")
    for name, share in shares().items():
        print(f"| {name} | {share:.0%} |")
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    print(f"\nPython {platform.python_version()}, {versions}, {os.cpu_count()} CPUs")


if __name__ == "__main__":
    main()
