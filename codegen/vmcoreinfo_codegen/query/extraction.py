# SPDX-License-Identifier: MIT
"""The exports of a kernel tree, as an answer."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.condition import ALWAYS, Condition
from ..kernel.extract import Export, Extraction, exports_of
from ..model import Architecture, Schema
from ..model.kernel import Kernel
from .interface.kernels import Extracted, ExtractedExport, ExtractedSites, NotUnderstood
from .kernel_line import kernel_line


def extracted(extraction: Extraction, kernel: Kernel | None = None) -> Extracted:
    """Everything that a tree prints; `kernel` is the vendor's kernel that the tree is, if any."""
    exports = ((export, export.condition) for export in extraction.exports)
    return _answer(extraction, exports, None, kernel)


def extracted_on(
    extraction: Extraction, schema: Schema, arch: Architecture, kernel: Kernel | None = None
) -> Extracted:
    """What a tree prints on one architecture, with conditions simplified for it."""
    return _answer(extraction, exports_of(extraction, schema, arch), arch.name, kernel)


def _answer(
    extraction: Extraction,
    exports: Iterable[tuple[Export, Condition]],
    arch: str | None,
    kernel: Kernel | None,
) -> Extracted:
    sites = extraction.sites
    return Extracted(
        tree=extraction.tree,
        release=str(extraction.release) if extraction.release else None,
        line=kernel_line(kernel),
        exports=[
            ExtractedExport(
                key=export.key,
                arch=(arch or export.arch) if export.arch else "*",
                condition=None if condition == ALWAYS else str(condition),
                format=export.format,
                macro=export.macro,
                file=export.file,
                line=export.line,
                function=export.function,
            )
            for export, condition in exports
        ],
        not_understood=[
            NotUnderstood(file=f.file, line=f.line, text=f.text, reason=f.reason)
            for f in extraction.not_understood
        ],
        sites=ExtractedSites(seen=sites.seen, **vars(sites)),
    )
