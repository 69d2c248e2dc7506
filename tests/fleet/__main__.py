# SPDX-License-Identifier: MIT
"""Audits a million notes with the command, in one process and in two, and with Ray Data: the
same answer.

        python -m tests.fleet [COUNT] [FOLDER]

Prints rates and memory, as in docs/performance.md.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.fleet.made import write_notes

CPUS = 2


def told(what: str, count: int, command: list[str]) -> None:
    """Run a command, and print its rate, its CPU time, and the peak memory of its processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    taken = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{what:24} {taken:6.0f} s {count / taken:7.0f} notes/s {cpu / count * 1000:6.2f} ms of CPU a note, "
        f"{after.ru_maxrss // 1024} MiB at the most so far",
        flush=True,
    )


def audit(folder: Path, out: Path, jobs: int) -> list[str]:
    command = [sys.executable, "-m", "vmcoreinfo_codegen", "audit", str(folder)]
    return [*command, "--format", "parquet", "-o", str(out), "--jobs", str(jobs)]


def engine(folder: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "tests.fleet.engine", str(folder), str(out), str(CPUS)]


def differences(one: Path, other: Path, columns: str = "*") -> int:
    """Number of rows of one table that are not in the other, by some columns."""
    import duckdb

    tables = [f"(select {columns} from read_parquet('{path}'))" for path in (one, other)]
    both = f"({tables[0]} except {tables[1]}) union all ({tables[1]} except {tables[0]})"
    ((found,),) = duckdb.execute(f"select count(*) from ({both})").fetchall()
    return int(found)


def main(count: int, folder: Path) -> int:
    notes, tables = folder / "notes", folder / "tables"
    if not notes.exists():
        write_notes(notes, tables, count)
    one, two, ray = (folder / name for name in ("one.parquet", "two.parquet", "ray"))
    print(f"{count} notes made from the real ones")
    told("one process", count, audit(notes, one, 1))
    told("two processes", count, audit(notes, two, CPUS))
    told("Ray Data, two CPUs", count, engine(tables, ray))
    found = [differences(one, other) for other in (two, ray / "*.parquet")]
    print(f"rows that differ: {found[0]} of two processes, {found[1]} of Ray Data")
    return int(any(found))


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    if len(sys.argv) > 2:
        sys.exit(main(wanted, Path(sys.argv[2])))
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as made:
        sys.exit(main(wanted, Path(made)))
