# SPDX-License-Identifier: MIT
"""Proves that values by way of the C library are those of the Python parser."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given

import vmcoreinfo
from tests.command import Run
from tests.conftest import ROOT
from tests.each import check_each
from tests.emit import notes
from tests.emit.driver import C_SOURCE
from vmcoreinfo import derive
from vmcoreinfo.native import Library
from vmcoreinfo_codegen.model.builder import build, parse_files
from vmcoreinfo_codegen.model.store.files import read_files
from vmcoreinfo_codegen.problem import Problem
from vmcoreinfo_codegen.targets import emit

REAL = sorted(notes.NOTES.glob("*.note"))


def built(source: Path, folder: Path) -> Path:
    compiler = shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("neither gcc nor clang is here")
    made = folder / "libvmcoreinfo.so"
    command: list[str | Path] = [compiler, "-O2", "-shared", "-fPIC", source, "-o", made]
    subprocess.run(command, check=True)
    return made


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(str(built(C_SOURCE / "vmcoreinfo.c", tmp_path_factory.mktemp("library"))))


def derived(name: str, info: vmcoreinfo.VmcoreInfo) -> object:
    try:
        return derive.DERIVATIONS[name](info, None)
    except derive.ReadError as error:
        return str(error)


def same(library: Library, data: bytes) -> None:
    ours = vmcoreinfo.parse(data)
    # By key first: that is what C answers; what is read in Python comes behind it.
    found = library.parse(data)
    for key in (*vmcoreinfo.ENTRIES, "unknown"):
        assert (key in found) == (key in ours)
        assert found.status(key) == ours.status(key)
        assert found.get(key) == ours.get(key)
        assert type(found.get(key)) is type(ours.get(key))
    found = library.parse(data)
    for name in vars(vmcoreinfo.VmcoreInfo):
        if not name.startswith("_"):
            assert getattr(found, name) == getattr(ours, name), name
    assert dict(found) == dict(ours) and list(found) == list(ours)
    assert (found.text, found.lines, found.diagnostics) == (ours.text, ours.lines, ours.diagnostics)
    for name in derive.DERIVATIONS:
        assert derived(name, found) == derived(name, ours)


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_real_notes(library: Library, path: Path) -> None:
    same(library, path.read_bytes())


def test_nasty_texts(library: Library) -> None:
    check_each(notes.TEXTS, str, lambda name: same(library, notes.TEXTS[name]))


@pytest.mark.mutations
@given(notes.mutated_texts())
def test_mutated_texts(library: Library, text: bytes) -> None:
    same(library, text)


@pytest.mark.long
def test_a_library_without_our_keys(run: Run, tmp_path: Path) -> None:
    assert run("generate", "c", "--for", "drgn", "--out", str(tmp_path)).code == 0
    with pytest.raises(OSError, match="lacks keys of this module"):
        Library(str(built(tmp_path / "vmcoreinfo.c", tmp_path)))


def test_a_later_library_that_knows_another_format(tmp_path: Path) -> None:
    """Of SIZE(list_head) a kernel to come has a sign: the numbers are the same."""
    texts = dict(read_files(ROOT / "schema"))
    (name,) = (name for name, text in texts.items() if "\nSIZE(list_head) {\n" in text)
    head, entry, rest = texts[name].partition("\nSIZE(list_head) {\n")
    values = "\tvalue\t\tdecimal bytes until 7.3\n\tvalue\t\tsigned since 7.3\n"
    texts[name] = f"{head}{entry}{values}{rest}"
    problems: list[Problem] = []
    schema, _ = build(parse_files(texts.items(), problems), problems)
    assert (problems, schema.by_key["SIZE(list_head)"].format) == ([], "signed")
    for product in emit(schema, ["c"]):
        path = tmp_path / product.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(product.text)
    library = Library(str(built(tmp_path / "c/vmcoreinfo.c", tmp_path)))
    assert library.parse(b"SIZE(list_head)=16\n")["SIZE(list_head)"] == 16


def test_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)
    with pytest.raises(OSError, match="libvmcoreinfo is not installed"):
        Library()
