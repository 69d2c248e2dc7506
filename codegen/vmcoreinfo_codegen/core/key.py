# SPDX-License-Identifier: MIT
"""Keys exactly as the kernel prints them, and what their form says."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

_WRAPPED = re.compile(r"(SYMBOL|SIZE|OFFSET|LENGTH|NUMBER)\(([^()\s=]+)\)")

# The same as in the grammar of the schema.
_IN_SCHEMA = re.compile(
    r"(SYMBOL|SIZE|OFFSET|LENGTH|NUMBER)\([A-Za-z0-9_.:>\[\]-]+\)"
    r"|[A-Z][A-Z0-9_]*(-[A-Z][A-Z0-9_]*)*"
)
_PRINTABLE = re.compile(r"[!-<>-~]{1,256}")


class Kind(StrEnum):
    """What an entry describes, according to its key."""

    SYMBOL = "SYMBOL"
    SIZE = "SIZE"
    OFFSET = "OFFSET"
    LENGTH = "LENGTH"
    NUMBER = "NUMBER"
    CONFIG = "CONFIG"
    BARE = "bare"


# A schema has some 200 keys, and their kinds are needed again and again.
@lru_cache(maxsize=4096)
def kind_of(key: str) -> Kind:
    match = _WRAPPED.fullmatch(key)
    if match:
        return Kind(match[1])
    return Kind.CONFIG if key.startswith("CONFIG_") else Kind.BARE


def argument_of(key: str) -> str:
    """What the key describes: `page.flags` for `OFFSET(page.flags)`, else the key itself."""
    match = _WRAPPED.fullmatch(key)
    return match[2] if match else key


def identifier_of(key: str) -> str:
    """The key as an identifier in C and Python: `OFFSET_page_flags`, `BUILD_ID`."""
    return re.sub(r"\W+", "_", key).strip("_")


def is_printable(key: str) -> bool:
    """Whether a note can have a line with this key: visible ASCII without `=`."""
    return _PRINTABLE.fullmatch(key) is not None


def is_in_form(key: str) -> bool:
    """Whether a schema can have an entry with this key."""
    return is_printable(key) and _IN_SCHEMA.fullmatch(key) is not None
