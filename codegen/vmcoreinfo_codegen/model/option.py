# SPDX-License-Identifier: MIT
"""Kconfig symbols, and how to find their values in a kernel without its configuration."""

from __future__ import annotations

from ..core.expression import Expression
from ..core.release import Release
from ..problem import Location
from ..record import Record, unwritten
from .entry import DebugInfo, asked


class Option(Record):
    """A Kconfig symbol, and the questions to symbols and types that give its value."""

    name: str
    doc: str
    debug_infos: tuple[DebugInfo, ...]
    location: Location = unwritten()

    def debug_info(self, release: Release, arch: str) -> tuple[Expression, ...]:
        """The expressions for the value, in order; the first that can be evaluated counts."""
        return asked(self.debug_infos, release, arch)
