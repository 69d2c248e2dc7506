# SPDX-License-Identifier: MIT
"""Options, from the tree to the model."""

from __future__ import annotations

from ...syntax import tree
from ..option import Option
from .entries import debug_infos
from .reading import Reader


def option(read: Reader, block: tree.KernelOption) -> Option | None:
    said = debug_infos(read, block)
    if not said:
        read.problem(block, f"option {block.name} needs a 'debug-info'")
        return None
    return Option(
        name=str(block.name),
        doc=read.text(block, tree.Doc),
        debug_infos=said,
        location=read.at(block.name),
    )
