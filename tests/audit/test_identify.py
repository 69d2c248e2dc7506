# SPDX-License-Identifier: MIT
"""The architecture of a note by its keys and values."""

from __future__ import annotations

import re
from pathlib import Path

import vmcoreinfo
from tests.conftest import CORPUS
from tests.each import check_each
from vmcoreinfo_codegen.audit.identify import architectures_of, kernel_of
from vmcoreinfo_codegen.model import Schema

NOTES = sorted((CORPUS / "notes").glob("*.note"))
_ADDRESS = re.compile(rb"(?m)^(SYMBOL\([^)\n]*\)=)[0-9a-f]+$")


def _archs(schema: Schema, text: bytes) -> list[str]:
    info = vmcoreinfo.parse(text)
    return [arch.name for arch in architectures_of(kernel_of(schema, info), info)]


def test_one_damaged_address_shows_no_other_architecture(schema: Schema) -> None:
    def check(path: Path) -> None:
        text = path.read_bytes()[24:].rstrip(b"\0")
        own = _archs(schema, text)
        for address in (b"0", b"c0001000", b"f" * 15, b"ffefa00000000000"):
            for match in list(_ADDRESS.finditer(text))[::5]:
                other = text[: match.start()] + match[1] + address + text[match.end() :]
                assert _archs(schema, other) == own, match[1]

    check_each(NOTES[::4], lambda path: path.name, check)
