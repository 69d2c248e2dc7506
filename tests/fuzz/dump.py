# SPDX-License-Identifier: MIT
"""Coverage-guided fuzzing of the readers of dumps: only DumpError or a note is allowed.

pip install atheris
python tests/fuzz/dump.py -max_total_time=60

Arguments are passed to libFuzzer; a folder keeps the corpus.
Inputs are at most 64 KiB, and one that takes five seconds is a finding.
"""

from __future__ import annotations

import importlib
import io
import struct
import sys
import tempfile
from pathlib import Path
from zlib import compress

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

atheris = importlib.import_module("atheris")

with atheris.instrument_imports(include=["vmcoreinfo_codegen.dump"]):
    from tests.dump.make import TEXT, elf, flattened, kdump, with_memory
    from tests.dump.streams import PAGE, page, saved, stream
    from vmcoreinfo_codegen.dump.carve import carve, located
    from vmcoreinfo_codegen.dump.cpu_notes import cpus_in
    from vmcoreinfo_codegen.dump.memory import PhysicalMemory
    from vmcoreinfo_codegen.dump.notes import MOST_TEXT, build
    from vmcoreinfo_codegen.dump.problem import DumpError
    from vmcoreinfo_codegen.dump.reader import find_in
    from vmcoreinfo_codegen.dump.source import Memory

NOTES = ["x86_64-6.12.117+deb13-cloud-amd64.note", "x86_64-5.10.0-30-amd64.txt"]


def read(data: bytes) -> None:
    """Read the note named by the headers, memory, then notes found without headers."""
    source = Memory("dump", data)
    try:
        assert len(find_in(source).text) <= MOST_TEXT
    except DumpError as error:
        assert str(error).startswith("dump"), error
    try:
        memory = PhysicalMemory(source)
        for place, needle in memory.find_all([b"memory", b"OSRELEASE="]):
            assert memory.read(place, len(needle)) == needle
    except DumpError as error:
        assert str(error).startswith("dump"), error
    try:
        assert len(cpus_in(source, "x86_64")) <= len(data)
    except DumpError as error:
        assert str(error).startswith("dump"), error
    for found in located(carve(io.BytesIO(data)), source):
        assert data[found.offset :].startswith(found.text)


def seeds() -> list[bytes]:
    pages = page(0, b"memory" * 682 + b"memo", "pc.ram") + page(PAGE, None)
    migrated = stream([pages, page(2 * PAGE, TEXT.ljust(PAGE, b"\0"))], {"pc.ram": 4 * PAGE})
    made = [
        migrated,
        saved(migrated),
        b"EMiL" + struct.pack("<IQQQ", 1, 0x1000, 0x1FFF, 0) + b"memory".ljust(PAGE, b"\0"),
        *(elf(bits=bits, order=order) for bits in (32, 64) for order in "<>"),
        elf(bits=32, segments=65_535)[:4000],
        *(kdump(version=version, bits=bits) for version in (2, 4, 6) for bits in (32, 64)),
        kdump(bits=32, order=">", aligned=False),
        with_memory(kdump(version=4), {n: (1, compress(b"memory" * 600)) for n in (1, 2, 9)}),
        flattened(elf(), 64),
        flattened(kdump(), 4096, backwards=True),
        build(TEXT, "<"),
        TEXT,
    ]
    return made + [(ROOT / "tests/corpus/notes" / name).read_bytes() for name in NOTES]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds()):
            Path(folder, str(number)).write_bytes(seed)
        options = ["-max_len=65536", "-timeout=5", *sys.argv[1:]]
        atheris.Setup([sys.argv[0], *options, folder], read)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
