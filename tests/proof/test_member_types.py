# SPDX-License-Identifier: MIT
"""The C types of the schema are those of real kernels, and alignments those of compilers."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import CORPUS
from tests.debuginfo.test_btf import KERNELS, real
from tests.proof.btf_types import BtfTypes
from vmcoreinfo_codegen.core.key import Kind, argument_of
from vmcoreinfo_codegen.debuginfo.btf import MOST_BYTES
from vmcoreinfo_codegen.files.compressed import read_file
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.timeline import in_force
from vmcoreinfo_codegen.model.vocabulary import Bound

TYPED = {release: 40 for release, *_ in KERNELS}
"""At least so many members of each kernel have a type in the schema."""


def as_in_schema(found: str, said: str) -> str:
    """The length of an array may depend on the configuration; the blobs lack most targets of pointers."""
    if found == "void *" and said.endswith(" *"):
        return said
    return re.sub(r"\[\d+\]$", "[]", found) if said.endswith("[]") else found


@pytest.mark.parametrize("release", [release for release, *_ in KERNELS])
def test_members_have_the_types_of_the_kernel(schema: Schema, release: str) -> None:
    path = CORPUS / "debuginfo" / f"x86_64-{release}.btf.xz"
    types, (_, note) = BtfTypes(read_file(path, MOST_BYTES)), real(release)
    compared = 0
    for key in note.values:
        entry = schema.by_key[key]
        if entry.kind is not Kind.OFFSET:
            continue
        (export,) = entry.exports_for("x86_64", note.release)
        owner, _, name = argument_of(key).partition(".")
        found = types.member(owner, name)
        assert found is not None, key
        said = [one.type for one in in_force(export.types, note.release.moment)]
        if said == ["int or s64"]:
            said = ["s64"]
        if said:
            assert [as_in_schema(found, said[0])] == said, key
            compared += 1
    assert compared >= TYPED[release], compared


@pytest.mark.parametrize("release", [release for release, *_ in KERNELS])
def test_types_have_the_sizes_of_the_kernel(schema: Schema, release: str) -> None:
    types, _ = real(release)
    types.load([one.name.removeprefix("struct ") for one in schema.types])
    compared = 0
    for one in schema.types:
        for found in types.sizes(one.name.removeprefix("struct ")):
            size = one.size * (8 if one.in_words else 1)
            holds = {
                Bound.EXACT: found == size,
                Bound.LEAST: found >= size,
                Bound.MOST: found <= size,
            }
            assert holds[one.bound], (one.name, found)
            compared += 1
    assert compared >= 12, compared


TARGETS = {
    "x86_64": "x86_64-linux-gnu",
    "i386": "i686-linux-gnu",
    "arm64": "aarch64-linux-gnu",
    "arm": "armv7-linux-gnueabihf",
    "ppc64": "powerpc64le-linux-gnu",
    "ppc": "powerpc-linux-gnu",
    "s390x": "s390x-linux-gnu",
    "riscv64": "riscv64-linux-gnu",
    "riscv32": "riscv32-linux-gnu",
    "mips64": "mips64-linux-gnuabi64",
    "mips": "mips-linux-gnu",
    "hexagon": "hexagon-linux",
    "sparc64": "sparc64-linux-gnu",
    "sparc": "sparc-linux-gnu",
    "arc": "arc-linux",
}
"""Those of which clang 14 has the layout; for m68k it has that of another system."""

SOURCE = """
struct wide { char c; unsigned long long v; };
_Static_assert(__builtin_offsetof(struct wide, v) == ALIGNMENT, "alignment");
"""


@pytest.mark.parametrize("name", TARGETS)
def test_an_architecture_aligns_as_its_compiler(schema: Schema, name: str, tmp_path: Path) -> None:
    arch = schema.architecture(name)
    assert arch is not None
    source = tmp_path / "alignment.c"
    source.write_text(SOURCE)
    asked = ["clang", f"--target={TARGETS[name]}", "-fsyntax-only"]
    for alignment, works in ((arch.alignment, True), (2 * arch.alignment, False)):
        made = subprocess.run(
            [*asked, f"-DALIGNMENT={alignment}", str(source)], capture_output=True, text=True
        )
        assert (made.returncode == 0) == works, made.stderr
