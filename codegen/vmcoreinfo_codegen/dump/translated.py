# SPDX-License-Identifier: MIT
"""Memory of a dump at kernel virtual addresses, through drgn (extra `dump`).

drgn needs only the note to translate, no debug information. It reads ELF, kdump-compressed and
flattened dumps, and the running kernel.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .names import LIVE
from .problem import DumpError

if TYPE_CHECKING:
    from collections.abc import Callable


def reader(path: str, text: bytes) -> Callable[[int, int], bytes]:
    """A function that reads (address, size); it opens the dump at the first read.

    The function raises DumpError if the dump can't be opened, and drgn's `FaultError` if the dump
    has nothing at an address.
    """
    program: Any = None

    def read(address: int, size: int) -> bytes:
        nonlocal program
        if program is None:
            program = _opened(path, text)
        data: bytes = program.read(address, size)
        return data

    return read


def _opened(path: str, text: bytes) -> Any:
    try:
        import drgn
    except ImportError as error:
        raise DumpError(
            f"{path}: drgn is needed to read its memory; install it with: pip install drgn"
        ) from error
    try:
        if path == LIVE:
            program = drgn.Program()
            program.set_kernel()
        else:
            program = drgn.Program(vmcoreinfo=text)
            program.set_core_dump(os.fsencode(path))
    # drgn raises plain Exception if a dump is damaged.
    except Exception as error:
        raise DumpError(f"{path}: drgn can't open it: {error}") from error
    return program
