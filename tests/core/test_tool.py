# SPDX-License-Identifier: MIT
"""Releases of tools."""

from __future__ import annotations

import pytest

from vmcoreinfo_codegen.core.tool import ToolRelease


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ("makedumpfile: version 1.7.6 (released on 23 Oct 2024)", "1.7.6"),
        ("makedumpfile: version 1.7.9++ (released on 20 Apr 2026)", "next"),
        ("crash 9.0.2++\nCopyright (C) 2002-2026", "next"),
        ("0.5.1-1+b2", "0.5.1"),
        ("drgn 0.3.0 (using Python 3.11.2)", "0.3.0"),
        ("no release at all", None),
    ],
)
def test_what_a_tool_says_of_itself(text: str, release: str | None) -> None:
    found = ToolRelease.said(text)
    assert (None if found is None else str(found)) == release
