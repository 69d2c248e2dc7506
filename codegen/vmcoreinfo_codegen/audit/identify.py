# SPDX-License-Identifier: MIT
"""Which kernel a note is of: its release as it says, its architecture as its keys tell."""

from __future__ import annotations

import re

from vmcoreinfo import VmcoreInfo

from ..core.release import Release, parse_release_string
from ..model import Architecture, Schema
from .subject import predicted

LITERAL = "init_uts_ns.name.release"
"""What 2.6.25 and 2.6.26 print as OSRELEASE: the macro's argument, not its value."""


def release_of(schema: Schema, info: VmcoreInfo) -> tuple[Release | None, str]:
    """The release and the distribution's part behind it; None where the note has none.

    A release that is newer than the schema is taken for the latest that it knows of.
    """
    line = info.line("OSRELEASE")
    if line is not None and line.text == LITERAL:
        return Release.parse("2.6.25"), ""
    try:
        release, distribution = parse_release_string(str(info.get("OSRELEASE")))
    except ValueError:
        return None, ""
    if schema.is_declared(release):
        return release, distribution
    if release.branch > schema.latest:
        return schema.latest, distribution
    return None, distribution


def is_newer(schema: Schema, info: VmcoreInfo) -> bool:
    """Whether the note is of a release that the schema does not reach yet."""
    try:
        release, _ = parse_release_string(str(info.get("OSRELEASE")))
    except ValueError:
        return False
    return release.branch > schema.latest


def architectures_of(
    schema: Schema, info: VmcoreInfo, release: Release | None
) -> list[Architecture]:
    """Those that fit the keys best; one where they tell, none where the release is not known.

    It fits the better, the fewer keys are there that it does not export in that
    release, and the fewer are absent that it always does. The width of addresses
    and of list_head decides between those that print the same, and then a name in
    the release (`6.12.117+deb13-cloud-amd64`).
    """
    if release is None:
        return []
    present = {line.key for line in info.lines if line.format is not None}
    words = set(re.split(r"[-+._]", str(info.get("OSRELEASE"))))
    scores = []
    for arch in schema.architectures:
        exported = predicted(schema, release, arch)
        if not exported:
            continue
        alien = len(present - exported.keys())
        absent = sum(p.is_unconditional and key not in present for key, p in exported.items())
        unnamed = not words & {arch.name, *arch.aliases}
        scores.append(((_misfit(arch, info), alien, absent, unnamed), arch))
    best = min((score for score, _ in scores), default=None)
    return [arch for score, arch in scores if score == best]


def _misfit(arch: Architecture, info: VmcoreInfo) -> int:
    """How much the widths and addresses of a note are not those of an architecture."""
    size = info.get("SIZE(list_head)")
    wrong = int(isinstance(size, int) and size * 4 != arch.bits)
    addresses = [v for k, v in info.items() if k.startswith("SYMBOL(") and isinstance(v, int)]
    half = arch.kernel_half
    if arch.bits == 32:
        wrong += any(address >> 32 for address in addresses)
    elif half is not None:
        wrong += any(address < half for address in addresses)
    return wrong
