# SPDX-License-Identifier: MIT
"""What all answers share."""

from __future__ import annotations

from ...record import Record


class Answer(Record):
    """What a verb prints, or a part of it."""
