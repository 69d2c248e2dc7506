# SPDX-License-Identifier: MIT
"""Makes crashes, see tests/crashes/__init__.py."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.crashes.boots import make
from tests.crashes.kinds import CRASHES, Crash
from tests.crashes.reading import rows
from tests.crashes.record import all_recorded, keep, observe
from tests.crashes.rescues import OTHER, RESCUE, build, rescues_of
from tests.crashes.runs import Run, runs_of
from tests.dump.real import CACHE
from tests.guest_boots import Missing
from tests.guest_kinds import KINDS, MACHINES
from vmcoreinfo_codegen.model.builder import load

FOLDER = CACHE / "crashes"


def prepared(script: str, folder: Path, *words: str) -> Path:
    """A folder that a script of tests/ has filled."""
    ran = subprocess.run(
        [ROOT / "tests" / script, folder, *words], capture_output=True, text=True, check=False
    )
    if ran.returncode:
        raise Missing(ran.stderr.strip().splitlines()[-1])
    return folder


def vmlinux_of(release: str) -> Path | None:
    """A kernel with its debug information, if available."""
    try:
        return prepared("kernel-debug", CACHE / "kernel-debug", release) / f"vmlinux-{release}"
    except Missing as error:
        print(f"crashes: tasks of {release} are not counted: {error}", file=sys.stderr)
        return None


def crashed(folder: Path, crash: Crash, rescues: Path | None) -> Path:
    """Make one crash, and read its results."""
    debian = MACHINES[KINDS[crash.guest].machine].debian
    tools = CACHE / ("consumer-tools" if debian == "amd64" else f"consumer-tools-{debian}")
    prepared("consumer-tools", tools, debian)
    have = {one: rescues_of(crash, one, rescues) for one in crash.tools}
    rescued, other = (
        frozenset(one for one, found in have.items() if name in found) for name in (RESCUE, OTHER)
    )
    runs = list(runs_of(crash, rescued, other))
    made = make(folder, crash, tools, runs, rescues)
    read(made, crash, runs)
    return made


def read(made: Path, crash: Crash, runs: list[Run]) -> None:
    facts = json.loads((made / "facts.json").read_text())
    found = rows(made, runs, vmlinux_of(facts["kernel"]))
    text = "".join(json.dumps(row) + "\n" for row in found)
    (made / "runs.jsonl").write_text(text)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crashes")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(CRASHES))
    parser.add_argument(
        "--rescues", type=Path, metavar="FOLDER", help="those that are there already"
    )
    parser.add_argument("--alone", action="store_true", help="tools alone, without rescues")
    parser.add_argument(
        "--record",
        action="store_true",
        help="keep what came in tests/corpus/crashes, and of tools alone in schema/observed",
    )
    options = parser.parse_args()
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    code = 0
    for name in options.names or CRASHES:
        try:
            rescues = options.rescues
            if rescues is None and not options.alone:
                rescues = folder / "rescues"
                build(rescues, CRASHES[name])
            made = crashed(folder, CRASHES[name], rescues)
            print(keep(load(ROOT / "schema"), made) if options.record else made)
        except Missing as error:
            print(f"crashes: {name}: {error}", file=sys.stderr)
            code = max(code, 2)
        except RuntimeError as error:
            print(f"crashes: {error}", file=sys.stderr)
            code = 1
    if options.record:
        observe(all_recorded())
    return code


if __name__ == "__main__":
    sys.exit(main())
