# SPDX-License-Identifier: MIT
"""Kernel variables that are in no symbol table, found by their contents.

A variable is used only if exactly one place in the image has the right contents.

- `init_mm` has the bounds of the kernel's text, data and image as those of code, data and heap, a
  page table inside the image, and no stack, arguments and environment.
- `swapper_pg_dir` is the page table of `init_mm`.
- `printk_rb_static` points to arrays inside the image, and the descriptor of its tail has the ID of
  the tail. `prb` is the only word with its address, or with that of the ring that replaced it
  because of `log_buf_len=` or many CPUs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice, pairwise

from ..debuginfo.facts import Types
from .placed_image import PlacedImage

_PAGE = 4096
# From _text to _stext on arm64.
_HEAD = 64 << 10
_MOST_PLACES = 1 << 16
# CONFIG_LOG_BUF_SHIFT is 12 to 25, log_buf_len= up to 2 GiB; there are 32 bytes of text per
# descriptor.
_LOG_BITS = range(12, 32)
_TEXT_BITS = 5
# The upper bits of state_var have the state, the others the ID of the record.
_STATE_BITS = 2
_RING = (
    "desc_ring.count_bits",
    "desc_ring.descs",
    "desc_ring.infos",
    "desc_ring.head_id",
    "desc_ring.tail_id",
    "text_data_ring.size_bits",
    "text_data_ring.data",
)
_NUMBERS = (
    "desc_ring.head_id",
    "desc_ring.tail_id",
    "desc_ring.descs",
    "desc_ring.infos",
    "text_data_ring.data",
)
_BOUNDS = ("start_code", "end_code", "end_data", "brk", "pgd")
# Only processes have these.
_UNSET = ("start_data", "start_brk", "start_stack", "arg_start", "env_start")


@dataclass
class Found:
    """Addresses by name, with the reason; `image` ends where the kernel itself says."""

    image: PlacedImage
    addresses: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, places: Iterable[int], reason: str) -> None:
        one = list(islice(places, 2))
        if len(one) == 1:
            self.addresses[name] = one[0]
            self.reasons[name] = reason


def find_structures(image: PlacedImage, types: Types) -> Found:
    types.load(("mm_struct", "printk_ringbuffer", "prb_desc", "printk_info"))
    found = Found(image)
    found.add("init_mm", _init_mm(image, types), "the mm_struct that has the kernel's own bounds")
    if mm := found.addresses.get("init_mm"):
        at = _offsets(types, "mm_struct", _BOUNDS) or {}
        found.image = image = image.until(image.read(0, mm + at["brk"]) or image.end)
        table = image.read(0, mm + at["pgd"])
        found.add("swapper_pg_dir", [table] if table else [], "init_mm.pgd")
    rings = _rings(image, types)
    reason = "the ring of messages that points to itself"
    found.add("printk_rb_static", rings.inside, reason)
    found.add("prb", _in_use(image, rings), "the one pointer to the ring of messages in use")
    return found


def _init_mm(image: PlacedImage, types: Types) -> list[int]:
    at = _offsets(types, "mm_struct", (*_BOUNDS, *_UNSET))
    if at is None:
        return []
    width = image.bits // 8
    if at["end_code"] != at["start_code"] + width:
        return []
    found: list[int] = []
    for text in (image.start, image.start - _HEAD):
        pattern = _compiled(re.escape(image.pointer(text)) + _pointer_inside(image))
        places = list(islice(image.find(pattern, 2 * width, width), _MOST_PLACES + 1))
        if len(places) > _MOST_PLACES:
            return []
        for place in places:
            values = {name: image.read(0, place - at["start_code"] + at[name]) for name in at}
            code, data, end, pgd = (values[name] or 0 for name in _BOUNDS[1:])
            is_in_order = image.start < code <= data <= end <= image.end
            is_unset = all(values[name] == 0 for name in _UNSET)
            if is_in_order and is_unset and image.start < pgd < end and pgd % _PAGE == 0:
                found.append(place - at["start_code"])
    return found


@dataclass(frozen=True)
class _Rings:
    """Rings whose arrays are inside the image, and candidates whose arrays were allocated."""

    inside: list[int]
    outside: list[int]


def _rings(image: PlacedImage, types: Types) -> _Rings:
    at = _offsets(types, "printk_ringbuffer", _RING)
    state = _offsets(types, "prb_desc", ("state_var",))
    sizes = [types.sizes(name) for name in ("prb_desc", "printk_info")]
    width = image.bits // 8
    rings = _Rings([], [])
    if at is None or state is None or any(len(of_type) != 1 for of_type in sizes):
        return rings
    if (at["desc_ring.count_bits"], at["desc_ring.descs"]) != (0, width):
        return rings
    size, info_size = (min(of_type) for of_type in sizes)
    ids = (1 << image.bits - _STATE_BITS) - 1
    number = b"[" + re.escape(bytes(bits - _TEXT_BITS for bits in _LOG_BITS)) + b"]"
    padded = number + rb"\0{3}" if image.order == "<" else rb"\0{3}" + number
    pattern = _compiled(padded + rb"\0{%d}(?!\0{%d})" % (width - 4, width))
    for place in image.find(pattern, width, width):
        count_bits = image.read(32, place) or 0
        if image.read(32, place + at["text_data_ring.size_bits"]) != count_bits + _TEXT_BITS:
            continue
        head, tail, *arrays = (image.read(0, place + at[name]) or 0 for name in _NUMBERS)
        ends = (size << count_bits, info_size << count_bits, 1 << count_bits + _TEXT_BITS)
        spans = sorted((by, by + length) for by, length in zip(arrays, ends, strict=True))
        is_apart = all(end <= start for (_, end), (start, _) in pairwise(spans))
        if (head - tail & ids) >> count_bits or not is_apart or any(by % width for by in arrays):
            continue
        if not all(map(image.has, arrays)):
            rings.outside.append(place)
            continue
        descriptor = arrays[0] + size * (tail & (1 << count_bits) - 1)
        if (image.read(0, descriptor + state["state_var"]) or 0) & ids == tail:
            rings.inside.append(place)
    return rings


def _in_use(image: PlacedImage, rings: _Rings) -> list[int]:
    """Where `prb` can be: it points to the static ring, or to the one that replaced it."""
    if len(rings.inside) != 1:
        return []
    static = _pointers(image, rings.inside[0])
    if not rings.outside:
        return static
    # If a pointer to the static ring remains, it can't be decided which ring is in use.
    return _pointers(image, rings.outside[0]) if len(rings.outside) == 1 and not static else []


def _pointer_inside(image: PlacedImage) -> bytes:
    """The pattern of a pointer that may point into the image, by its upper half."""
    half = image.bits // 16
    words = [image.pointer(at) for at in (*range(image.start, image.end, 1 << 16), image.end)]
    if image.order == "<":
        uppers = b"|".join(sorted({re.escape(word[half:]) for word in words}))
        return rb".{%d}(?:%b)" % (half, uppers)
    uppers = b"|".join(sorted({re.escape(word[:half]) for word in words}))
    return b"(?:%b)" % uppers


def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL)


def _pointers(image: PlacedImage, to: int) -> list[int]:
    """The places in the image of pointers to `to`; empty if there are too many."""
    pointer = image.pointer(to)
    places = image.find(re.compile(re.escape(pointer)), len(pointer), len(pointer))
    found = list(islice(places, _MOST_PLACES + 1))
    return [] if len(found) > _MOST_PLACES else found


def _offsets(types: Types, name: str, members: Iterable[str]) -> Mapping[str, int] | None:
    """Offsets of members of a struct; None if a member is missing or has several offsets."""
    found = {member: types.offsets(name, member) for member in members}
    if any(len(offsets) != 1 for offsets in found.values()):
        return None
    return {member: min(offsets) for member, offsets in found.items()}
