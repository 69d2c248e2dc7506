# SPDX-License-Identifier: MIT
"""Notes as people post them: in mails, issues and logs, with something before each line.

Tools that print notes indent them (`help -D` of crash, `eu-readelf -n`, makedumpfile), consoles put
time and process before them, mail programs `> `, authors of comments `//`. So an entry is
`KEY=VALUE` where a kernel's key can begin, whatever is before it. Entries belong together if the
text before them is the same except for digits.
"""

from __future__ import annotations

import binascii
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from vmcoreinfo import ENTRIES

from ..limits import Limit
from . import notes
from .problem import DumpError
from .source import PIPE_ROOM

MOST_BYTES = PIPE_ROOM - 1
"""Bytes of a mail or a log that are searched."""

LEAST_ENTRIES = 3
"""A text not called a note has a note if it has this many entries; two can be in a sentence."""

_LONGEST_GAP = 40
_LONGEST_FRONT = 200
_LONGEST_TAIL = 200

# Known keys without parentheses: most words in capitals before a `=` in a shell's log are no keys.
_BARE = "|".join(re.escape(key) for key in ENTRIES if "(" not in key).encode()
_ENTRY = re.compile(
    rb"""(?<![^\s\0>|:\]"'`*/\#;,({])  # what ends a front
    ((?:SYMBOL|OFFSET|SIZE|LENGTH|NUMBER|[A-Z]{3,12})\([^()\s=]{1,100}\)|%s)
    =([0-9A-Za-z.+~_:@%%-]{1,128})"""
    % _BARE,
    re.VERBOSE,
)
_BETWEEN = re.compile(rb"[\s,;\"'`]*")
# Closing quotes of a string, tags of a page; after a blank, a comment.
_TAIL = re.compile(rb"(?:[\s\0\"'`,;)}\]\\]|<[^<>]{0,80}>)*(?:\Z|(?<=\s)(?:[<#/;(!-]|[\x80-\xff]))")
_CHANGING = re.compile(rb"0x[0-9a-fA-F]+|[0-9.]+")
_BLANKS = re.compile(rb"\s+")
_BLANK_QUOTES = re.compile(rb"(?<=>) (?=>)")
_NEAR = re.compile(rb"\b(?:OSRELEASE|PAGESIZE|VMCOREINFO|(?:SYMBOL|OFFSET|SIZE|NUMBER|LENGTH)\()")
_ENCODING = re.compile(
    rb"^content-transfer-encoding:[ \t]*(quoted-printable|base64)[ \t]*\r?$",
    re.IGNORECASE | re.MULTILINE,
)
_COLOUR = re.compile(rb"\x1b\[[0-9;]{0,20}[A-Za-z]")
_BLANK_LINE = re.compile(rb"\n\r?\n")
_BOUNDARY = re.compile(rb"^--[^\s=]", re.MULTILINE)
_BYTE_ORDER_MARKS = (
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xef\xbb\xbf", "utf-8"),
)


class Entry(NamedTuple):
    """An entry on a line, counted from 1.

    `front` is the text before it, `alike` the same without what changes from line to line.
    """

    line: int
    front: bytes
    alike: bytes
    key: bytes
    value: bytes
    ends_input: bool


class Posted(NamedTuple):
    """The text of a note as the kernel made it, and the line in the post (from 1) of each of its
    lines.

    `front` is the text before the last entry, `between` the number of lines between the entries
    that were skipped.
    """

    text: bytes
    lines: tuple[int, ...]
    front: bytes
    between: int

    @property
    def release(self) -> str:
        """The release in the first line; empty if the post doesn't have that line."""
        first = self.text.split(b"\n", 1)[0]
        return first[len(_RELEASE) :].decode("ascii") if first.startswith(_RELEASE) else ""

    @property
    def where(self) -> str:
        """Release, number of entries and lines, for people."""
        release = self.release or "no OSRELEASE"
        return f"{release} ({len(self.lines)} entries, lines {self.lines[0]} to {self.lines[-1]})"


_RELEASE = b"OSRELEASE="


def is_plain(data: bytes) -> bool:
    """Whether the data are a note as they are, valid or not.

    Then the first line does not begin with words, most lines begin with a key, and nothing follows
    the values.
    """
    lines = [line for line in data.split(b"\n") if line.strip()]
    plain = sum(map(_is_plain_line, lines))
    return 2 * plain >= len(lines) and not (lines and _has_words(lines[0]))


def _has_words(line: bytes) -> bool:
    front = line.partition(b"=")[0].strip()
    return b" " in front and front.isascii() and front.decode("ascii").isprintable()


def _is_plain_line(line: bytes) -> bool:
    key, equals, _ = line.partition(b"=")
    return bool(equals) and key[:1].isalpha() and b" " not in key and line[-1:] not in b"\r\t "


