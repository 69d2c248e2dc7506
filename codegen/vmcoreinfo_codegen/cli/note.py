# SPDX-License-Identifier: MIT
"""The kernel that a note is of, on the command line."""

from __future__ import annotations

import vmcoreinfo

from ..audit.identify import architectures_of, kernel_of
from ..compat.dump_sources import dump_sources
from ..compat.exports import Exports, noted
from ..dump.reader import Found
from ..model import Schema
from ..model.kernel import Kernel
from ..record import replace
from .failure import Failure
from .schema import architecture_of
from .schema import kernel_of as kernel_named


def exports_of(
    schema: Schema, found: Found, info: vmcoreinfo.VmcoreInfo, kernel: str | None, arch: str | None
) -> tuple[Kernel, Exports]:
    """The kernel by its own name, and what its note has; `kernel` and `arch` are what the user said."""
    if not any(line.format for line in info.lines):
        raise Failure(
            f"{found.name}: no VMCOREINFO entry in it; expected lines like OSRELEASE=6.12.0"
        )
    known = kernel_named(schema, kernel) if kernel else kernel_of(schema, info)
    if known is None:
        raise Failure(f"{found.name}: no OSRELEASE that the schema knows; name it by --kernel")
    told = architecture_of(schema, arch) if arch else schema.architecture(found.arch or "")
    archs = [told] if told else architectures_of(known, info)
    if len(archs) != 1:
        raise Failure(f"{found.name}: the architecture is not told; name it by --arch")
    told_by = dump_sources(found, archs[0], info)
    exports = noted(known.schema, known.release, archs[0], info, told_by)
    return replace(known, name=info.OSRELEASE or known.name), exports
