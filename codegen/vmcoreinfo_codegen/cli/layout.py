# SPDX-License-Identifier: MIT
"""Text for people: wrapped at the width of the terminal, with verdicts in colour.

Output that is not a terminal gets one line per row and no colour, whatever the environment says.
"""

from __future__ import annotations

import os
import re
import sys

from .terminal import has_colours, on_one_line, printable, unfiltered

# textwrap is loaded only when needed, so that `parse` starts fast.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TextIO

NARROWEST = 40
"""Lines are never wrapped to fewer columns."""
_WIDEST_PROSE = 100
_GAP = "  "
_NARROWEST_COLUMN = 6
_COLOURS = {
    "ok": "32",
    "fallback": "32",
    "degraded": "33",
    "unknown": "35",
    "wrong": "31",
    "fatal": "1;31",
    "error": "31",
    "warning": "33",
    "info": "36",
}
# At the start, or after punctuation or a wide space, as in `7.3: fatal, seen`; not in a sentence.
_VERDICT = rf"(?:^|(?<=[:;,] )|(?<=  ))({'|'.join(_COLOURS)})(?=$|[ ,;:])"
_WITH_VERDICTS = {"VERDICT", "SEVERITY", "PREDICTED", "CAME", "ENDS BY", "FAILS ON"}


def columns(stream: TextIO | None = None) -> int | None:
    """The width of the terminal of a stream, by default stdout; None if it is not a terminal."""
    stream = stream or sys.stdout
    if not stream.isatty():
        return None
    width = named_columns()
    if not width:
        try:
            width = os.get_terminal_size(stream.fileno()).columns
        except (OSError, ValueError):
            width = 0
    return max(width or 80, NARROWEST)


def named_columns() -> int:
    """COLUMNS from the environment; 0 if it is not a positive number."""
    try:
        return max(int(os.environ.get("COLUMNS", "")), 0)
    except ValueError:
        return 0


def prose_width(default: int, stream: TextIO | None = None) -> int:
    """The length of a line of prose; `default` if the stream is not a terminal."""
    width = columns(stream)
    return default if width is None else min(width, _WIDEST_PROSE)


def wrapped(
    text: str,
    indent: str = "",
    more: str = "",
    stream: TextIO | None = None,
    width: int | None = None,
) -> str:
    """A line, wrapped on a terminal: `indent` is before its first part, `more` before the others.

    With a `width` it is wrapped to that width, whatever the stream.
    """
    width = width or columns(stream)
    if width is None or len(indent) + len(text) <= width:
        return indent + text
    import textwrap

    return "\n".join(
        textwrap.wrap(
            text,
            width,
            initial_indent=indent,
            subsequent_indent=more,
            break_on_hyphens=False,
            break_long_words=False,
        )
    )


def print_verdicts(text: str, stream: TextIO | None = None) -> None:
    """Print lines, with verdicts and severities in colour if the terminal has colours."""
    stream = stream or sys.stdout
    if has_colours(stream):
        lines = [_painted(line) for line in printable(text).split("\n")]
        unfiltered(stream).write("\n".join(lines) + "\n")
    else:
        stream.write(f"{text}\n")


def _painted(text: str) -> str:
    return re.sub(_VERDICT, lambda found: f"\x1b[{_COLOURS[found[1]]}m{found[1]}\x1b[0m", text)


class Table:
    """A table written in parts: a column is as wide as its widest cell so far.

    On a terminal cells are wrapped so that the table fits.
    """

    def __init__(self, header: Sequence[str], out: TextIO | None = None) -> None:
        self._header = [*header]
        self._out = out or sys.stdout
        self._widths: list[int] = []

    def write(self, rows: Sequence[Sequence[str]]) -> None:
        table = [[on_one_line(cell) for cell in row] for row in rows]
        if not self._widths:
            table = [self._header, *table]
            self._widths = [0] * len(self._header)
        columns_of_table = list(zip(*table)) if table else [()] * len(self._widths)
        self._widths = [
            max([width, *map(len, cells)]) for width, cells in zip(self._widths, columns_of_table)
        ]
        widths = self._fitted(columns_of_table)
        colours = has_colours(self._out)
        for row in table:
            for line in _lines(row, widths, self._widths):
                if colours and row is not self._header:
                    # Cells are printable already, so the only escape sequences are our own.
                    unfiltered(self._out).write(f"{self._in_colour(line, widths)}\n")
                else:
                    self._out.write(f"{_joined(line, widths)}\n")

    def _in_colour(self, line: Sequence[str], widths: Sequence[int]) -> str:
        cells = [
            _painted(cell) + " " * (width - len(cell))
            if name in _WITH_VERDICTS
            else cell.ljust(width)
            for name, cell, width in zip(self._header, line, widths)
        ]
        return _GAP.join(cells).rstrip()

    def _fitted(self, cells: Sequence[Sequence[str]]) -> list[int]:
        width = columns(self._out)
        room = None if width is None else width - len(_GAP) * (len(self._widths) - 1)
        if room is None or sum(self._widths) <= room:
            return self._widths
        words = [
            max((len(word) for cell in column for word in cell.split()), default=0)
            for column in cells
        ]
        return fitted(self._widths, words, room)


def fitted(natural: Sequence[int], words: Sequence[int], room: int) -> list[int]:
    """Widths of columns that fit in `room`, if possible as wide as their longest words.

    The rest goes to the columns that need least first, so that few of them are wrapped.
    """
    widths = [min(pair) for pair in zip(natural, words)]
    while sum(widths) > room and max(widths) > _NARROWEST_COLUMN:
        widest = widths.index(max(widths))
        widths[widest] -= min(sum(widths) - room, max(1, (widths[widest] - _NARROWEST_COLUMN) // 2))
    left = room - sum(widths)
    needing = sorted(range(len(widths)), key=lambda column: natural[column] - widths[column])
    for place, column in enumerate(needing):
        more = min(natural[column] - widths[column], max(left, 0) // (len(needing) - place))
        widths[column] += more
        left -= more
    return widths


def _lines(
    row: Sequence[str], widths: Sequence[int], natural: Sequence[int]
) -> Iterator[Sequence[str]]:
    if widths is natural or all(len(cell) <= width for cell, width in zip(row, widths)):
        yield row
        return
    import textwrap
    from itertools import zip_longest

    parts = [
        textwrap.wrap(cell, max(width, 1), break_on_hyphens=False) or [""]
        for cell, width in zip(row, widths)
    ]
    yield from zip_longest(*parts, fillvalue="")


def _joined(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip()
