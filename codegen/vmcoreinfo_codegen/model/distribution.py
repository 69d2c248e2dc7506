# SPDX-License-Identifier: MIT
"""Distributions: the kernels and the tools that a release of one has together."""

from __future__ import annotations

from ..problem import Location
from ..record import Record, unwritten
from .observed import ToolField


class Shipped(Record):
    """A release of a tool; `build` is the distribution's own, empty if that is not told apart."""

    consumer: str
    release: ToolField
    build: str = ""
    location: Location = unwritten()


class Distribution(Record):
    """A release of a distribution; `kernels` are named as `uname -r` does, or by the vendor's release."""

    name: str
    doc: str
    aliases: tuple[str, ...] = ()
    kernels: tuple[str, ...] = ()
    ships: tuple[Shipped, ...] = ()
    location: Location = unwritten()
