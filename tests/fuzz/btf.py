# SPDX-License-Identifier: MIT
"""Coverage-guided fuzzing of the BTF reader: only DebugInfoError or an answer is allowed.

pip install atheris
python tests/fuzz/btf.py -max_total_time=60

Arguments are passed to libFuzzer; a folder keeps the corpus.
Inputs are at most 64 KiB, and one that takes a second is a finding.
"""

from __future__ import annotations

import importlib
import lzma
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

atheris = importlib.import_module("atheris")

with atheris.instrument_imports(include=["vmcoreinfo_codegen.debuginfo"]):
    from tests.debuginfo.make import everything
    from vmcoreinfo_codegen.debuginfo.btf import Btf
    from vmcoreinfo_codegen.debuginfo.problem import DebugInfoError

NAMES = ["page", "zone", "packed", "twice", "list_head", "deep_t", "nothing_t", "pglist_data"]
MEMBERS = ["flags", "lru", "share", "lru.next", "free_area", "low", "here", "node_zones"]
ENUMERATORS = ["NR_FREE_PAGES", "MINUS_ONE", "BIG", "BIG_MINUS", "PG_head"]


def ask(data: bytes) -> None:
    try:
        types = Btf(data)
        types.load(NAMES)
        types.enumerators(ENUMERATORS)
    except DebugInfoError:
        return
    for name in NAMES:
        for member in MEMBERS:
            for question in (types.offsets, types.lengths):
                try:
                    question(name, member)
                except DebugInfoError:
                    continue
        try:
            types.sizes(name)
        except DebugInfoError:
            continue


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        seeds = [everything("<"), everything(">")]
        for path in (ROOT / "tests/corpus/debuginfo").glob("*.btf.xz"):
            seeds.append(lzma.decompress(path.read_bytes()))
        for number, seed in enumerate(seeds):
            Path(folder, str(number)).write_bytes(seed)
        options = ["-max_len=65536", "-timeout=1", *sys.argv[1:]]
        atheris.Setup([sys.argv[0], *options, folder], ask)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
