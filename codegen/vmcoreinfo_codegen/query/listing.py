# SPDX-License-Identifier: MIT
"""What a kernel exports."""

from __future__ import annotations

from ..core.condition import ALWAYS
from ..core.release import Release
from ..model import Architecture, Schema
from .interface.kernels import ListedEntry, Listing


def listing(schema: Schema, release: Release, arch: Architecture) -> Listing:
    entries = [
        ListedEntry(
            key=predicted.key,
            condition=None if predicted.condition == ALWAYS else str(predicted.condition),
            format=predicted.format.value,
        )
        for predicted in schema.predict(release, arch)
    ]
    return Listing(kernel=str(release), arch=arch.name, entries=entries)
