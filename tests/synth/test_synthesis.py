# SPDX-License-Identifier: MIT
"""Synthesised notes are the captured ones, as far as types and symbols tell."""

from __future__ import annotations

import pytest

import vmcoreinfo
from tests.conftest import CORPUS, ROOT, real_notes
from vmcoreinfo_codegen.debuginfo.facts import Sources, symbol_names
from vmcoreinfo_codegen.debuginfo.kernel import read_kernel
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.synth.synthesis import Kernel, Synthesis, moved, synthesise

# Kernels with the note of the boot that the symbols are of.
KERNELS = {
    "6.1.0-56-cloud-amd64": "x86_64-6.1.0-56-cloud-amd64-m128-dump.note",
    "6.12.117+deb13-cloud-amd64": "x86_64-6.12.117+deb13-cloud-amd64-m128-dump.note",
}
# What only the memory of the dump tells, or the vmlinux.
MEMORY = {
    "BUILD-ID",
    "NUMBER(MAX_PHYSMEM_BITS)",
    "NUMBER(VMALLOC_START)",
    "NUMBER(phys_base)",
    "NUMBER(pgtable_l5_enabled)",
    "NUMBER(sme_mask)",
    "LENGTH(mem_section)",
    "SYMBOL(mem_section)",
    "SYMBOL(vmemmap)",
}
# The types of the corpus are cut down, and lack the one that tells it.
CONFIGURED = {"LENGTH(node_data)"}
# Of options, by which they show; the files have the symbols that entries ask for alone.
OPTIONS = ("hugetlb_lock", "kaslr_get_random_long", "vmemmap_populate")


def of(schema: Schema, kernel: str, *, configured: bool, offset: int = 0) -> Synthesis:
    arch = schema.architecture("x86_64")
    note = next(n for n in real_notes() if n.file == KERNELS[kernel])
    folder = CORPUS / "debuginfo"
    files = read_kernel(
        folder / f"x86_64-{kernel}.btf.xz",
        None,
        folder / f"x86_64-{kernel}.kallsyms.xz",
        symbol_names(schema.questions()),
    )
    assert arch is not None and files.symbols is not None and note.config is not None
    config = {name: note.config.get(name, False) for name in schema.config_names()}
    symbols = dict.fromkeys(OPTIONS, 1) | moved(files.symbols, offset)
    sources = Sources(files.types, symbols, config if configured else None)
    return synthesise(Kernel(schema, note.release, arch, sources, {"OSRELEASE": kernel}))


@pytest.mark.parametrize("configured", [False, True])
@pytest.mark.parametrize("kernel", KERNELS)
def test_equal_entry_by_entry(
    schema: Schema, kernel: str, configured: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    synthesis = of(schema, kernel, configured=configured)
    captured = next(n for n in real_notes() if n.file == KERNELS[kernel]).values
    made = {entry.key: entry.text for entry in synthesis.entries}
    with capsys.disabled():
        print(f"\n{kernel}: {len(made)} of {len(captured)} entries", end=" ")
    assert made == {key: captured[key] for key in made}
    # The tables of kallsyms are no symbols in kallsyms of 6.1.
    left = {key for key in captured.keys() - made.keys() if "SYMBOL(kallsyms_" not in key}
    assert left == MEMORY & captured.keys() | (set() if configured else CONFIGURED)
    assert left <= {entry.key for entry in synthesis.left_out}
    assert all(entry.why for entry in synthesis.left_out)


def test_what_is_left_out_says_what_would_tell(schema: Schema) -> None:
    why = {
        e.key: e.why for e in of(schema, "6.12.117+deb13-cloud-amd64", configured=False).left_out
    }
    assert why["NUMBER(phys_base)"].startswith("--dump would show: u64[symbol(phys_base)]")
    assert "--set 'CRASHTIME=…'" in why["CRASHTIME"]


def test_moved_symbols(schema: Schema) -> None:
    """What KASLR moved: symbols and KERNELOFFSET, and nothing else."""
    kernel = "6.12.117+deb13-cloud-amd64"
    still = {e.key: e.text for e in of(schema, kernel, configured=True).entries}
    by = 0x1200000
    later = {e.key: e.text for e in of(schema, kernel, configured=True, offset=by).entries}
    differs = {key for key in still if later[key] != still[key]}
    assert differs == {k for k in still if k.startswith("SYMBOL(")} | {"KERNELOFFSET"}
    assert all(int(later[key], 16) - int(still[key], 16) == by for key in differs)


def test_it_parses_as_a_note_of_that_kernel(schema: Schema) -> None:
    info = vmcoreinfo.parse(of(schema, "6.1.0-56-cloud-amd64", configured=True).text)
    assert (info.diagnostics, info.OSRELEASE, info.PAGESIZE) == ([], "6.1.0-56-cloud-amd64", 4096)
    assert (ROOT / "tests/corpus/debuginfo").is_dir()
