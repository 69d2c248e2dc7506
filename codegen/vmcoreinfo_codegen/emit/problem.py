# SPDX-License-Identifier: MIT
"""Why products are not made, or not written."""

from __future__ import annotations


class NoProduct(Exception):
    """What the schema lacks, or has too much of, for a target."""


class NotOurs(Exception):
    """A file or a link that is where a product is to be written, and why it stays."""
