# SPDX-License-Identifier: MIT
"""The kernel of a note: its release from OSRELEASE, its architecture from its keys."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from vmcoreinfo import VmcoreInfo

from ..core.release import Release, parse_release_string
from ..model import Architecture, Schema
from ..model.kernel import Kernel, kernel_named
from ..record import replace
from .subject import predicted

LITERAL = "init_uts_ns.name.release"
"""The OSRELEASE of 2.6.25 and 2.6.26: the macro's argument instead of its value."""


def kernel_of(schema: Schema, info: VmcoreInfo) -> Kernel | None:
    """The kernel named by OSRELEASE; None if the schema does not know it.

    A release that is newer than the schema is treated as the latest in the schema.
    """
    line = info.line("OSRELEASE")
    if line is not None and line.text == LITERAL:
        return Kernel(LITERAL, schema, Release.parse("2.6.25"))
    try:
        kernel = kernel_named(schema, str(info.get("OSRELEASE")))
    except ValueError:
        return None
    if schema.is_declared(kernel.release):
        return kernel
    return replace(kernel, release=schema.latest) if kernel.release.branch > schema.latest else None


def is_newer(schema: Schema, info: VmcoreInfo) -> bool:
    """Whether the note's release is newer than the schema."""
    try:
        release, _ = parse_release_string(str(info.get("OSRELEASE")))
    except ValueError:
        return False
    return release.branch > schema.latest


def architectures_of(kernel: Kernel | None, info: VmcoreInfo) -> list[Architecture]:
    """The architectures that fit the keys best: one if the keys decide, none if the release is not
    known.

    The widths of addresses and of list_head come first, then a name in the release
    (`6.12.117+deb13-cloud-amd64`, `5.14.0-427.el9.aarch64`). After these, an architecture fits
    better the fewer keys it has that it does not export in that release, and the fewer it lacks
    that it always exports.
    """
    scores = _scores(kernel, info)
    best = min(scores.values(), default=None)
    return [arch for arch, score in scores.items() if score == best]


def is_likely(kernel: Kernel | None, info: VmcoreInfo, told: Architecture) -> bool:
    """Whether a note can be of the architecture that its dump names.

    It can't if another one fits its addresses better, or has clearly fewer foreign keys.
    """
    scores = _scores(kernel, info)
    if told not in scores:
        return True
    best, own = min(scores.values()), scores[told]
    return own.misfit <= best.misfit and own.alien - best.alien < _CLEARLY


_CLEARLY = 3
"""A vendor's kernel may export on one architecture what mainline exports on another."""


class _Score(NamedTuple):
    """How badly an architecture fits; earlier fields count more."""

    misfit: int
    is_unnamed: bool
    alien: int
    absent: int


def _scores(kernel: Kernel | None, info: VmcoreInfo) -> dict[Architecture, _Score]:
    if kernel is None:
        return {}
    present = {line.key for line in info.lines if line.format is not None}
    words = set(re.split(r"[-+._]", str(info.get("OSRELEASE"))))
    scores = {}
    for arch in kernel.schema.architectures:
        exported = predicted(kernel.schema, kernel.release, arch) if kernel.builds(arch) else {}
        if not exported:
            continue
        alien = len(present - exported.keys())
        absent = sum(p.is_unconditional and key not in present for key, p in exported.items())
        unnamed = not words & {arch.name, *arch.aliases}
        scores[arch] = _Score(_misfit(arch, info), unnamed, alien, absent)
    return scores


def _misfit(arch: Architecture, info: VmcoreInfo) -> int:
    """The number of widths and addresses of a note that don't fit an architecture."""
    size = info.get("SIZE(list_head)")
    wrong = int(isinstance(size, int) and size * 4 != arch.bits)
    addresses = [v for k, v in info.items() if k.startswith("SYMBOL(") and isinstance(v, int)]
    half = arch.kernel_half
    if arch.bits == 32:
        wrong += _are_most(address >> 32 != 0 for address in addresses)
    elif half is not None:
        wrong += _are_most(address < half for address in addresses)
    return wrong


def _are_most(answers: Iterable[bool]) -> bool:
    """Whether more than half are true: a single damaged address shows no other architecture."""
    every = list(answers)
    return 2 * sum(every) > len(every)
