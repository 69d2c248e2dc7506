# SPDX-License-Identifier: MIT
"""Tables for people, JSON for machines."""

from __future__ import annotations

import sys

# csv and json are loaded where they are used: `parse` starts without them.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns of the width of their widest cell, the last one as it is."""
    table = [list(header), *(list(row) for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(header))]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths)]
        print("  ".join(cells).rstrip())


def print_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)


def print_json(answer: object) -> None:
    import json

    print(json.dumps(answer, indent=2, ensure_ascii=False))


def counted(number: int, word: str) -> str:
    """`1 difference`, `2 differences`."""
    return f"{number} {word}{'' if number == 1 else 's'}"
