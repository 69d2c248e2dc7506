# SPDX-License-Identifier: MIT
"""Reading what a kernel tree exports, compared with `grep -rl vmcoreinfo` on the same folder.

        bench/extract.py TREE

TREE is a folder with the kernel's sources. Both read it in turn, from the page cache.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from vmcoreinfo_codegen.kernel.extract import extract
from vmcoreinfo_codegen.kernel.tree import open_tree

RUNS = 4


def main() -> None:
    if len(sys.argv) != 2 or not (tree := Path(sys.argv[1])).is_dir():
        sys.exit("usage: bench/extract.py TREE")
    command = ["grep", "-rl", "vmcoreinfo", "."]
    readers: dict[str, Callable[[], object]] = {
        "grep -rl": lambda: subprocess.run(command, cwd=tree, stdout=subprocess.DEVNULL),
        "extract": lambda: extract(open_tree(tree)),
    }
    best = dict.fromkeys(readers, float("inf"))
    for _ in range(RUNS):
        for name, read in readers.items():
            start = time.perf_counter()
            read()
            best[name] = min(best[name], time.perf_counter() - start)
    for name, seconds in best.items():
        print(f"{name:10} {seconds:6.2f} s  {seconds / best['grep -rl']:5.2f}")


if __name__ == "__main__":
    main()
