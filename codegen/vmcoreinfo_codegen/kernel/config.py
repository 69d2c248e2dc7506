# SPDX-License-Identifier: MIT
"""A kernel's `.config`, as it is or compressed (`/proc/config.gz`)."""

from __future__ import annotations

import re
from pathlib import Path

from ..compressed import CompressedError, read_file

_LINE = re.compile(r"^(CONFIG_\w+)=(.*)$", re.MULTILINE)
# Kconfig has numbers of 64 bits.
_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,16}|[1-9][0-9]{0,19}|0")
_MOST_BYTES = 16 << 20


class ConfigError(Exception):
    """A file that is no kernel configuration."""


def read_config(path: Path) -> dict[str, bool | int]:
    """Every symbol that is on: its number, or True. Raises ConfigError, OSError."""
    try:
        data = read_file(path, _MOST_BYTES)
    except CompressedError as error:
        raise ConfigError(str(error)) from error
    found: dict[str, bool | int] = {}
    for match in _LINE.finditer(data.decode("utf-8", "replace")):
        value = match[2].strip()
        number = _NUMBER.fullmatch(value)
        found[match[1]] = int(value, 0) if number else value != "n"
    if not found:
        raise ConfigError(f"{path}: no line CONFIG_…=… in it, so no kernel configuration")
    return found
