# SPDX-License-Identifier: MIT
"""The buffers that the kernel prints a note into."""

from __future__ import annotations

from ..core.release import Release
from .architecture import Architecture

LINE_ROOM = 79
"""The size of a line in bytes, including the newline.

vmcoreinfo_append_str() prints into 0x50 bytes; what does not fit is cut, and the line runs into the
next (every release since 2.6.24, kernel/vmcore_info.c).
"""

_PAGE_SINCE = Release.parse("4.13")


def text_room(release: Release, arch: Architecture, page: int | None = None) -> int:
    """The size in bytes of the buffer for all lines; what does not fit is dropped.

    It is 4096 up to 4.12. Since 4.13 it is one page: of `page` bytes, or the smallest of the
    architecture.
    """
    return (page or arch.page) if release.opening >= _PAGE_SINCE.opening else 4096
