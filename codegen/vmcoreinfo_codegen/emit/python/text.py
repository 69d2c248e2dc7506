# SPDX-License-Identifier: MIT
"""Text of the schema in docstrings and strings of Python."""

from __future__ import annotations

import json


def docstring(text: str) -> str:
    """Text, its lines filled already, that Python reads as it is between triple quotes."""
    return text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def string(text: str) -> str:
    """A string literal, in double quotes and ASCII."""
    return json.dumps(text)
