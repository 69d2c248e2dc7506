# SPDX-License-Identifier: MIT
"""Whether an export is found in any kernel of a range."""

from __future__ import annotations

from ..model import Export
from ..model.consumer import KernelRange
from ..terms.release import overlap


def exists_in(export: Export, kernels: KernelRange) -> bool:
    """Whether some kernel of the range exports it, stable ones that got it later included."""
    for span in export.spans:
        until = span.until.release if span.until else None
        if overlap((span.since.release, until), (kernels.since, kernels.until)):
            return True
        for backport in span.backports:
            opens, branch = backport.release, backport.release.mainline
            before_end = kernels.until is None or kernels.until.opening > opens.moment
            if before_end and (kernels.since is None or kernels.since.mainline <= branch):
                return True
    return False
