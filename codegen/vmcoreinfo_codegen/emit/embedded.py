# SPDX-License-Identifier: MIT
"""Parsers, usually of a part of the schema, as files to be copied into other builds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from ..model import Schema
from ..subset.reduce import exported
from ..subset.selection import Selection
from .backend import ON_REQUEST, Form, packing
from .product import Product
from .stamp import replay


def is_embedded(selection: Selection, targets: Collection[str], form: Form) -> bool:
    """Whether products are for another build: with plain file names and the command that made
    them.
    """
    return form != Form() or not selection.is_whole or not set(ON_REQUEST).isdisjoint(targets)


def emit(
    schema: Schema,
    selection: Selection,
    targets: Sequence[str],
    form: Form,
    whole: Schema,
) -> list[Product]:
    """Products of a part, `schema`, that the selection made from the `whole` schema.

    Their paths are plain file names.
    """
    lines = exported(whole, selection, schema)
    form = replace(form, is_whole=selection.is_whole, exported=lines, selection=selection)
    return [
        product
        for target in targets
        for product in packing(target).embed(
            whole if packing(target).of_whole else schema,
            form,
            replay([target, *selection.options(), *form.options()], selection.patterns),
        )
    ]
