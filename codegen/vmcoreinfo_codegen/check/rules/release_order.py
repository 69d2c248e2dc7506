# SPDX-License-Identifier: MIT
from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from ...model.schema import Schema
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    for declared in schema.releases:
        if declared.release != declared.release.branch:
            message = f"{declared.release} is declared, but only mainline releases are"
            yield declared.location, message
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?", declared.date):
            yield declared.location, f"{declared.date} is not a date"
    for before, after in itertools.pairwise(schema.releases):
        if after.release <= before.release:
            yield after.location, f"{after.release} is declared after {before.release}"
        elif after.date < before.date[: len(after.date)]:
            yield after.location, f"{after.release} is dated before {before.release}"


RULE = Rule(
    id="VMCI026",
    name="release-order",
    doc="Mainline releases are declared once, in order, with increasing dates.",
    example="""
release 6.11	2024-09-15
release 6.12	2023-11-17 ### 6.12 is dated before 6.11
""",
    check=_check,
)
