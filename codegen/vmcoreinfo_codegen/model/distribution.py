# SPDX-License-Identifier: MIT
"""Distributions: the kernels and tools of each release."""

from __future__ import annotations

from ..problem import Location
from ..record import Record, unwritten
from .observed import ToolField


class Shipped(Record):
    """A release of a tool; `build` is the distribution's own, empty if the schema does not
    distinguish it."""

    consumer: str
    release: ToolField
    build: str = ""
    location: Location = unwritten()


class Distribution(Record):
    """A release of a distribution; `kernels` are `uname -r` strings or the vendor's releases."""

    name: str
    doc: str
    aliases: tuple[str, ...] = ()
    kernels: tuple[str, ...] = ()
    ships: tuple[Shipped, ...] = ()
    location: Location = unwritten()
