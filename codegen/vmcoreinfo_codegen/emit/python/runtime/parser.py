# SPDX-License-Identifier: MIT
"""The text of a note, line by line."""

from __future__ import annotations

import re
from typing import (
    Dict,
    ItemsView,
    Iterator,
    KeysView,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Tuple,
    Union,
    ValuesView,
)

from .entries import ENTRIES, OTHER_FORMATS, OTHER_KEYS
from .entry import Entry, Quirk

Value = Union[int, str, bytes, bool]

_DIGITS = "0123456789"
_HEX_DIGITS = "0123456789abcdefABCDEF"
_MASK = 0xFFFFFFFFFFFFFFFF
_NUMBERS = ("decimal", "signed", "hex", "0x-hex")
_RELEASE = re.compile(r"([0-9]+)\.([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?")

_SEVERITIES = {
    "unknown": "info",
    "duplicate": "warning",
    "malformed": "error",
    "overflow": "error",
    "truncated": "warning",
    "not-text": "error",
    "other-base": "warning",
    "garbage": "warning",
}

# What is wrong with a value of each format.
_MALFORMED = {
    "decimal": "the value is not a decimal number",
    "signed": "the value is not a signed decimal number",
    "hex": "the value is not a hexadecimal number",
    "0x-hex": "the value is neither a hexadecimal number with 0x nor a decimal number",
    "string": "the value is empty",
    "hexbytes": "the value is not pairs of hexadecimal digits",
    "flag": "the value is not 'y'",
}


class Diagnostic(NamedTuple):
    """What is wrong with a line; `offset` is that of the first wrong byte, `line` counts from 1.

    `id` is one of `unknown`, `duplicate`, `malformed`, `overflow`, `truncated`, `not-text`,
    `other-base`, `garbage`.
    """

    id: str
    severity: str
    line: int
    offset: int
    key: Optional[str]
    message: str


class Line(NamedTuple):
    """One line `key=text` of printable bytes, of a known or unknown key.

    `status` is `ok`, `malformed`, `out-of-range` or `garbage`, and `value` is None unless it is
    `ok`. `format` is None for an unknown key; its value is the text.
    """

    key: str
    kind: str
    format: Optional[str]
    status: str
    value: Optional[Value]
    text: str
    line: int
    offset: int

    @property
    def number(self) -> Optional[int]:
        """The number in the line, None if it has none.

        For an unknown key, a SYMBOL() is hexadecimal, and any other value decimal, with or without
        a sign, or hexadecimal with 0x.
        """
        if self.format is None:
            return _unknown_number(self.kind, self.text)
        is_number = self.format in _NUMBERS and isinstance(self.value, int)
        return int(self.value) if is_number and self.value is not None else None


class _Malformed(Exception):
    pass


class _Overflow(Exception):
    pass


class _Garbage(Exception):
    pass


def _value_of(format_: str, text: str) -> Value:
    if format_ == "hex":
        return _hexadecimal(text[2:] if text.startswith("0x") else text)
    if format_ in _NUMBERS and text.startswith("0x"):
        # As strtoull(, , 0) reads it in the tools.
        value = _hexadecimal(text[2:])
        return value - (1 << 64) if format_ == "signed" and value >> 63 else value
    if format_ == "signed":
        if text.startswith("-"):
            return -_decimal(text[1:], 1 << 63)
        return _decimal(text, (1 << 63) - 1)
    if format_ in _NUMBERS:
        return _decimal(text, _MASK)
    if format_ == "string":
        if not text:
            raise _Malformed
        return text
    if format_ == "hexbytes":
        if not text or len(text) % 2 or text.strip(_HEX_DIGITS):
            raise _Malformed
        return bytes.fromhex(text)
    if text != "y":
        raise _Malformed
    return True


