# SPDX-License-Identifier: MIT
"""The kernel of a note on the command line."""

from __future__ import annotations

import vmcoreinfo

from ..compat import notes
from ..compat.exports import Exports
from ..dump.reader import Found
from ..model import Schema
from ..model.kernel import Kernel
from .failure import Failure
from .schema import architecture_of
from .schema import kernel_of as kernel_named


def exports_of(
    schema: Schema, found: Found, info: vmcoreinfo.VmcoreInfo, kernel: str | None, arch: str | None
) -> tuple[Kernel, Exports]:
    """The kernel by its own name, and the exports in its note; the user gave `kernel` and
    `arch`.
    """
    named = kernel_named(schema, kernel) if kernel else None
    try:
        return notes.exports_of(
            schema, found, info, named, architecture_of(schema, arch) if arch else None
        )
    except notes.NotTold as error:
        raise Failure(f"{found.name}: {error}") from error
