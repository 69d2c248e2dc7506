# SPDX-License-Identifier: MIT
"""The meaning of signs and words."""

from __future__ import annotations

from ...model.vocabulary import Format, Unit, Verdict
from ..product import Product
from .facts import Facts
from .page import page, row, table, verdict

PLACE = "legend.html"


def product(facts: Facts) -> Product:
    verdicts = [
        row([verdict(one), one.doc], one.value) for one in Verdict if one is not Verdict.FALLBACK
    ]
    context = {
        "verdicts": table("Verdicts", ["Verdict", "Meaning"], verdicts),
        "formats": table(
            "Formats of values",
            ["Format", "How the kernel prints it"],
            [_word(one) for one in Format],
        ),
        "units": table("Units", ["Unit", "Meaning"], [_word(one) for one in Unit]),
        "latest": str(facts.schema.latest),
    }
    return page(facts.schema, "legend", PLACE, "Legend", context)


def _word(one: Format | Unit) -> dict[str, object]:
    return row([one.value, one.doc.replace("`", "")], one.value)
