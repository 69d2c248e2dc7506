# SPDX-License-Identifier: MIT
"""Our BTF reader, looking up every OFFSET, SIZE and LENGTH of a note, compared with bpftool
listing the types.

        bench/btf.py [BTF NOTE]

Without arguments: the types of the running kernel, and the keys of the newest note in the corpus.
bpftool is left out if it is not installed (Debian: bpftool); both read the same file.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import vmcoreinfo
from vmcoreinfo_codegen.core.key import kind_of
from vmcoreinfo_codegen.debuginfo.btf import Btf
from vmcoreinfo_codegen.debuginfo.facts import Facts, Sources
from vmcoreinfo_codegen.model.entry import fact_of

ROOT = Path(__file__).resolve().parent.parent
NOTE = ROOT / "tests/corpus/notes/x86_64-7.3.4+deb13-amd64.note"
RUNS = 15


def main() -> None:
    btf = Path(sys.argv[1] if len(sys.argv) > 1 else "/sys/kernel/btf/vmlinux")
    note = Path(sys.argv[2]) if len(sys.argv) > 2 else NOTE
    if not btf.exists():
        print(f"{btf} is not here: name a BTF file")
        return
    data = btf.read_bytes()
    lines = vmcoreinfo.parse(note.read_bytes()).lines
    kinds = ("OFFSET", "SIZE", "LENGTH")
    asked = [fact_of(line.key, kind_of(line.key)) for line in lines if line.kind in kinds]
    facts = [fact for fact in asked if fact is not None]

    def ours() -> int:
        known = Facts(facts, Sources(Btf(data)))
        return sum(bool(known.values([fact])) for fact in facts)

    times: dict[str, list[float]] = {"ours, in a process that runs": []}
    bpftool = shutil.which("bpftool") or shutil.which("bpftool", path="/usr/sbin")
    if bpftool:
        times["bpftool btf dump, a process"] = []
    answered = ours()
    for _ in range(RUNS):
        start = time.perf_counter()
        ours()
        times["ours, in a process that runs"].append(time.perf_counter() - start)
        if bpftool:
            start = time.perf_counter()
            subprocess.run([bpftool, "btf", "dump", "file", btf], capture_output=True, check=True)
            times["bpftool btf dump, a process"].append(time.perf_counter() - start)
    print(
        f"{btf}: {len(data) / 1e6:.1f} MB; {answered} of {len(facts)} questions of a note answered"
    )
    peer = statistics.median(list(times.values())[-1])
    for name, taken in times.items():
        median = statistics.median(taken)
        print(
            f"{name:30} {median * 1000:6.1f} ms ({min(taken) * 1000:.1f} to {max(taken) * 1000:.1f}), "
            f"{median / peer:.2f} x the last"
        )


if __name__ == "__main__":
    main()
