# SPDX-License-Identifier: MIT
"""A kernel's `.config`, plain or compressed (`/proc/config.gz`)."""

from __future__ import annotations

import re
from pathlib import Path

from ..files.compressed import CompressedError, read_file

_LINE = re.compile(r"^(CONFIG_\w++)=(.*)$", re.MULTILINE)
_NUMBER = re.compile(r"0x[0-9a-fA-F]+|[1-9][0-9]*|0")
_MOST_BYTES = 16 << 20
_BITS = 64


class ConfigError(Exception):
    """A file that is not a kernel configuration."""


def read_config(path: Path) -> dict[str, bool | int]:
    """Every symbol that is set: its number, or True. Raises ConfigError, OSError."""
    try:
        return parse_config(read_file(path, _MOST_BYTES), str(path))
    except CompressedError as error:
        raise ConfigError(str(error)) from error


def parse_config(data: bytes, name: str) -> dict[str, bool | int]:
    """Every symbol that is set in the contents of a `.config`. Raises ConfigError."""
    found: dict[str, bool | int] = {}
    text = data.decode("utf-8", "replace")
    for match in _LINE.finditer(text):
        value = match[2].strip()
        if not _NUMBER.fullmatch(value):
            found[match[1]] = value != "n"
        elif len(value) <= _BITS and not int(value, 0) >> _BITS:
            found[match[1]] = int(value, 0)
        else:
            line = text.count("\n", 0, match.start()) + 1
            raise ConfigError(f"{name}:{line}: {match[1]}: a number of more than {_BITS} bits")
    if not found:
        raise ConfigError(f"{name}: not a kernel configuration: no CONFIG_…=… line")
    return found
