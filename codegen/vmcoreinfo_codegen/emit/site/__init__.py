# SPDX-License-Identifier: MIT
"""The site: static pages that work on any host and from files, and load nothing from others."""

from __future__ import annotations

from ...model import Schema
from ..product import Product
from . import (
    answers,
    architectures,
    assets,
    check,
    compare,
    derivations,
    first,
    kernels,
    keys,
    legend,
    lines,
    names,
    search,
    tools,
)
from .facts import Facts
from .tool_releases import ToolReleases


def emit(schema: Schema) -> list[Product]:
    facts = Facts(schema)
    of_tools = {one.name: ToolReleases(facts, one) for one in schema.consumers}
    return [
        first.product(facts, of_tools),
        *keys.products(facts),
        *kernels.products(facts),
        *lines.products(facts),
        *tools.products(facts, of_tools),
        *architectures.products(facts),
        derivations.product(facts),
        *names.products(facts),
        legend.product(facts),
        *search.products(facts),
        *compare.products(facts),
        *check.products(facts),
        answers.product(facts, of_tools),
        *assets.products(facts),
    ]
