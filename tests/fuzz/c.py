# SPDX-License-Identifier: MIT
"""Coverage-guided fuzzing of the C product: the parser and the derivations, under each sanitizer.

python tests/fuzz/c.py -max_total_time=60

Arguments are passed to libFuzzer in each of the four programs. They keep their corpus in
build/fuzz, where the next run continues; inputs that violate an assertion or cause a
sanitizer error are there too, and make the run fail.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.emit.driver import C_SOURCE, STRICT, write_derivations  # noqa: E402
from tests.fuzz import seeds  # noqa: E402

KEPT = ROOT / "build" / "fuzz"

SANITIZERS = {"address": "address,undefined", "memory": "memory"}
"""MemorySanitizer can't be combined with the others."""

TARGETS = {"parse": seeds.of_parser, "derive": seeds.of_derivations}


def build(target: str, sanitizer: str, folder: Path, source: Path = C_SOURCE) -> Path:
    """Build the program; only clang has libFuzzer."""
    folder.mkdir(parents=True, exist_ok=True)
    write_derivations(folder, source)
    program = folder / f"{target}-{sanitizer}"
    subprocess.run(
        [
            *("clang", *STRICT, "-O1", "-g", f"-fsanitize=fuzzer,{SANITIZERS[sanitizer]}"),
            *("-fno-sanitize-recover=all", f"-I{source}", f"-I{folder}"),
            *("-include", str(ROOT / "tests/fuzz/assertions.h")),
            *(str(ROOT / f"tests/fuzz/{target}.c"), str(source / "vmcoreinfo.c")),
            *("-o", str(program)),
        ],
        check=True,
    )
    return program


def fuzz(
    target: str, sanitizer: str, folder: Path, *options: str, source: Path = C_SOURCE
) -> tuple[int, str]:
    """Number of executions, and libFuzzer's report of a finding, or empty."""
    program = build(target, sanitizer, folder, source)
    words = folder / "keys.dict"
    words.write_text(seeds.dictionary())
    found = folder / f"{target}-corpus"
    found.mkdir(exist_ok=True)
    made = seeds.write(folder / f"{target}-seeds", TARGETS[target]())
    ran = subprocess.run(
        [
            *(str(program), f"-dict={words}", f"-max_len={seeds.MOST_BYTES}", "-timeout=5"),
            *("-detect_leaks=0", "-print_final_stats=1", f"-artifact_prefix={program}-"),
            *(*options, str(found), str(made)),
        ],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    executed = re.search(r"stat::number_of_executed_units:\s*(\d+)", ran.stderr)
    count = int(executed[1]) if executed else 0
    if ran.returncode or not count:
        return count, ran.stderr[-6000:] or f"ended with {ran.returncode}"
    return count, ""


def main() -> None:
    if not shutil.which("clang"):
        sys.exit("clang is not here, which has libFuzzer: tests/setup installs it")
    findings = 0
    for sanitizer in SANITIZERS:
        for target in TARGETS:
            count, said = fuzz(target, sanitizer, KEPT, *sys.argv[1:])
            findings += bool(said)
            print(f"{target}.c, {SANITIZERS[sanitizer]}: {count:,} executions", flush=True)
            print(said or "nothing found", flush=True)
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
