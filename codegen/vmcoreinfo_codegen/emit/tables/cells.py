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
    """The CSV file, and a file with licence and stamp beside it, as CSV has no comments.

    Columns in `texts` are for people: a text that a spreadsheet would evaluate gets an apostrophe
    in front. All others are unchanged.
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
