# SPDX-License-Identifier: MIT
"""Verdicts of tools on kernels, for machines."""

from __future__ import annotations

from collections.abc import Sequence

from ...query.interface.consumers import Overall
from ...record import Record, described
from ..product import Product
from .listed import Listed, listed_products


class Verdicts(Record):
    """Successive kernels on which releases of a tool have the same verdict."""

    consumer: str
    releases: list[str]
    architectures: list[str]
    first: str = described("first mainline release of the run")
    last: str = described("last mainline release of the run, inclusive")
    verdict: Overall
    worked_out: Overall | None = described("the verdict from the schema, if the verdict is unknown")
    seen: list[str] = described("kernels of the run on which the releases were tested")
    purposes: list[str] = described("the purposes with this verdict; none if it is ok")


class VerdictTable(Listed):
    """`generated/tables/compat.json`"""

    runs: list[Verdicts]


def verdict_products(found: Sequence[Verdicts]) -> list[Product]:
    marks = {"releases": " ", "architectures": " ", "seen": " ", "purposes": "; "}
    return listed_products("compat", VerdictTable, "runs", Verdicts, found, marks, ["purposes"])
