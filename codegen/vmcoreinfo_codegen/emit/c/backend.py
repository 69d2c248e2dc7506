# SPDX-License-Identifier: MIT
"""The backend for C."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from ...model.schema import Schema
from ..backend import Backend, Form
from ..product import Product
from . import context, products
from .expressions import HELPERS, CCompiler
from .prefix import prefixed
from .text import COMMENTS


def embed(schema: Schema, form: Form, replay: Sequence[str]) -> list[Product]:
    shown = context(schema, form.has_metadata, form.is_whole, form.exported)
    return files(shown, form.prefix, replay)


def files(shown: dict[str, Any], prefix: str | None, replay: Sequence[str]) -> list[Product]:
    """Header and source of a `context()`, with a prefix before all names, if given."""
    flat = [Product(PurePosixPath(p.path).name, p.text) for p in products(shown, replay)]
    return prefixed(flat, prefix) if prefix else flat


BACKEND = Backend(
    name="c",
    comments=COMMENTS,
    embed=embed,
    key_name=re.compile(r"VMCOREINFO_(\w+)"),
    can_lack_metadata=True,
    compiler=CCompiler,
    helpers=HELPERS,
)
