# SPDX-License-Identifier: MIT
"""Small files that come as they are, or compressed by gzip or xz (`/proc/config.gz`)."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import zlib
from pathlib import Path

from .opening import open_to_read


class CompressedError(Exception):
    """A compressed file that is damaged, or larger than such a file can be."""


def read_file(path: Path, most: int) -> bytes:
    """The whole content, unpacked. Raises CompressedError where it is more than `most` bytes, OSError."""
    with os.fdopen(open_to_read(str(path)), "rb") as file:
        data = file.read(most + 1)
    try:
        if data.startswith(b"\x1f\x8b"):
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as zipped:
                data = zipped.read(most + 1)
        elif data.startswith(b"\xfd7zXZ"):
            with lzma.LZMAFile(io.BytesIO(data)) as packed:
                data = packed.read(most + 1)
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise CompressedError(f"{path}: damaged: {error}") from error
    if len(data) > most:
        raise CompressedError(f"{path}: more than {most} bytes; it is something else")
    return data
