# SPDX-License-Identifier: MIT
"""The banner of a kernel, `Linux version …`, in the memory of its dump.

`linux_banner` is read-only data of the image, before its kallsyms and its BTF. It ends with a line
feed and NUL. Memory has copies in the log, which do not.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from ..dump.memory import PhysicalMemory
from .in_memory import places_limit

TEXT = b"Linux version "
RELEASE = re.compile(rb"Linux version ([!-~]{1,64}) \(")
"""What every banner begins with; the group is the release."""

_WHOLE = re.compile(RELEASE.pattern + rb"[^\0\n]{1,1024}\n\0")
_MOST = 2048
REACH = 64 << 20
"""Bytes of the image on either side of its banner, in which its other read-only data is; some 32 MiB at most."""


@dataclass(frozen=True)
class Banners:
    """Physical addresses of the text, and the releases of those that are whole."""

    places: Sequence[int]
    releases: Sequence[tuple[int, str]]

    def release_of(self, physical: int) -> str | None:
        """By the nearest whole one before an address in the image; None if none is near."""
        index = bisect_left(self.releases, (physical, "")) - 1
        if index < 0 or physical - self.releases[index][0] > REACH:
            return None
        return self.releases[index][1]


class BannerSearch:
    """Implements `in_memory.Search`."""

    needles = (TEXT,)

    def __init__(self, memory: PhysicalMemory) -> None:
        self._memory = memory
        self._limit = places_limit(memory, "places that begin like a kernel's banner")
        self._places: list[int] = []
        self._releases: list[tuple[int, str]] = []

    def at(self, place: int) -> None:
        self._limit.spend()
        self._places.append(place)
        whole = _WHOLE.match(self._memory.read(place, _MOST))
        if whole is not None:
            self._releases.append((place, whole[1].decode("ascii")))

    def found(self) -> Banners:
        return Banners(self._places, self._releases)