def _value_of_key(known: Entry, text: str) -> Value:
    """The value of a known key: without a sign it may be wider than with one."""
    if "decimal" in OTHER_FORMATS.get(known.key, ()) and not text.startswith("-"):
        value = _value_of("decimal", text)
        is_wide = known.format == "signed" and isinstance(value, int) and value >> 63
        return int(value) - (1 << 64) if is_wide else value
    return _value_of(known.format, text)


def _hexadecimal(digits: str) -> int:
    if not digits or digits.strip(_HEX_DIGITS):
        raise _Malformed
    # A number that is too long need not be converted: its digits suffice.
    if len(digits) > 16 and len(digits.lstrip("0")) > 16:
        raise _Overflow
    return int(digits, 16)


def _decimal(digits: str, most: int) -> int:
    # strip() stops at the first character that is not a digit, so anything left shows one.
    if not digits or digits.strip(_DIGITS):
        raise _Malformed
    # int() refuses thousands of digits, as it may take long; no such number fits.
    if len(digits) > 20 and len(digits.lstrip("0")) > 20:
        raise _Overflow
    value = int(digits[-20:])
    if value > most:
        raise _Overflow
    return value


def _unknown_number(kind: str, text: str) -> Optional[int]:
    format_ = "hex" if kind == "SYMBOL" else "signed" if text.startswith("-") else "decimal"
    try:
        value = _value_of(format_, text)
    except (_Malformed, _Overflow):
        return None
    return value if isinstance(value, int) else None


class _Known(Dict[str, Tuple[str, Value]]):
    """Key and value of a line, cached except for addresses, which differ at each boot. Raises
    _Malformed, _Overflow or _Garbage for a bad line.
    """

    def __missing__(self, line: str) -> Tuple[str, Value]:
        key, equals, text = line.partition("=")
        # What int() accepts besides digits is neither letter nor digit, except for the X in 0X.
        if key in _ADDRESSES and len(text) <= 16 and text.isalnum() and "X" not in text:
            try:
                return key, int(text, 16)
            except ValueError:
                raise _Malformed from None
        if not (equals and key and line.isprintable()):
            raise _Malformed
        known = ENTRIES.get(key)
        row = (key, text if known is None else _value_of_key(known, text))
        if known is not None and known.garbage and text.startswith(known.garbage):
            raise _Garbage
        if len(self) < _MOST_KNOWN and len(line) <= _LONGEST_KNOWN:
            self[line] = row
        return row


# Lines of one kernel, and many of others, are the same at each boot.
_MOST_KNOWN = 4096
_LONGEST_KNOWN = 80
_ADDRESSES = frozenset(key for key, entry in ENTRIES.items() if entry.format == "hex")
_known_line = _Known().__getitem__


def _in_order(text: bytes) -> Optional[Dict[str, Value]]:
    """The values of a text whose lines are all good; None for any other text."""
    try:
        lines = text.decode("ascii").split("\n")
        if lines.pop():
            return None
        values = dict(map(_known_line, lines))
    except (UnicodeDecodeError, _Malformed, _Overflow, _Garbage):
        return None
    return values if len(values) == len(lines) else None


