# SPDX-License-Identifier: MIT
"""Why products are not made, or not written."""

from __future__ import annotations


class NoProduct(Exception):
    """The schema lacks something, or has too much, for a target."""


class NotOurs(Exception):
    """A file or a link in the place of a product that must not be replaced; the message says
    why.
    """
