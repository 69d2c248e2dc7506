# SPDX-License-Identifier: MIT
"""`vmcoreinfo find` beside `grep -ac` and `cat` on the same image, whole processes in turn.

        bench/find.py [IMAGE]

Without an image, makes one of 1 GiB of random bytes with a note in it, in the temporary folder.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTE = ROOT / "tests/corpus/notes/x86_64-6.12.117+deb13-amd64.note"
RUNS = 7
BYTES = 1 << 30


def made(folder: str) -> Path:
    path = Path(folder) / "memory.raw"
    block = random.Random(0).randbytes(1 << 24)
    with path.open("wb") as file:
        for _ in range(BYTES // len(block)):
            file.write(block)
        file.seek(BYTES // 4096 // 2 * 4096)
        file.write(NOTE.read_bytes())
    return path


# To a pipe: grep stops at the first match where its output is /dev/null.
def seconds(command: list[str]) -> float:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.PIPE, env={**environment, "LC_ALL": "C"}, check=True)
    return time.perf_counter() - start


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        image = str(Path(sys.argv[1]) if len(sys.argv) > 1 else made(folder))
        commands = {
            "cat": ["cat", image],
            "grep -ac OSRELEASE=": ["grep", "-ac", "OSRELEASE=", image],
            "vmcoreinfo find": [sys.executable, "-m", "vmcoreinfo_codegen", "find", image],
        }
        size = os.path.getsize(image)
        times: dict[str, list[float]] = {name: [] for name in commands}
        for command in commands.values():
            seconds(command)  # once for the page cache
        for _ in range(RUNS):
            for name, command in commands.items():
                times[name].append(seconds(command))
        peer = statistics.median(times["grep -ac OSRELEASE="])
        print(f"{size / 2**20:.0f} MiB, {RUNS} runs each in turn, wall time of whole processes")
        for name, taken in times.items():
            median = statistics.median(taken)
            print(
                f"{name:20} {median * 1000:7.0f} ms ({min(taken) * 1000:.0f} to {max(taken) * 1000:.0f}), "
                f"{size / median / 2**30:4.1f} GiB/s, {median / peer:.2f} x grep"
            )


if __name__ == "__main__":
    main()
