# SPDX-License-Identifier: MIT
"""`vmcoreinfo synth` compared with `grep -c` on the same image, whole processes in turn.

        bench/synth.py [IMAGE]

Without an image, makes one of 1 GiB: the memory of a guest that the tests have booted, followed by
pages of other content. It compares CPU time, as other work on the machine adds to the wall time of
both, and prints the peak memory of `synth` too. It exits with 1 if a limit is exceeded.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from find import pages_of_all

GUEST = Path.home() / ".cache/vmcoreinfo/guest-6.12/memory.raw"
BYTES = 1 << 30
RUNS = 5
LIMIT = 3
MOST_MEMORY = 300 << 20


def _run(command: list[str]) -> tuple[float, int]:
    """CPU time in seconds, and the peak memory in bytes."""
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=nowhere)
        assert process.stdout is not None
        process.stdout.read()
        _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    return used.ru_utime + used.ru_stime, used.ru_maxrss << 10


def _measure(image: str) -> bool:
    grep = ["grep", "-c", "vmcoreinfo", image]
    synth = [sys.executable, "-m", "vmcoreinfo_codegen", "synth", "--dump", image]
    _run(grep)  # fills the page cache
    _run(synth)
    runs = [(_run(grep), _run(synth)) for _ in range(RUNS)]
    peer = min(one for (one, _), _ in runs)
    taken = min(one for _, (one, _) in runs)
    memory = max(most for _, (_, most) in runs)
    size = os.path.getsize(image)
    print(
        f"{size / 2**30:.2f} GiB: grep {peer:.2f} s, synth {taken:.2f} s, {taken / peer:.2f} x grep, "
        f"{memory / 2**20:.0f} MiB"
    )
    return taken <= LIMIT * peer and memory <= MOST_MEMORY


def _make(image: Path) -> None:
    other = pages_of_all()
    with image.open("wb") as file:
        file.write(GUEST.read_bytes())
        while file.tell() < BYTES:
            file.write(other)


def main() -> int:
    if sys.argv[1:2] == ["--make"]:
        _make(Path(sys.argv[2]))
        return 0
    if sys.argv[1:]:
        return 0 if _measure(sys.argv[1]) else 1
    with tempfile.TemporaryDirectory() as folder:
        image = str(Path(folder) / "memory.raw")
        # In a separate process, as a child starts with the peak memory of its parent.
        subprocess.run([sys.executable, __file__, "--make", image], check=True)
        return 0 if _measure(image) else 1


if __name__ == "__main__":
    sys.exit(main())
