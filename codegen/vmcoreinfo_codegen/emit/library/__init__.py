# SPDX-License-Identifier: MIT
"""`libvmcoreinfo` of any part of the schema: the C parser with build files for CMake and Meson."""

from __future__ import annotations

from ...model.schema import Schema
from .. import c
from ..backend import Form, Packing
from ..c.backend import files
from ..c.project import COMMENTS, build_files
from ..c.text import COMMENTS as COMMENTS_OF_C
from ..product import Product, Replay


def embed(schema: Schema, form: Form, replay: Replay) -> list[Product]:
    shown = c.context(schema, form.has_metadata, exported=form.exported)
    return [*files(shown, form.prefix, replay), *build_files(shown, form, replay)]


PACKING = Packing(
    name="library",
    comments={**COMMENTS_OF_C, **COMMENTS},
    embed=embed,
    can_lack_metadata=True,
    contains="c",
)
