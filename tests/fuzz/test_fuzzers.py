# SPDX-License-Identifier: MIT
"""Proves that the fuzzers of the parsers run, find nothing, and would find what is wrong."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.emit import notes
from tests.emit.driver import C_SOURCE, SANITIZE, Driver, build_driver, compiles
from tests.fuzz import c, differential, reference, seeds

# A fault, planted by putting one text in the place of another: who finds it.
FAULTS = {
    "reads behind the text": (
        ("parse", "address"),
        ("end - WINDOW + 1, (uintptr_t)text)", "end - WINDOW + 48, (uintptr_t)text)"),
    ),
    "compares too little of a long name": (
        ("parse", "address"),
        ("if (last > 24)", "if (last > 124)"),
    ),
    "loses the sign": (
        ("parse", "address"),
        ("number.value = 0 - number.value;", "number.value = number.value;"),
    ),
    "puts halves together wrongly": (
        ("parse", "address"),
        ("number.value << bits / 2 |", "number.value << bits / 4 |"),
    ),
    "reads what nobody wrote": (
        ("parse", "memory"),
        ("copy(last, zeros, sizeof(last));", ""),
    ),
    "reads behind the memory": (
        ("derive", "address"),
        ("dump->big_endian ? i : size - 1 - i", "dump->big_endian ? i : size - i"),
    ),
    "gives a value that it does not have": (
        ("derive", "memory"),
        (
            "if (attempt->status == VMCOREINFO_OK) {",
            "if (attempt->status != VMCOREINFO_NO_RECIPE) {",
        ),
    ),
}


def planted(folder: Path, old: str, new: str) -> Path:
    """A copy of the product with the fault."""
    source = folder / "source"
    shutil.copytree(C_SOURCE, source)
    text = (source / "vmcoreinfo.c").read_text()
    assert old in text
    (source / "vmcoreinfo.c").write_text(text.replace(old, new, 1))
    return source


def need_fuzzer(folder: Path, sanitizer: str) -> None:
    if not shutil.which("clang"):
        pytest.skip("clang is not here")
    if not compiles("clang", folder, f"-fsanitize={c.SANITIZERS[sanitizer]}"):
        pytest.skip(f"this clang has no -fsanitize={c.SANITIZERS[sanitizer]}")


@pytest.mark.long
@pytest.mark.parametrize("sanitizer", c.SANITIZERS)
@pytest.mark.parametrize("target", c.TARGETS)
def test_fuzzer_finds_nothing(target: str, sanitizer: str, tmp_path: Path) -> None:
    need_fuzzer(tmp_path, sanitizer)
    count, said = c.fuzz(target, sanitizer, tmp_path, "-max_total_time=10")
    assert said == ""
    assert count > len(c.TARGETS[target]())


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
def test_fuzzer_finds_a_fault(fault: str, tmp_path: Path) -> None:
    (target, sanitizer), (old, new) = FAULTS[fault]
    need_fuzzer(tmp_path, sanitizer)
    source = planted(tmp_path, old, new)
    _, said = c.fuzz(target, sanitizer, tmp_path, "-max_total_time=120", source=source)
    assert "broken promise" in said or "Sanitizer" in said


# ---- three parsers ------------------------------------------------------------------


@pytest.mark.long
def test_reference_agrees_on_nasty_texts(optimised_driver: Driver) -> None:
    for name, text in notes.TEXTS.items():
        where = "targetless"
        assert differential.disagreement(optimised_driver, text, where) is None, name


@pytest.mark.parametrize("path", seeds.PATHS[::25], ids=lambda path: path.name)
def test_reference_agrees_on_real_note(optimised_driver: Driver, path: Path) -> None:
    text = path.read_bytes()
    assert differential.disagreement(optimised_driver, text, "targetless") is None
    assert reference.parse(text).is_of_the_grammar


def test_reference_says_what_the_page_of_the_note_lists() -> None:
    for message in reference.WRONG.values():
        assert message in reference.NOTE
    for text in notes.TEXTS.values():
        for diagnostic in reference.parse(text).diagnostics:
            assert f"| `{diagnostic.id}` | {diagnostic.severity} |" in reference.NOTE
            assert diagnostic.message in reference.NOTE


@pytest.mark.long
def test_three_parsers_agree_on_made_up_texts(driver: Driver) -> None:
    texts = [text for text in seeds.of_parser() if text]
    assert differential.run(driver, texts, 30, random.Random(1)) > len(texts)


@pytest.mark.long
def test_three_parsers_differ_on_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = "gcc" if shutil.which("gcc") else "clang"
    source = planted(tmp_path, "high > UINT32_MAX ||", "")
    monkeypatch.setattr(differential, "KEPT", tmp_path)
    driver = Driver(build_driver(compiler, tmp_path, "-O1", *SANITIZE, source=source))
    with pytest.raises(AssertionError, match=r"(?s)differential-.*overflow"):
        differential.run(driver, seeds.texts(), 120, random.Random(1))
    driver.close()
    assert list(tmp_path.glob("differential-*"))
