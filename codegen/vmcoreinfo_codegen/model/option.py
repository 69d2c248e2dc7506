# SPDX-License-Identifier: MIT
"""Kconfig symbols, and how they show in a kernel without a given configuration."""

from __future__ import annotations

from ..core.expression import Expression
from ..core.release import Release
from ..problem import Location
from ..record import Record, unwritten
from .entry import DebugInfo, asked


class Option(Record):
    """A Kconfig symbol, and what to ask symbols and types for its value."""

    name: str
    doc: str
    debug_infos: tuple[DebugInfo, ...]
    location: Location = unwritten()

    def debug_info(self, release: Release, arch: str) -> tuple[Expression, ...]:
        """What to ask for the value, in order; the first that can be answered counts."""
        return asked(self.debug_infos, release, arch)
