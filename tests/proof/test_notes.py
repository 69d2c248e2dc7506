# SPDX-License-Identifier: MIT
"""Proof 2: the notes of 106 booted kernels are what the schema says of their kernels.

No key is unknown; every key is predicted for that release and architecture; every
unconditional one is there; where the kernel's .config is at hand, the set of keys
is exactly the predicted one; each value has the declared format.
"""

from __future__ import annotations

import re

import pytest

from tests.conftest import RealNote, real_notes
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.kernel import kernel_named

PATTERNS = {
    "decimal": r"[0-9]+",
    "signed": r"-?[0-9]+",
    "hex": r"[0-9a-f]+",
    "0x-hex": r"0x[0-9a-f]+",
    "string": r"[!-~]+",
    "hexbytes": r"(?:[0-9a-f]{2})+",
    "flag": r"y",
}

NOTES = real_notes()


def known_config(schema: Schema, note: RealNote) -> dict[str, bool | int]:
    assert note.config is not None
    return {name: note.config.get(name, False) for name in schema.config_names()}


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.file)
def test_note_is_as_predicted(schema: Schema, note: RealNote) -> None:
    arch = schema.architecture(note.arch)
    assert arch is not None, note.arch
    # The patches for PREEMPT_RT bring what mainline took later: their kernels have a line of their own.
    kernel = kernel_named(schema, note.values["OSRELEASE"])
    predicted = {p.key: p for p in kernel.schema.predict(note.release, arch)}
    present = note.values

    assert [key for key in present if key not in schema.by_key] == []
    assert [k for k in present if k not in predicted] == []
    # CRASHTIME is printed at the crash alone.
    unconditional = {k for k, p in predicted.items() if p.is_unconditional} - {"CRASHTIME"}
    assert unconditional <= present.keys()
    assert len(unconditional) > 40
    for key, value in present.items():
        declared = schema.by_key[key].format.value
        assert re.fullmatch(PATTERNS[declared], value), f"{key}={value} is not {declared}"
    if note.config is not None:
        config = known_config(schema, note)
        exact = {k for k, p in predicted.items() if p.condition.evaluate(config)}
        undecided = [k for k, p in predicted.items() if p.condition.evaluate(config) is None]
        assert undecided == []
        assert exact - {"CRASHTIME"} == present.keys() - {"CRASHTIME"}


def test_crashtime_is_in_the_notes_of_crashes_alone() -> None:
    crashed = [note.file for note in NOTES if "CRASHTIME" in note.values]
    assert crashed == [note.file for note in NOTES if note.boot["variant"] == "kdump"]
    assert len(crashed) == 2


def test_corpus_is_complete() -> None:
    assert len(NOTES) == 106
    assert {note.arch for note in NOTES} == {
        "arm64",
        "armhf",
        "i386",
        "loong64",
        "mips64el",
        "ppc64el",
        "riscv64",
        "s390x",
        "x86_64",
    }
    assert sum(note.config is not None for note in NOTES) > 60
    for note in NOTES:
        assert note.text in note.note, "the .txt is the text of the .note"
