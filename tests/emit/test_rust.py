# SPDX-License-Identifier: MIT
"""The crate: rustc takes it without a warning, and it says what the golden vectors say."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given

import vmcoreinfo
from tests.command import Run
from tests.conftest import ROOT
from tests.docs.test_docs import Program, programs, said
from tests.emit import notes
from tests.emit.driver import Driver, finding, parsing, python_answer, reading, target
from tests.emit.test_operators import EXPRESSIONS, NAMES, PAIRS, A, B, expected, note
from tests.emit.test_operators import small as small
from tests.emit.test_subsets import written
from tests.emit.vectors import VECTORS, answer_of, comparable, request_of
from vmcoreinfo_codegen.emit.rust.text import doc, string
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.subset.selection import Selection, read_patterns

REAL = sorted(notes.NOTES.iterdir())
CRATE = ROOT / "generated" / "rust"
RUNTIME = ROOT / "codegen/vmcoreinfo_codegen/emit/rust/runtime"
STRICT = ("--edition=2021", "-Dwarnings", "-Drust_2018_idioms", "-Coverflow-checks=on")
# In a module of a program nobody sees some names; in a crate of its own all that are public.
OF_CRATES = ("-Dunreachable_pub", "-Dmissing_debug_implementations")


def rustc(*options: str | Path, cwd: Path | None = None) -> None:
    """The compiler of Debian, or whatever is on PATH where that is not here."""
    found = shutil.which("rustc", path=f"/usr/bin{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip("rustc is not here; tests/rust-tools installs it")
    ran = subprocess.run([found, *options], capture_output=True, text=True, cwd=cwd)
    assert ran.returncode == 0 and not ran.stderr, ran.stderr


@pytest.fixture(scope="session")
def crate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the compiled crate."""
    folder = tmp_path_factory.mktemp("crate")
    options = (*STRICT, *OF_CRATES, "--crate-type=rlib", "--crate-name=vmcoreinfo")
    rustc(*options, CRATE / "src/lib.rs", cwd=folder)
    return folder


@pytest.fixture(scope="session")
def rust_driver(crate: Path) -> Iterator[Driver]:
    program = crate / "driver"
    source = Path(__file__).with_name("driver.rs")
    rustc(*STRICT, f"--extern=vmcoreinfo={crate}/libvmcoreinfo.rlib", source, "-o", program)
    built = Driver(program)
    yield built
    built.close()


@pytest.mark.long
def test_it_says_what_the_vectors_say(rust_driver: Driver) -> None:
    for vector in VECTORS:
        assert comparable(rust_driver.ask(request_of(vector))) == answer_of(vector), vector["name"]


@pytest.mark.long
def test_it_knows_the_same_machines(rust_driver: Driver) -> None:
    asked = [(machine, bits) for machine in range(300) for bits in (32, 64)]
    said = rust_driver.ask([parsing(b""), *(f"machine {m} {b}" for m, b in asked)])
    found = [line.removeprefix("arch ") for line in said if line.startswith("arch ")]
    assert found == [vmcoreinfo.ELF_MACHINES.get(one, "-") for one in asked]


@pytest.mark.long
@pytest.mark.parametrize("path", REAL[::4], ids=lambda path: path.name)
def test_it_agrees_on_real_notes(rust_driver: Driver, path: Path) -> None:
    arch = notes.arch_by_file()[path.with_suffix(".note").name]
    request = [reading(path.read_bytes()), target(arch), target(None)]
    assert rust_driver.ask(request) == python_answer(request)


@pytest.mark.long
def test_it_agrees_on_nasty_texts(rust_driver: Driver) -> None:
    found = [finding(name) for name in notes.NAMES_TO_FIND]
    for name, text in notes.TEXTS.items():
        request = [parsing(text), *found, target("x86_64")]
        assert rust_driver.ask(request) == python_answer(request), name


@pytest.mark.long
@pytest.mark.mutations
@given(notes.mutated_texts())
def test_it_agrees_on_mutated_notes(rust_driver: Driver, text: bytes) -> None:
    request = [parsing(text), target("x86_64")]
    assert rust_driver.ask(request) == python_answer(request)


