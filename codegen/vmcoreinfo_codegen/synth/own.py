# SPDX-License-Identifier: MIT
"""The data in a dump about its kernels: symbols, types, configuration, each with its address."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from ..debuginfo.banner_in_memory import REACH, BannerSearch
from ..debuginfo.btf import Btf
from ..debuginfo.btf_in_memory import BtfSearch, FoundBtf
from ..debuginfo.config_in_memory import ConfigSearch, FoundConfig
from ..debuginfo.facts import Facts, Sources
from ..debuginfo.in_memory import look_through, places_limit
from ..debuginfo.kallsyms import Kallsyms, KallsymsSearch
from ..debuginfo.problem import DebugInfoError
from ..dump.memory import PhysicalMemory
from ..dump.search import ALL
from ..model import Architecture, Schema
from ..record import Value
from .image import BANNER, Image
from .image import SYMBOLS as OF_IMAGE
from .standing import SYMBOLS as OF_STANDING
from .standing import UNKNOWN, Machine, Standing, standing

# They all are read-only data of one contiguous image; the largest images have some 64 MiB.
_REACH = 128 << 20
# Larger memory is searched for banners first, as each needle takes time.
_SMALL = 2 * REACH
_TYPES = "__start_BTF"
_OF_TYPES = {_TYPES}
_NOTE = b"OSRELEASE="
_NOTE_RELEASE = re.compile(rb"OSRELEASE=([!-~]{1,64})\n")
_MOST_RELEASES = 1000
_Found = TypeVar("_Found", FoundBtf, FoundConfig)


class OwnKernel(Value):
    """One kernel in a dump. `types` and `config` are None if the dump doesn't have them.

    `release` is from the banner in its image, `arch` from its symbols; None if these don't tell.
    `image` is None if the image can't be found by the kernel's own symbols.
    """

    symbols: Kallsyms
    types: FoundBtf | None
    config: FoundConfig | None
    release: str | None
    arch: str | None
    image: Image | None = None
    standing: Standing = UNKNOWN

    @property
    def addresses(self) -> Mapping[str, int]:
        return self.symbols.addresses

    def read_types(self) -> Btf | None:
        """The types, None if there are none. Raises DebugInfoError."""
        if self.types is None:
            return None
        return Btf(self.types.data, f"the BTF at {self.types.physical:#x}")

    def is_of(self, arch: Architecture) -> bool:
        return self.symbols.bits == arch.bits and self.arch in (None, arch.name)


class OwnData(Value):
    """The results of one pass over a dump.

    `kernels` are those whose symbols are in it, by physical address: there are several with a
    capture kernel, or with guests. `banners` has the places of all banners, `noted` the releases of
    texts that begin like a note, `machine` what the dump tells besides memory.
    """

    kernels: Sequence[OwnKernel]
    banners: Sequence[int]
    noted: frozenset[str]
    machine: Machine


def own_data(
    schema: Schema,
    memory: PhysicalMemory,
    names: set[str],
    done: Callable[[int], object] = lambda size: None,
) -> OwnData:
    """The data of all kernels in a dump; of their symbols, those in `names`.

    Large memory is searched for banners first, then around each complete one; if there is none, all
    of it is searched for all data. Raises DumpError, DebugInfoError.
    """
    names = names | OF_IMAGE | OF_STANDING | _OF_TYPES
    tables, types, configs = KallsymsSearch(memory, names), BtfSearch(memory), ConfigSearch(memory)
    banners, notes = BannerSearch(memory), _NoteSearch(memory)
    if memory.size <= _SMALL:
        look_through(memory, [banners, notes, tables, types, configs], done)
    else:
        look_through(memory, [banners, notes], done)
        within = _around([place for place, _ in banners.found().releases])
        look_through(memory, [tables, types, configs], within=within or ALL)
    places = banners.found()
    found = tables.found()
    arches = [_arch(schema, table.addresses) for table in found]
    images = [
        _image(memory, table, places.places, arch)
        for table, arch in zip(found, arches, strict=True)
    ]
    types_of = _nearest(found, images, types.found())
    config_of = _nearest(found, images, configs.found())
    machine = Machine.of(memory, schema.architecture(memory.arch or ""))
    kernels = []
    for number, (table, image, arch) in enumerate(zip(found, images, arches, strict=True)):
        kernels.append(
            OwnKernel(
                symbols=table,
                types=types_of.get(number),
                config=config_of.get(number),
                release=image.release if image else places.release_of(table.physical),
                arch=arch.name if arch else None,
                image=image,
                standing=standing(machine, image, table.addresses),
            )
        )
    return OwnData(kernels, places.places, frozenset(notes.releases), machine)


def _image(
    memory: PhysicalMemory, table: Kallsyms, banners: Sequence[int], arch: Architecture | None
) -> Image | None:
    """The image that contains a table, found by the table's symbols."""
    if BANNER not in table.addresses:
        return None
    is_placed = arch is not None and arch.memory_start == 0
    try:
        return Image(
            memory, table.addresses, None, "", table.bits, table.physical, banners, is_placed
        )
    except DebugInfoError:
        return None


def _around(places: Sequence[int]) -> list[range]:
    """The ranges around these banners that may have their images, by address, without overlaps."""
    found: list[range] = []
    for place in places:
        start, stop = max(0, place - REACH), place + REACH
        if found and start <= found[-1].stop:
            found[-1] = range(found[-1].start, stop)
        else:
            found.append(range(start, stop))
    return found


class _NoteSearch:
    """Implements `in_memory.Search` for texts that begin like a note."""

    needles = (_NOTE,)

    def __init__(self, memory: PhysicalMemory) -> None:
        self._memory = memory
        self._limit = places_limit(memory, "places that begin like a note")
        self.releases: set[str] = set()

    def at(self, place: int) -> None:
        self._limit.spend()
        found = _NOTE_RELEASE.match(self._memory.read(place, len(_NOTE) + 65))
        if found is not None and len(self.releases) < _MOST_RELEASES:
            self.releases.add(found[1].decode("ascii"))


def _arch(schema: Schema, addresses: Mapping[str, int]) -> Architecture | None:
    """The architecture that the symbols imply; None if none or several."""
    sources = Sources(symbols=addresses)
    told = [
        arch
        for arch in schema.architectures
        for asked in (tuple(said.expression for said in arch.debug_infos),)
        if Facts(asked, sources).values(asked) - {0}
    ]
    return told[0] if len(told) == 1 else None


def _nearest(
    tables: Sequence[Kallsyms], images: Sequence[Image | None], found: Sequence[_Found]
) -> dict[int, _Found]:
    """For each table, by its index, the data in its image, or nearest to it if the image is
    unknown.

    No data belong to two tables.
    """
    pairs = sorted(
        (abs(table.physical - one.physical), place, other)
        for place, (table, image) in enumerate(zip(tables, images, strict=True))
        for other, one in enumerate(found)
        if image is None or _is_in(image, one.physical, isinstance(one, FoundBtf))
    )
    chosen: dict[int, int] = {}
    for apart, place, other in pairs:
        if apart < _REACH and place not in chosen and other not in chosen.values():
            chosen[place] = other
    return {place: found[other] for place, other in chosen.items()}


def _is_in(image: Image, physical: int, is_btf: bool) -> bool:
    """Whether the data are where the image has them, as far as its symbols tell."""
    place = image.place(_TYPES) if is_btf else None
    if place is not None:
        return place == physical
    extent = image.extent
    return extent is None or physical in extent
