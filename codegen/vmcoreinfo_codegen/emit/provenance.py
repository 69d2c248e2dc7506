# SPDX-License-Identifier: MIT
"""Products that stand somewhere, found by their stamps, and what changed in them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..core.key import identifier_of
from ..files.reading import read_regular
from ..model import Schema
from .backend import packings
from .stamp import Stamp, StampError, read_stamp

_MOST_BYTES = 1 << 25


@dataclass(frozen=True)
class Standing:
    """A product as it stands: its path, its text, and what it says of itself."""

    path: Path
    text: str
    stamp: Stamp

    @property
    def request(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The arguments of its command, and its keys."""
        return self.stamp.arguments, tuple(pattern.text for pattern in self.stamp.patterns)


def standing_in(folder: Path, other_targets: Iterable[str], problems: list[str]) -> list[Standing]:
    """Every product below a folder that is of no other target; hidden folders and links are
    passed over. Stamps that can't be read are problems.
    """
    others = set(other_targets)
    found = []
    for path in _files(folder):
        try:
            product = _standing(path)
        except StampError as error:
            problems.append(str(error))
            continue
        if product and others.isdisjoint(product.stamp.arguments[:1]):
            found.append(product)
    return found


def standing_at(path: Path) -> list[Standing]:
    """The parser in a file, and what stands beside it by the same command. Raises StampError."""
    product = _standing(path)
    if product is None:
        raise StampError(f"{path}: error: nothing in it says that vmcoreinfo made it")
    others = [p for p in sorted(path.parent.iterdir()) if _can_be_ours(p) and p.is_file()]
    beside = [_standing_or_none(other) for other in others if not other.samefile(path)]
    return [product, *(o for o in beside if o is not None and o.request == product.request)]


def keys_in(schema: Schema, path: Path, text: str) -> set[str]:
    """The keys that a file of a parser gives names to."""
    patterns = [p.key_name for p in packings() if p.key_name and p.has(path.name)]
    names = {name for pattern in patterns for name in pattern.findall(text)}
    return {key for key in schema.by_key if identifier_of(key) in names}


def _standing_or_none(path: Path) -> Standing | None:
    """What stands in a file that nobody asked for; a stamp that can't be read is none."""
    try:
        return _standing(path)
    except StampError:
        return None


def _standing(path: Path) -> Standing | None:
    data = read_regular(path, _MOST_BYTES, lambda message: StampError(f"{path}: error: {message}"))
    text = data.decode("utf-8", "replace")
    stamp = read_stamp(text, str(path))
    return Standing(path, text, stamp) if stamp else None


def _can_be_ours(path: Path) -> bool:
    return any(packing.has(path.name) for packing in packings())


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            if _can_be_ours(path) and path.is_file() and not path.is_symlink():
                yield path


def each_once(products: Iterable[Standing]) -> list[Standing]:
    """Without what was found a second time, by another way."""
    return list({product.path.resolve(): product for product in products}.values())
