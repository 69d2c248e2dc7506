# SPDX-License-Identifier: MIT
"""All printed text passes through here, so that input can't control the terminal.

Names in dumps and trees, values of notes and file names may contain any bytes. Characters that
would move the cursor, colour, hide or reorder text are shown as escapes (`\\x1b`) instead.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

# C0 without tab and newline, DEL, C1; direction marks and overrides, line separators, surrogates
# (bytes of file names that are not UTF-8, and invalid characters), the BOM.
_UNSAFE = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
# Python's `surrogateescape` maps bytes that are not UTF-8 to these.
_BYTES = range(0xDC80, 0xDD00)


def printable(text: str) -> str:
    """The text as it can be shown to people; newlines and tabs stay."""
    # None of these characters is printable for Python, and most texts are completely: compiling the
    # pattern would take longer than printing all of them.
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return re.sub(_UNSAFE, _escape, text)


def on_one_line(text: str) -> str:
    """The printable text of a cell or a name, which must not add lines."""
    return printable(text).replace("\n", "\\n")


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code in _BYTES:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


class Printed:
    """A text stream whose output is made printable; everything else is the original stream's."""

    def __init__(self, stream: TextIO, name: str) -> None:
        self.stream = stream
        self.name = name

    def write(self, text: str) -> int:
        with named(self):
            self.stream.write(printable(text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        with named(self):
            self.stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextmanager
def named(stream: TextIO | Printed) -> Iterator[None]:
    """Adds the name of the stream to its errors."""
    try:
        yield
    except OSError as error:
        error.filename = getattr(stream, "name", None)
        raise


def unfiltered(stream: TextIO) -> TextIO:
    """The original stream, for our own escape sequences."""
    return stream.stream if isinstance(stream, Printed) else stream


def has_colours(stream: TextIO) -> bool:
    """Whether a stream is a terminal with colours; a non-empty NO_COLOR turns them off."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def write_coloured(text: str, colour: str) -> None:
    """Write to standard output in a colour (`31`), if it is a terminal that has colours."""
    stream = unfiltered(sys.stdout)
    if has_colours(stream):
        stream.write(f"\x1b[{colour}m{printable(text)}\x1b[0m")
    else:
        stream.write(printable(text))


@contextmanager
def streams() -> Iterator[None]:
    """Standard streams as the command needs them, even if the caller closed some."""
    _open_closed()
    before = sys.stdin, sys.stdout, sys.stderr
    # What is opened here lives as long as the process, so no `with` (SIM115).
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115
    sys.stdout = _printed(sys.stdout, 1, "standard output")
    sys.stderr = _printed(sys.stderr, 2, "standard error")
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = before


def _printed(stream: TextIO | None, number: int, name: str) -> TextIO:
    # It lives as long as the process, so no `with` (SIM115).
    stream = stream or open(number, "w", closefd=False)  # noqa: SIM115
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        # Results are shown in any locale.
        reconfigure(errors="backslashreplace")
    return cast(TextIO, Printed(stream, name))


def _open_closed() -> None:
    """Open those of descriptors 0 to 2 that are closed, so that using them fails.

    Otherwise the next opened file could become standard output.
    """
    while True:
        descriptor = os.open(os.devnull, os.O_RDONLY)
        if descriptor > 2:
            os.close(descriptor)
            return
        if descriptor == 0:
            os.close(descriptor)
            os.open(os.devnull, os.O_WRONLY)


def silence(stream: TextIO) -> None:
    """Prevent further writes to a stream that failed, also at the end of the process."""
    try:
        number = stream.fileno()
    except (OSError, ValueError):
        return
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, number)
    os.close(null)
