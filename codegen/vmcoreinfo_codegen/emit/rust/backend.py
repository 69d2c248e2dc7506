# SPDX-License-Identifier: MIT
"""The backend for Rust."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...model.schema import Schema
from ..backend import Backend, Form
from ..product import Product
from . import emit_module
from .expressions import HELPERS, RustCompiler
from .text import COMMENTS


def embed(schema: Schema, form: Form, replay: Sequence[str]) -> list[Product]:
    """The crate as one module; only its name gets the prefix."""
    name = f"{form.prefix}_vmcoreinfo" if form.prefix else "vmcoreinfo_subset"
    return [emit_module(schema, name, replay, form.exported)]


BACKEND = Backend(
    name="rust",
    comments=COMMENTS,
    embed=embed,
    key_name=re.compile(r"\bKey::(\w+)"),
    compiler=RustCompiler,
    helpers=HELPERS,
)
