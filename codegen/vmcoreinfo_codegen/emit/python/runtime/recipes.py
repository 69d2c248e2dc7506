# SPDX-License-Identifier: MIT
"""Derivations compute their value with the first recipe that applies."""

# Recipes read private data of the parser.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import Callable, NamedTuple, Optional, Tuple

from .entries import ARCHITECTURES
from .properties import VmcoreInfo

ReadMemory = Callable[[int, int], bytes]
"""Reads (address, size) of dump memory at a kernel virtual address; raises on failure."""

MASK = 0xFFFFFFFFFFFFFFFF


class Derived(NamedTuple):
    """A value, and the name of the recipe that gave it."""

    value: int
    recipe: str


class ReadError(Exception):
    """A recipe applies, but memory that it needs could not be read."""


class Dump:
    """What the text does not show about a dump: architecture, byte order, and how to read memory.

    Without an architecture, recipes for certain architectures do not apply; without `read`, recipes
    that read memory raise ReadError. `arch` may be any name that `uname -m` or Debian uses; an
    unknown one raises ValueError.
    """

    def __init__(
        self,
        arch: Optional[str] = None,
        read: Optional[ReadMemory] = None,
        big_endian: bool = False,
    ) -> None:
        if arch is not None and arch not in ARCHITECTURES:
            raise ValueError("unknown architecture: " + arch)
        self.arch = ARCHITECTURES[arch] if arch is not None else None
        self.read = read
        self.big_endian = big_endian


def read(info: VmcoreInfo, dump: Dump, address: int, size: int) -> int:
    """An unsigned integer of `size` bytes, 0 for the size of a pointer."""
    if size == 0:
        # A list_head is two pointers, on every kernel.
        size = 4 if info._bits.get("SIZE(list_head)") == 8 else 8
    if dump.read is None:
        raise ReadError("no function to read memory was given")
    try:
        data = bytes(memoryview(dump.read(address, size)))
    except Exception as error:
        raise ReadError("can't read %d bytes at %#x: %s" % (size, address, error)) from error
    if len(data) != size:
        raise ReadError("%d bytes read at %#x instead of %d" % (len(data), address, size))
    return int.from_bytes(data, "big" if dump.big_endian else "little")


def shift_left(value: int, by: int) -> int:
    return value << by & MASK if by < 64 else 0


def shift_right(value: int, by: int) -> int:
    return value >> by if by < 64 else 0


def log2(value: int) -> Optional[int]:
    """The exponent of a power of two; None for anything else."""
    return value.bit_length() - 1 if value and not value & (value - 1) else None


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def _mainline_of(release: int) -> int:
    """Without the stable update number: a 2.6.x mainline release has three numbers."""
    return release & ~0xFFFF if release >> 32 == 0x00020006 else release & ~0xFFFFFFFF


class Recipe:
    """One way to compute a value, and where it applies."""

    # Not a NamedTuple, for which pyright does not infer the parameters of lambdas.
    def __init__(
        self,
        name: str,
        archs: Tuple[str, ...],
        since: int,
        until: int,
        keys: Tuple[str, ...],
        compute: Callable[[VmcoreInfo, Dump], Optional[int]],
    ) -> None:
        self.name = name
        self.archs = archs
        self.since = since
        self.until = until
        self.keys = keys
        self.compute = compute

    def applies(self, info: VmcoreInfo, dump: Dump) -> bool:
        if self.archs and dump.arch not in self.archs:
            return False
        if not all(key in info._bits for key in self.keys):
            return False
        if not self.since and not self.until:
            return True
        release = _mainline_of(info._release)
        return release >= max(self.since, 1) and (not self.until or release < self.until)


def derive(
    recipes: Tuple[Recipe, ...], info: VmcoreInfo, dump: Optional[Dump], signed: bool
) -> Optional[Derived]:
    dump = dump or Dump()
    for recipe in recipes:
        if recipe.applies(info, dump):
            value = recipe.compute(info, dump)
            if value is not None:
                return Derived(_signed(value) if signed else value, recipe.name)
    return None