@pytest.mark.long
@pytest.mark.mutations
@given(notes.notes_for_recipes())
def test_it_agrees_on_recipes(rust_driver: Driver, noted: tuple[bytes, str | None]) -> None:
    text, arch = noted
    request = [parsing(text), target(arch), target(arch, memory="map")]
    assert rust_driver.ask(request) == python_answer(request)


@pytest.mark.long
@pytest.mark.parametrize("program", programs("rust", "fn main"), ids=lambda p: p.page)
def test_programs_of_the_pages(crate: Path, program: Program, tmp_path: Path) -> None:
    (tmp_path / "program.rs").write_text(program.source)
    extern = f"--extern=vmcoreinfo={crate}/libvmcoreinfo.rlib"
    rustc(*STRICT, extern, "program.rs", cwd=tmp_path)
    assert said(program, tmp_path / "program") == (program.output, "")


@pytest.mark.long
@pytest.mark.parametrize(
    "options",
    [
        ("--for", "drgn", "--prefix", "my"),
        ("--for", "makedumpfile", "--no-derivations"),
        ("--keys", "-"),
        ("--extra", "SYMBOL(max_pfn) hex"),
    ],
    ids=" ".join,
)
def test_a_part_is_a_module_without_warnings(
    options: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    ran = run("generate", "rust", *options, "--out", str(tmp_path), stdin=b"OSRELEASE\n")
    assert ran.code == 0, ran.err
    (made,) = tmp_path.iterdir()
    (tmp_path / "tool.rs").write_text(
        f'#![no_std]\n#[path = "{made.name}"]\nmod parser;\n\n'
        "pub fn release(text: &[u8]) -> Option<&str> {\n"
        "    parser::VmcoreInfo::parse(parser::note_text(text)).text(parser::Key::OSRELEASE)\n}\n"
    )
    rustc(*STRICT, "--crate-type=rlib", tmp_path / "tool.rs", cwd=tmp_path)


ALL = Selection(patterns=read_patterns("NUMBER(*)\n", "keys"))

PROGRAM = """\
#[path = "vmcoreinfo_subset.rs"]
mod parser;

use parser::{derive::DERIVATIONS, Dump, VmcoreInfo};

fn main() {
    for line in std::io::stdin().lines() {
        let note = line.unwrap().replace(' ', "\\n");
        let info = VmcoreInfo::parse(note.as_bytes());
        for (_, derive) in &DERIVATIONS {
            print!("{:x} ", derive(&info, &Dump::default()).unwrap().unwrap().value);
        }
        println!();
    }
}
"""


@pytest.mark.long
def test_every_operator(small: Schema, tmp_path: Path) -> None:
    """As `test_operators` holds C and Python to them; nothing overflows."""
    assert len(NAMES) == len(EXPRESSIONS) and A != B
    written(small, ALL, "rust", tmp_path)
    (tmp_path / "tool.rs").write_text(PROGRAM)
    rustc(*STRICT, tmp_path / "tool.rs", cwd=tmp_path)
    ran = subprocess.run(
        [tmp_path / "tool"],
        input="".join(note(*pair).replace("\n", " ") + "\n" for pair in PAIRS),
        capture_output=True,
        text=True,
        check=True,
    )
    values = [[int(word, 16) for word in line.split()] for line in ran.stdout.splitlines()]
    assert values == [expected(*pair) for pair in PAIRS]


# ---- without a compiler -------------------------------------------------------------


def test_there_is_nothing_unsafe_and_nothing_of_std() -> None:
    text = (CRATE / "src/lib.rs").read_text()
    assert "#![no_std]" in text and "#![forbid(unsafe_code)]" in text
    for path in RUNTIME.iterdir():
        assert "std::" not in path.read_text(), path.name
        assert path.read_text().startswith("// SPDX-License-Identifier: MIT\n")
    assert (CRATE / "Cargo.toml").read_text().endswith("[dependencies]\n")


def test_texts_of_the_schema_stay_texts() -> None:
    assert doc("an *odd* <b> [link](x) `a[0]*`") == (
        "/// an \\*odd\\* \\<b\\> \\[link\\](x) `a[0]*`"
    )
    assert doc("one ` alone") == "/// one ' alone"
    assert string('"\\ü') == r'"\u{22}\u{5c}\u{fc}"'
