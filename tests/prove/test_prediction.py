# SPDX-License-Identifier: MIT
"""What agrees with what, and of which architectures nothing is promised."""

from __future__ import annotations

import pytest

from vmcoreinfo_codegen.compat.exports import predicted
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.vocabulary import Verdict
from vmcoreinfo_codegen.prove.outcome import Run
from vmcoreinfo_codegen.prove.prediction import agrees, predict


@pytest.mark.parametrize(
    ("predicted", "came", "same"),
    [
        ("ok", "ok", True),
        ("fallback", "ok", True),
        ("ok", "degraded", False),
        ("degraded", "ok", False),
        ("wrong", "fatal", False),
        ("fatal", "fatal", True),
        ("unknown", "fatal", True),
        ("unknown", "ok", False),
    ],
)
def test_agreement(predicted: str, came: str, same: bool) -> None:
    assert agrees(Verdict(predicted), Verdict(came)) == same


def test_an_architecture_that_is_not_read(schema: Schema) -> None:
    drgn = next(one for one in schema.consumers if one.name == "drgn")
    arch = schema.architecture("riscv64")
    assert arch is not None
    kernel = predicted(schema, Release.parse("6.12"), arch)
    found = predict(drgn, ToolRelease.parse("0.2.0"), kernel, b"", "elf", Run("open"), ())
    assert (found.verdict, found.purposes) == (Verdict.UNKNOWN, ("read dumps of riscv64",))
