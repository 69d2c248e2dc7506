# SPDX-License-Identifier: MIT
"""The first step of `synth --dump`: searches all memory of a dump in any format for bytes.

        python bench/memory.py DUMP NEEDLE ...

Prints the number of hits. Compare with `grep -c NEEDLE DUMP` for an ELF dump or a raw image.
"""

from __future__ import annotations

import sys
from collections import Counter

from vmcoreinfo_codegen.dump.memory import PhysicalMemory
from vmcoreinfo_codegen.dump.source import File


def main() -> None:
    needles = [
        text.encode("latin-1").decode("unicode_escape").encode("latin-1") for text in sys.argv[2:]
    ]
    with File(sys.argv[1]) as file:
        found = Counter(needle for _, needle in PhysicalMemory(file).find_all(needles))
    for needle in needles:
        print(f"{found[needle]} of {needle!r}")


main()
