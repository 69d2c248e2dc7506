# SPDX-License-Identifier: MIT
"""Tables as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence

from ...cells import guarded


def csv_text(
    columns: Sequence[str], rows: Iterable[Mapping[str, str]], texts: Collection[str]
) -> str:
    """A header and the rows. Columns in `texts` are for people: one that a spreadsheet would work out
    has an apostrophe in front. All others are as the schema has them.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({k: guarded(v) if k in texts else v for k, v in row.items()})
    return text.getvalue()
