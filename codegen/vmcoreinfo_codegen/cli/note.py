# SPDX-License-Identifier: MIT
"""The kernel that a note is of, on the command line."""

from __future__ import annotations

import vmcoreinfo

from ..audit.identify import architectures_of, release_of
from ..compat.dump_sources import dump_sources
from ..compat.exports import Exports, noted
from ..dump.reader import Found
from ..model import Schema
from .failure import Failure
from .schema import architecture_of
from .schema import release_of as release_named


def exports_of(
    schema: Schema, found: Found, info: vmcoreinfo.VmcoreInfo, kernel: str | None, arch: str | None
) -> tuple[str, Exports]:
    """What the kernel is called, and what its note has; `kernel` and `arch` are what the user said."""
    if not any(line.format for line in info.lines):
        raise Failure(
            f"{found.name}: no VMCOREINFO entry in it; expected lines like OSRELEASE=6.12.0"
        )
    release = release_named(schema, kernel) if kernel else release_of(schema, info)[0]
    if release is None:
        raise Failure(f"{found.name}: no OSRELEASE that the schema knows; name it by --kernel")
    told = architecture_of(schema, arch) if arch else schema.architecture(found.arch or "")
    archs = [told] if told else architectures_of(schema, info, release)
    if len(archs) != 1:
        raise Failure(f"{found.name}: the architecture is not told; name it by --arch")
    exports = noted(schema, release, archs[0], info, dump_sources(found, archs[0], info))
    return info.OSRELEASE or str(release), exports