class _Reading:
    """Parses a text line by line, and collects its diagnostics."""

    def __init__(self, text: bytes, behind: bytes) -> None:
        self.lines: List[Line] = []
        self.diagnostics: List[Diagnostic] = []
        self.entries: Dict[str, Line] = {}
        offset = 0
        number = 0
        while offset < len(text):
            number += 1
            newline = text.find(b"\n", offset)
            stop = newline if newline >= 0 else len(text)
            key = self._read_line(text[offset:stop], number, offset)
            if newline < 0:
                self._report(
                    "truncated",
                    number,
                    offset,
                    key,
                    "the last line has no newline; it may be truncated",
                )
            offset = stop + 1
        if behind.strip(b"\0"):
            self._report(
                "not-text",
                number + 1,
                len(text),
                None,
                "the text after a NUL byte is ignored",
            )

    def _report(self, id_: str, line: int, offset: int, key: Optional[str], message: str) -> None:
        self.diagnostics.append(Diagnostic(id_, _SEVERITIES[id_], line, offset, key, message))

    def _read_line(self, line: bytes, number: int, offset: int) -> Optional[str]:
        """Parse one line without its newline; returns its key if it has one."""
        decoded = line.decode("latin-1")
        # Of ASCII, just 0x20 to 0x7e are printable.
        if not (decoded.isascii() and decoded.isprintable()):
            bad = next(i for i, byte in enumerate(line) if not 0x20 <= byte <= 0x7E)
            self._report(
                "not-text",
                number,
                offset + bad,
                None,
                "a byte is not printable ASCII; the line is ignored",
            )
            return None
        key, equals, text = decoded.partition("=")
        if not equals:
            self._report(
                "malformed", number, offset, None, "no '=' in the line, expected KEY=VALUE"
            )
            return None
        if not key:
            self._report(
                "malformed", number, offset, None, "no key before the '=', expected KEY=VALUE"
            )
            return None
        known = ENTRIES.get(key)
        if known is None:
            if key not in OTHER_KEYS:
                message = "not exported by any kernel known to this parser"
                self._report("unknown", number, offset, key, message)
            self._add(Line(key, _kind_of(key), None, "ok", text, text, number, offset))
            return key
        at = offset + len(key) + 1
        value: Optional[Value] = None
        status = "ok"
        try:
            value = _value_of_key(known, text)
        except _Malformed:
            status = "malformed"
            self._report("malformed", number, at, key, _MALFORMED[known.format])
        except _Overflow:
            status = "out-of-range"
            self._report("overflow", number, at, key, "the number does not fit in 64 bits")
        else:
            if key in self.entries:
                message = "duplicate key; the last usable line counts"
                self._report("duplicate", number, offset, key, message)
            if _has_other_base(known, text):
                message = "the number base differs from what kernels print; tools may misread it"
                self._report("other-base", number, at, key, message)
            if known.garbage and text.startswith(known.garbage):
                status, value = "garbage", None
                message = "the value is garbage that some kernels print; it is not used"
                self._report("garbage", number, at, key, message)
        self._add(Line(key, known.kind, known.format, status, value, text, number, offset))
        return key

    def _add(self, line: Line) -> None:
        self.lines.append(line)
        before = self.entries.get(line.key)
        # The last line counts, unless an earlier line is better.
        if before is None or before.status != "ok" or line.status == "ok":
            self.entries[line.key] = line


def _has_other_base(known: Entry, text: str) -> bool:
    """Whether a number is printed in a different base than kernels use for the key."""
    if known.format not in _NUMBERS or text.startswith("0x") == (known.format == "0x-hex"):
        return False
    return "0x-hex" not in OTHER_FORMATS.get(known.key, ())


