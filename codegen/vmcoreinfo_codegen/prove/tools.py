# SPDX-License-Identifier: MIT
"""The tools that can be proved, one module each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from . import crash, drgn, libkdumpfile, makedumpfile
from .tool import Tool
from .wanted import Wanted

TOOLS: dict[str, Callable[[Wanted, Path], Tool]] = {
    "makedumpfile": makedumpfile.tool,
    "drgn": drgn.tool,
    "libkdumpfile": libkdumpfile.tool,
    "crash": crash.tool,
}
"""Functions that make a tool; they may run it in a folder to get its release, and raise
ProveError.
"""
