# SPDX-License-Identifier: MIT
"""A schema that a product can't be made of."""

from __future__ import annotations


class NoProduct(Exception):
    """What the schema lacks, or has too much of, for a target."""
