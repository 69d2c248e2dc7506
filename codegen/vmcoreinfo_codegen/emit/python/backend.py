# SPDX-License-Identifier: MIT
"""The backend for Python."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...model.schema import Schema
from ..backend import Backend, Form
from ..product import Product
from .expressions import HELPERS, PythonCompiler
from .module import emit_module


def embed(schema: Schema, form: Form, replay: Sequence[str]) -> list[Product]:
    """The package as one module; only its name gets the prefix."""
    name = f"{form.prefix}_vmcoreinfo" if form.prefix else "vmcoreinfo_subset"
    return [emit_module(schema, name, replay, form.exported)]


BACKEND = Backend(
    name="python",
    comments={".py": "# "},
    embed=embed,
    # A key is a property.
    key_name=re.compile(r"^    def (\w+)\(self\)", re.MULTILINE),
    compiler=PythonCompiler,
    helpers=HELPERS,
)
