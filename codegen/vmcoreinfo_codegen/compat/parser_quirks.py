# SPDX-License-Identifier: MIT
"""Where a tool's parser deviates from the rules of a note."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from ..core.tool import ToolRelease
from ..model.consumer import Consumer, ParserTrait
from ..model.vocabulary import Format, Trait
from ..record import Value

PURPOSE = "parse the note"
_UNPRINTABLE = re.compile(rb"[^\t\n\x0b\x0c\r\x20-\x7e]")
_SHOWN = 40
_KEPT_BYTES = 1 << 14
_NUMBERS = (
    (Format.DECIMAL, re.compile(rb"[0-9]+")),
    (Format.SIGNED, re.compile(rb"-?[0-9]+")),
    (Format.HEX, re.compile(rb"[0-9a-fA-F]+")),
    (Format.PREFIXED_HEX, re.compile(rb"0x[0-9a-fA-F]+")),
)


class Text(Value):
    """The text of a note, the keys in it that a tool uses, and whether it can read a key in a
    format."""

    text: bytes
    wanted: tuple[str, ...]
    reads: Callable[[str, Format], bool]

    @property
    def lines(self) -> list[bytes]:
        return self.text.removesuffix(b"\n").split(b"\n")


class MetQuirk(Value):
    """A parser quirk that a text triggers, and where; `lost` is the key that the tool misses
    because of it, or ""."""

    quirk: ParserTrait
    where: str
    lost: str


def parser_quirks(
    consumer: Consumer, release: ToolRelease, text: bytes, format_: str = "text"
) -> list[MetQuirk]:
    """The quirks of a release that a text triggers, the worst first; padding after the text is
    ignored.

    `format_` is that of the input: a dump's, `note` or `text`.
    """
    quirks = [q for q in consumer.traits if q.is_of(release) and q.counts_in(format_)]
    wanted = consumer.keys_of(release) if quirks else ()
    found = []
    for quirk in quirks:
        subject = Text(
            text.rstrip(b"\0"),
            quirk.subjects or wanted,
            lambda key, format_: consumer.can_read(key, format_, release),
        )
        where = _FINDERS[quirk.trait](subject, quirk.limit or 0)
        if where is not None:
            found.append(MetQuirk(quirk, where, _lost(quirk, subject)))
    return sorted(found, key=lambda met: -met.quirk.verdict.rank)


def _lost(quirk: ParserTrait, subject: Text) -> str:
    if quirk.trait is not Trait.LAST_LINE_DROPPED:
        return ""
    return subject.lines[-1].partition(b"=")[0].decode("latin-1")


def _note_limit(subject: Text, limit: int) -> str | None:
    size = len(subject.text)
    return f"the note has {size} bytes, but its limit is {limit}" if size > limit else None


def _line_limit(subject: Text, limit: int) -> str | None:
    return _first(
        (number, f"has {len(line)} bytes, but its limit is {limit}")
        for number, line in enumerate(subject.lines, 1)
        if len(line) > limit
    )


def _last_line_dropped(subject: Text, _limit: int) -> str | None:
    if not subject.text or subject.text.endswith(b"\n"):
        return None
    return f"the last line has no newline, {_shown(subject.lines[-1])}"


def _equals_needed(subject: Text, _limit: int) -> str | None:
    return _first(
        (number, f"has no '=': {_shown(line)}")
        for number, line in enumerate(subject.lines, 1)
        if line and b"=" not in line
    )


def _osrelease_first(subject: Text, _limit: int) -> str | None:
    if subject.text.startswith(b"OSRELEASE="):
        return None
    return f"the first line is {_shown(subject.lines[0])}"


def _printable_only(subject: Text, _limit: int) -> str | None:
    found = _UNPRINTABLE.search(subject.text)
    if found is None:
        return None
    return f"line {_line_of(subject.text, found.start())} has a byte {found[0][0]:#04x}"


def _unanchored(subject: Text, _limit: int) -> str | None:
    for key in subject.wanted:
        assignment = key.encode() + b"="
        place = subject.text.find(assignment)
        if place > 0 and subject.text[place - 1 : place] != b"\n":
            return f"line {_line_of(subject.text, place)} has {key}= inside"
    return None


def _first_duplicate(subject: Text, _limit: int) -> str | None:
    wanted = {key.encode() for key in subject.wanted}
    seen: dict[bytes, tuple[int, bytes]] = {}
    for number, line in enumerate(subject.lines, 1):
        key, equals, value = line.partition(b"=")
        if not equals or key not in wanted:
            continue
        first, had = seen.setdefault(key, (number, value))
        if had != value:
            return f"{key.decode()} is on lines {first} and {number} with different values"
    return None


def _unparsable(subject: Text, _limit: int) -> str | None:
    text = subject.text
    found = _bad_values(text) if len(text) <= _KEPT_BYTES else _bad_values.__wrapped__(text)
    return _first(
        (number, f"has a value that is not a number: {_shown(line)}")
        for number, key, is_too_large in found
        if key in subject.wanted
        for line in [subject.lines[number - 1]]
        if is_too_large or not _is_read(subject, key, line.partition(b"=")[2])
    )


# A note is checked for one release of a tool after the other.
@lru_cache(maxsize=256)
def _bad_values(text: bytes) -> tuple[tuple[int, str, bool], ...]:
    """Lines with values that are not numbers as the kernel prints them: line, key, and whether it
    is too large."""
    # Imported here, because predictions need no parser.
    import vmcoreinfo

    return tuple(
        (problem.line, problem.key or "", problem.id == "overflow")
        for problem in vmcoreinfo.parse(text).diagnostics
        if problem.id in ("malformed", "overflow", "other-base")
    )


def _is_read(subject: Text, key: str, value: bytes) -> bool:
    """Whether the tool reads a value that is in another format than the key's."""
    return any(
        shape.fullmatch(value) and subject.reads(key, format_) for format_, shape in _NUMBERS
    )


def _first(found: Iterable[tuple[int, str]]) -> str | None:
    return next((f"line {number} {words}" for number, words in found), None)


def _line_of(text: bytes, place: int) -> int:
    return text.count(b"\n", 0, place) + 1


def _shown(line: bytes) -> str:
    """A line of a hostile dump, shortened and without terminal control characters."""
    text = ascii(line[:_SHOWN].decode("latin-1"))
    return text + ("…" if len(line) > _SHOWN else "")


_FINDERS: dict[Trait, Callable[[Text, int], str | None]] = {
    Trait.NOTE_LIMIT: _note_limit,
    Trait.LINE_LIMIT: _line_limit,
    Trait.LAST_LINE_DROPPED: _last_line_dropped,
    Trait.EQUALS_NEEDED: _equals_needed,
    Trait.OSRELEASE_FIRST: _osrelease_first,
    Trait.PRINTABLE_ONLY: _printable_only,
    Trait.UNANCHORED: _unanchored,
    Trait.FIRST_DUPLICATE: _first_duplicate,
    Trait.UNPARSABLE: _unparsable,
}
