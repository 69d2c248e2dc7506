# SPDX-License-Identifier: MIT
"""The memory in a dump or an image, on the command line."""

from __future__ import annotations

import argparse
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from ..dump.live import is_kcore
from ..dump.memory import PhysicalMemory
from ..dump.source import File
from .debuginfo import told
from .failure import Failure


def add_memory_start(parser: argparse.ArgumentParser, of: str, otherwise: str) -> None:
    """Add `--memory-start`, for the file `of`; `otherwise` is the default."""
    parser.add_argument(
        "--memory-start",
        metavar="ADDRESS",
        type=_address,
        help=f"the physical address of the first byte of {of}, if that is a raw image (default: {otherwise})",
    )


@contextmanager
def open_memory(
    image: str, live: str, said: int | None, known: int | None = None
) -> Iterator[PhysicalMemory]:
    """The memory in a file.

    `live` tells what to use for the running kernel instead, `said` is --memory-start, and `known`
    the start of a raw image if that is not given. Raises Failure if the file has no memory that can
    be read by address.
    """
    pipe = "memory can't be read from a pipe; save it to a file first"
    if image == "-":
        raise Failure(f"<stdin>: {pipe}")
    if is_kcore(image):
        raise Failure(f"{image}: the running kernel's memory; {live}")
    if stat.S_ISFIFO(os.stat(image).st_mode):
        raise Failure(f"{image}: {pipe}")
    with told(lambda: File(image)) as source:
        memory = told(lambda: PhysicalMemory(source, known if said is None else said))
        if said is not None and not memory.is_raw:
            raise Failure(
                f"{image} is not a raw image, so its addresses are known; leave out --memory-start"
            )
        yield memory


def _address(text: str) -> int:
    try:
        address = int(text, 0)
    except ValueError:
        address = -1
    if address < 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not an address, e.g. 0x40000000")
    return address
