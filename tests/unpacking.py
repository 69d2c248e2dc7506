# SPDX-License-Identifier: MIT
"""Archives are unpacked by every Python that the tests run with."""

from __future__ import annotations

import tarfile
from collections.abc import Iterable
from pathlib import Path


def unpack(
    archive: tarfile.TarFile, folder: Path, members: Iterable[tarfile.TarInfo] | None = None
) -> None:
    """All of it, or some members. Debian's 3.11.2 has no filters, which came with 3.11.4."""
    if hasattr(tarfile, "data_filter"):
        archive.extractall(folder, members, filter="data")
    else:
        archive.extractall(folder, members)
