# SPDX-License-Identifier: MIT
"""Verdicts of tools on kernels, for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ..product import Product
from .listed import Listed, listed_products


class Verdicts(BaseModel):
    """Kernels in a row for which releases of a tool come to the same verdict, on architectures alike."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    consumer: str
    releases: list[str]
    architectures: list[str]
    first: str = Field(description="mainline release that the run begins with")
    last: str = Field(description="mainline release that it ends with, itself in it")
    verdict: Literal["ok", "degraded", "wrong", "fatal"]
    purposes: list[str] = Field(description="those that come to this verdict; none where it is ok")


class VerdictTable(Listed):
    """`generated/tables/compat.json`"""

    runs: list[Verdicts]


def verdict_products(found: Sequence[Verdicts]) -> list[Product]:
    marks = {"releases": " ", "architectures": " ", "purposes": "; "}
    return listed_products("compat", VerdictTable, "runs", Verdicts, found, marks, ["purposes"])
