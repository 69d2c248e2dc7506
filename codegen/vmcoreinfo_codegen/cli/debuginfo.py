# SPDX-License-Identifier: MIT
"""A kernel's types, symbols and configuration on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ..debuginfo.problem import DebugInfoError
from ..dump.problem import DumpError
from ..kernel.config import ConfigError
from .failure import Failure

_Answer = TypeVar("_Answer")


def add_kernel_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        metavar="FILE",
        type=Path,
        help="the kernel's .config, plain or compressed like /proc/config.gz",
    )
    parser.add_argument(
        "--btf", metavar="FILE", type=Path, help="the kernel's types, e.g. /sys/kernel/btf/vmlinux"
    )
    parser.add_argument(
        "--vmlinux",
        metavar="FILE",
        type=Path,
        help="the kernel's vmlinux: types, symbols, release and build ID",
    )
    parser.add_argument(
        "--symbols",
        metavar="FILE",
        type=Path,
        help="System.map, or /proc/kallsyms of the same boot",
    )


def told(ask: Callable[[], _Answer]) -> _Answer:
    """The result of a reader; errors of its files become a Failure."""
    try:
        return ask()
    except (ConfigError, DebugInfoError, DumpError) as error:
        raise Failure(str(error)) from error
