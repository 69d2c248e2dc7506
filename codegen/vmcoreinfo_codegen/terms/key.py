# SPDX-License-Identifier: MIT
"""Keys exactly as the kernel prints them, and what their shape tells."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

_WRAPPED = re.compile(r"(SYMBOL|SIZE|OFFSET|LENGTH|NUMBER)\(([^()\s=]+)\)")


class Kind(StrEnum):
    """What an entry describes; its key says which."""

    SYMBOL = "SYMBOL"
    SIZE = "SIZE"
    OFFSET = "OFFSET"
    LENGTH = "LENGTH"
    NUMBER = "NUMBER"
    CONFIG = "CONFIG"
    BARE = "bare"


# A schema has some 200 keys, and asks for the kind of each over and over.
@lru_cache(maxsize=4096)
def kind_of(key: str) -> Kind:
    match = _WRAPPED.fullmatch(key)
    if match:
        return Kind(match[1])
    return Kind.CONFIG if key.startswith("CONFIG_") else Kind.BARE


def argument_of(key: str) -> str:
    """What the key is about: `page.flags` of `OFFSET(page.flags)`, else the key itself."""
    match = _WRAPPED.fullmatch(key)
    return match[2] if match else key


def identifier_of(key: str) -> str:
    """The key as an identifier in C and Python: `OFFSET_page_flags`, `BUILD_ID`."""
    return re.sub(r"\W+", "_", key).strip("_")
