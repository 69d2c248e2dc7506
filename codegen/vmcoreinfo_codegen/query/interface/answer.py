# SPDX-License-Identifier: MIT
"""What all answers share."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """What a verb prints, or a part of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
