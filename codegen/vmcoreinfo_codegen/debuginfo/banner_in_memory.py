# SPDX-License-Identifier: MIT
"""A kernel's banner, `Linux version …`, in the memory of its dump.

`linux_banner` is read-only data of the image, before its kallsyms and its BTF. It ends with a line
feed and NUL. The log has copies that don't.
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
"""The beginning of every banner; the group is the release."""

_WHOLE = re.compile(RELEASE.pattern + rb"[^\0\n]{1,1024}\n\0")
_MOST = 2048
REACH = 64 << 20
"""The image's other read-only data, some 32 MiB at most, is within this many bytes of its banner.
"""


@dataclass(frozen=True)
class Banners:
    """Physical addresses of `Linux version`, and the releases of complete banners."""

    places: Sequence[int]
    releases: Sequence[tuple[int, str]]

    def release_of(self, physical: int) -> str | None:
        """The release of the nearest complete banner before an address in the image; None if none
        is near.
        """
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
