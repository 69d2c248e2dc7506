# SPDX-License-Identifier: MIT
"""The kernel's source files, from the tree to the model."""

from __future__ import annotations

from ...syntax import tree
from ..kernel_files import KernelFile, KernelFiles
from .reading import Reader


def kernel_files(read: Reader, block: tree.KernelFiles) -> KernelFiles | None:
    files = [
        KernelFile(
            path=str(clause.path),
            since=read.boundary(clause.since) if clause.since is not None else None,
            location=read.at(clause.path),
        )
        for clause in block.clauses
        if isinstance(clause, tree.KernelFile)
    ]
    if not files:
        read.problem(block, "no 'file'; give the path in the kernel tree")
        return None
    return KernelFiles(
        subsystem=str(block.subsystem) if block.subsystem else "",
        archs=read.arch_names(block.archs),
        files=tuple(files),
        location=read.at(block),
    )
