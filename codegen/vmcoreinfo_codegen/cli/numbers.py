# SPDX-License-Identifier: MIT
"""Numbers that options take."""

from __future__ import annotations

import argparse


def address(text: str) -> int:
    try:
        number = int(text, 0)
    except ValueError:
        number = -1
    if number < 0:
        raise argparse.ArgumentTypeError(f"'{text}' is no address, as 0x40000000")
    return number
