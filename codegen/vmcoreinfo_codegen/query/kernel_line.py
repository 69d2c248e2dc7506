# SPDX-License-Identifier: MIT
"""The line of a vendor's kernel, as an answer."""

from __future__ import annotations

from ..model.kernel import Kernel
from .interface.answer import KernelLine


def kernel_line(kernel: Kernel | None) -> KernelLine | None:
    """The line, or None for mainline and for a name that no line has."""
    if kernel is None or kernel.line is None:
        return None
    line, build = kernel.line.line, kernel.line.build
    own = line.at(build)
    return KernelLine(
        name=line.name,
        vendor=line.vendor,
        release=own.release or None if own is not None else None,
        build=str(build) if build is not None else None,
        base=str(kernel.release),
        read=kernel.line.is_known,
    )
