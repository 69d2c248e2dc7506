# SPDX-License-Identifier: MIT
"""Text of the schema in docstrings of Python."""

from __future__ import annotations


def docstring(text: str) -> str:
    """Text, its lines filled already, that Python reads as it is between triple quotes."""
    return text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
