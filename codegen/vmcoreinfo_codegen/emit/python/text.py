# SPDX-License-Identifier: MIT
"""Text of the schema in Python docstrings and strings."""

from __future__ import annotations

import json


def docstring(text: str) -> str:
    """Text, already filled, escaped for triple quotes."""
    return text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def string(text: str) -> str:
    """A string literal, in double quotes and ASCII."""
    return json.dumps(text)
