# SPDX-License-Identifier: MIT
"""The entries that a kernel exports."""

from __future__ import annotations

from ..core.condition import ALWAYS
from ..model import Architecture
from ..model.kernel import Kernel
from .interface.kernels import ListedEntry, Listing
from .kernel_line import kernel_line


def listing(kernel: Kernel, arch: Architecture) -> Listing:
    entries = [
        ListedEntry(
            key=predicted.key,
            condition=None if predicted.condition == ALWAYS else str(predicted.condition),
            format=predicted.format.value,
        )
        for predicted in kernel.schema.predict(kernel.release, arch)
    ]
    return Listing(kernel=kernel.told, line=kernel_line(kernel), arch=arch.name, entries=entries)
