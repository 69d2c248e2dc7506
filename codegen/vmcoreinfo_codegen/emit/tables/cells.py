# SPDX-License-Identifier: MIT
"""Tables as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence

from ...cells import guarded
from ..product import Product, model_hash, render


def csv_and_licence(
    name: str, columns: Sequence[str], rows: Sequence[Mapping[str, str]], texts: Collection[str]
) -> list[Product]:
    """A header and the rows, and the licence with the stamp beside, as CSV has no comments.

    Columns in `texts` are for people: one that a spreadsheet would work out has an apostrophe in
    front. All others are as the schema has them.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({k: guarded(v) if k in texts else v for k, v in row.items()})
    stamp = model_hash({"rows": rows})
    return [
        Product(f"tables/{name}.csv", text.getvalue()),
        render("tables", "csv.license.j2", f"tables/{name}.csv.license", {"name": name}, stamp),
    ]