def find_posted(data: bytes, name: str) -> list[Posted]:
    """Every note in a mail, an issue or a log, the one to read first; excerpts of it are left out.

    Raises DumpError if there are more entries than in any post.
    """
    found: dict[bytes, Posted] = {}
    for entries in _apart(_entries(_decoded(data), name)):
        note = _note(entries)
        found.setdefault(note.text, note)
    fullest = max(found.values(), key=lambda note: len(note.lines), default=None)
    if fullest is None:
        return []
    lines = set(fullest.text.split(b"\n"))
    others = [
        note
        for note in found.values()
        if note is fullest or not lines.issuperset(note.text.split(b"\n"))
    ]
    # The first that is more than the beginning of a note.
    return sorted(others, key=lambda note: 2 * len(note.lines) < len(fullest.lines))


def nearest(data: bytes) -> tuple[int, str] | None:
    """The line, and its number from 1, that looks most like a line of a note, for a message."""
    found = _NEAR.search(data)
    if found is None:
        return None
    start = data.rfind(b"\n", 0, found.start()) + 1
    line = data[start : start + 80].split(b"\n", 1)[0]
    return data.count(b"\n", 0, start) + 1, line.decode("latin-1").strip()


def _decoded(data: bytes) -> bytes:
    """The text as ASCII, with bodies of mails decoded; bytes stay in their lines if possible."""
    for mark, codec in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            data = data[len(mark) :].decode(codec, "replace").encode("utf-8", "replace")
            break
    pieces, place = [], 0
    for start, end, encoding in _encoded(data):
        pieces.append(data[place:start])
        pieces.append(_plain_body(data[start:end], encoding))
        place = end
    data = b"".join([*pieces, data[place:]])
    if b"\x1b" in data:
        data = _COLOUR.sub(b"", data)
    # Escapes of C, JSON and HTML; the length stays the same.
    return data.replace(b"\\r", b"  ").replace(b"\\n", b"  ").replace(b"&gt;", b"   >")


def _encoded(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Where encoded bodies of mails are, and their encoding."""
    reached = 0
    for header in _ENCODING.finditer(data):
        if header.start() < reached:
            continue
        blank = _BLANK_LINE.search(data, header.end())
        if blank is None:
            return
        boundary = _BOUNDARY.search(data, blank.end())
        reached = boundary.start() if boundary else len(data)
        yield blank.end(), reached, header[1].lower()


def _plain_body(body: bytes, encoding: bytes) -> bytes:
    if encoding == b"quoted-printable":
        return binascii.a2b_qp(body)
    try:
        return binascii.a2b_base64(body + b"===") + b"\n"
    except binascii.Error:
        return body


def _entries(data: bytes, name: str) -> Iterator[Entry]:
    """Every entry, in order. No byte is searched twice, however long a line is."""
    budget = Limit(name, notes.MOST_LINES, "entries of notes in one text", DumpError)
    line, reached, front, alike = 1, 0, b"", b""
    before: re.Match[bytes] | None = None
    for match in _ENTRY.finditer(data):
        budget.spend()
        newline = data.rfind(b"\n", reached, match.start())
        if newline >= 0 or before is None:
            line += data.count(b"\n", reached, match.start())
            front = data[max(newline + 1, match.start() - _LONGEST_FRONT) : match.start()]
            alike = _alike(front)
        elif not _BETWEEN.fullmatch(data, before.end(), match.start()):
            front = data[max(before.end(), match.start() - _LONGEST_FRONT) : match.start()]
            alike = _alike(front)
        before, reached = match, match.end()
        if _is_whole(data, match):
            yield Entry(line, front, alike, match[1], match[2], match.end() == len(data))


def _alike(front: bytes) -> bytes:
    """The text before an entry, with numbers replaced by 0 and each run of blanks by one."""
    front = _BLANKS.sub(b" ", _CHANGING.sub(b"0", front))
    return _BLANK_QUOTES.sub(b"", front).strip()


def _is_whole(data: bytes, match: re.Match[bytes]) -> bool:
    """Whether the value is followed only by another entry, a comment or the end of the line."""
    end = match.end()
    newline = data.find(b"\n", end, end + _LONGEST_TAIL)
    tail = data[end : newline if newline >= 0 else end + _LONGEST_TAIL]
    if _TAIL.match(tail):
        return True
    space = _BETWEEN.match(data, end)
    return space is not None and space.end() > end and bool(_ENTRY.match(data, space.end()))


def _apart(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """The entries of each note; it begins at OSRELEASE, or after many lines without an entry."""
    some: list[Entry] = []
    for entry in entries:
        if some and (entry.key == b"OSRELEASE" or entry.line - some[-1].line > _LONGEST_GAP):
            yield some
            some = []
        some.append(entry)
    if some:
        yield some


def _note(entries: list[Entry]) -> Posted:
    """The note of the entries with the same text before them; that before OSRELEASE may differ."""
    counts = Counter(entry.alike for entry in entries)
    alike = max(counts, key=lambda one: counts[one])
    of_note = [
        entry
        for number, entry in enumerate(entries)
        if entry.alike == alike or (number == 0 and entry.key == b"OSRELEASE")
    ]
    text = b"\n".join(entry.key + b"=" + entry.value for entry in of_note)
    lines = tuple(entry.line for entry in of_note)
    between = lines[-1] - lines[0] + 1 - len(set(lines))
    # A value at the end of the input may be truncated.
    end = b"" if of_note[-1].ends_input else b"\n"
    return Posted(text + end, lines, of_note[-1].front, between)