class ParsedText(Mapping[str, Value]):
    """A text: its usable values by key, and its diagnostics, parsed when requested."""

    text: bytes
    _kept_reading: Optional[_Reading] = None
    _kept_values: Optional[Dict[str, Value]] = None
    _kept_bits: Optional[Dict[str, int]] = None

    def __init__(self, text: bytes) -> None:
        end = text.find(b"\0")
        self.text = text if end < 0 else text[:end]
        self._behind = b"" if end < 0 else text[end:]

    @property
    def _reading(self) -> _Reading:
        if self._kept_reading is None:
            self._kept_reading = _Reading(self.text, self._behind)
        return self._kept_reading

    @property
    def _values(self) -> Dict[str, Value]:
        if self._kept_values is None:
            values = _in_order(self.text)
            if values is None:
                values = {
                    key: line.value
                    for key, line in self._reading.entries.items()
                    if line.value is not None
                }
            self._kept_values = values
        return self._kept_values

    @property
    def _bits(self) -> Dict[str, int]:
        """Values of known entries as 64 bits; 0 for those that are not numbers."""
        if self._kept_bits is None:
            self._kept_bits = {
                key: value & _MASK if isinstance(value, int) else 0
                for key, value in self._values.items()
                if key in ENTRIES
            }
        return self._kept_bits

    @property
    def lines(self) -> List[Line]:
        """Every line `key=text`, in order; each line's status says whether its value is usable."""
        return self._reading.lines

    @property
    def known_lines(self) -> List[Line]:
        """The lines of known keys whose values are usable, or garbage that kernels print."""
        return [line for line in self.lines if line.format and line.status in ("ok", "garbage")]

    @property
    def diagnostics(self) -> List[Diagnostic]:
        """What is wrong with lines, in order."""
        return self._reading.diagnostics

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def keys(self) -> KeysView[str]:
        return self._values.keys()

    def values(self) -> ValuesView[Value]:
        return self._values.values()

    def items(self) -> ItemsView[str, Value]:
        return self._values.items()

    def __getitem__(self, key: str) -> Value:
        """The value of a key; raises KeyError if the note has no usable one, see `status()`."""
        return self._values[key]

    def line(self, key: str) -> Optional[Line]:
        """The line whose value counts for a key, the last usable one; None if there is none."""
        return self._reading.entries.get(key)

    def status(self, key: str) -> str:
        """`ok`, or why there is no usable value: `absent`, `malformed`, `out-of-range`, `garbage`."""
        if key in self._values:
            return "ok"
        line = self.line(key)
        return "absent" if line is None else line.status

    def quirk(self, key: str, arch: Optional[str] = None) -> Optional[Quirk]:
        """The quirk that a key has in this note.

        That is the quirk of its value if the status is `garbage`, otherwise the first one for its
        OSRELEASE. Quirks of certain architectures are returned only for those. A distribution's
        kernel may have the fix of a later release.
        """
        known = ENTRIES.get(key)
        release = self._release if known is not None and known.quirks else 0
        for quirk in known.quirks if known is not None else ():
            if quirk.kind == "garbage":
                # It is recognised by its bytes, whatever the release.
                if self.status(key) == "garbage":
                    return quirk
            elif (not quirk.archs or arch in quirk.archs) and any(
                since <= release and (not until or release < until) for since, until in quirk.spans
            ):
                return quirk
        return None

    @property
    def _release(self) -> int:
        """Up to four numbers of OSRELEASE, in 16-bit fields from the top; 0 for none."""
        match = _RELEASE.match(self._string("OSRELEASE") or "")
        if not match:
            return 0
        numbers = [0 if part is None else _field(part) for part in match.groups()]
        if max(numbers) > 0xFFFF:
            return 0
        return numbers[0] << 48 | numbers[1] << 32 | numbers[2] << 16 | numbers[3]

    def __repr__(self) -> str:
        return "<%s %s, %d values>" % (
            type(self).__name__,
            self._string("OSRELEASE") or "without OSRELEASE",
            len(self),
        )

    def _number(self, key: str) -> Optional[int]:
        value = self._values.get(key)
        return value if isinstance(value, int) else None

    def _string(self, key: str) -> Optional[str]:
        value = self._values.get(key)
        return value if isinstance(value, str) else None

    def _bytes(self, key: str) -> Optional[bytes]:
        value = self._values.get(key)
        return value if isinstance(value, bytes) else None


def _kind_of(key: str) -> str:
    """The kind of an unknown key, by its form."""
    head, bracket, rest = key.partition("(")
    if bracket and rest.endswith(")") and head in ("SYMBOL", "SIZE", "OFFSET", "LENGTH", "NUMBER"):
        return head
    return "CONFIG" if key.startswith("CONFIG_") else "bare"


def _field(digits: str) -> int:
    digits = digits.lstrip("0")
    return int(digits or "0") if len(digits) < 6 else 0x10000
