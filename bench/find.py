# SPDX-License-Identifier: MIT
"""`vmcoreinfo find` compared with `grep -ac` on the same image, whole processes in turn.

        bench/find.py [--pin] [IMAGE ...]

Without an image, makes one of 2 GiB of each kind of content in turn, with a note in the middle, in
the temporary folder. The ratio is that of the fastest runs, as other work on the machine only adds
time. Content full of needles has its own limit, as grep takes 14 ns for each. `--pin` runs both on
one processor.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTE = ROOT / "tests/corpus/notes/x86_64-6.12.117+deb13-amd64.note"
RUNS = 5
BYTES = 2 << 30
BLOCK = 16 << 20
LIMIT = 1.2
FLOOD_LIMIT = 4


def _kinds() -> dict[str, bytes]:
    library = sorted(Path(os.__file__).parent.glob("**/*.py"))
    return {
        "random bytes": random.Random(0).randbytes(BLOCK),
        "zeros": bytes(BLOCK),
        "source text": _filled(b"".join(path.read_bytes() for path in library[:1500])),
        "a program": _filled(Path(sys.executable).resolve().read_bytes()),
    }


def pages_of_all() -> bytes:
    """16 MiB: pages of all kinds of content, shuffled."""
    return _pages(list(_kinds().values()))


def _blocks() -> Iterator[tuple[str, bytes, float]]:
    """Kinds of content, and the allowed ratio."""
    kinds = _kinds()
    for name, block in kinds.items():
        yield name, block, LIMIT
    yield "pages of all four", _pages(list(kinds.values())), LIMIT
    for piece in (b"\n", b"O", b"=", b"E=", b"SRELEASE=", b"OSRELEASE", b"OSRELEASE\n", b"ASE=\n"):
        yield f"{piece!r} repeated", _filled(piece), LIMIT
    for piece in (b"OSRELEASE=", b"OSRELEASE=\n", b"OSRELEASE=6.1\n", b"OSRELEASE=6.1\n\0"):
        yield f"{piece!r} repeated", _filled(piece), FLOOD_LIMIT


def _filled(piece: bytes) -> bytes:
    return (piece * (BLOCK // len(piece) + 1))[:BLOCK]


def _pages(blocks: list[bytes]) -> bytes:
    choose = random.Random(1)
    places = (choose.randrange(0, BLOCK, 4096) for _ in range(BLOCK // 4096))
    return b"".join(choose.choice(blocks)[place : place + 4096] for place in places)


def _write(path: Path, block: bytes) -> None:
    with path.open("wb") as file:
        for _ in range(BYTES // len(block)):
            file.write(block)
        file.seek(BYTES // 2)
        file.write(NOTE.read_bytes())


# Writes to a pipe: grep stops at the first match if its output is /dev/null.
def _seconds(command: list[str]) -> tuple[float, float]:
    """Wall time and CPU time."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, capture_output=True, env={**environment, "LC_ALL": "C"}, check=False)
    taken = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return taken, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _measure(name: str, image: str, limit: float) -> bool:
    grep = ["grep", "-ac", "OSRELEASE=", image]
    find = [sys.executable, "-m", "vmcoreinfo_codegen", "find", image]
    _seconds(grep)  # fills the page cache
    _seconds(find)
    runs = [(*_seconds(grep), *_seconds(find)) for _ in range(RUNS)]
    peer, peer_work, taken, work = (min(times) for times in zip(*runs))
    ratio = taken / peer
    print(
        f"{name:28} grep {peer * 1000:6.0f} ms, find {taken * 1000:6.0f} ms, "
        f"{os.path.getsize(image) / taken / 2**30:5.1f} GiB/s, {ratio:5.2f} x grep, "
        f"{work / peer_work:5.2f} x its CPU time"
        + ("" if ratio <= limit else f", more than {limit}"),
        flush=True,
    )
    return ratio <= limit


def main() -> int:
    arguments = sys.argv[1:]
    if "--pin" in arguments:
        arguments.remove("--pin")
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    print(
        f"{len(os.sched_getaffinity(0))} processors, the fastest of {RUNS} runs each in turn, wall time"
    )
    if arguments:
        return 0 if all([_measure(Path(path).name, path, LIMIT) for path in arguments]) else 1
    good = True
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "memory.raw"
        for name, block, limit in _blocks():
            _write(image, block)
            good &= _measure(name, str(image), limit)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
