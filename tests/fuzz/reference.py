# SPDX-License-Identifier: MIT
"""A slow parser of notes, from grammar/note.lark and the rules of generated/reference/note.md.

It shares only the schema's format of each key with the generated parsers. lark reads every
line; the code below follows that page, in its words and order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from lark import Lark, Token, Tree
from lark.exceptions import LarkError

from tests.conftest import ROOT, shipped

NOTE = (ROOT / "generated" / "reference" / "note.md").read_text()


@lru_cache(maxsize=1)
def formats() -> dict[str, str]:
    """The format of each known key's value."""
    return {entry.key: entry.format.value for entry in shipped().entries_by_number}


@lru_cache(maxsize=1)
def garbage() -> dict[str, tuple[str, ...]]:
    """The beginnings of meaningless values, by key."""
    return {
        entry.key: tuple(
            start for export in entry.exports for quirk in export.quirks for start in quirk.begins
        )
        for entry in shipped().entries
    }


@lru_cache(maxsize=2)
def grammar(start: str) -> Lark:
    text = (ROOT / "grammar" / "note.lark").read_text()
    return Lark(text, parser="lalr", start=start)


_0X = r"0x[0-9a-fA-F]+"
PRINTED = {
    "decimal": rf"[0-9]+|{_0X}",
    "signed": rf"-?[0-9]+|{_0X}",
    "hex": rf"[0-9a-fA-F]+|{_0X}",
    "0x-hex": rf"[0-9]+|{_0X}",
    "string": r".+",
    "hexbytes": r"([0-9a-fA-F][0-9a-fA-F])+",
    "flag": r"y",
}
"""As in the comments of the grammar."""

NUMBERS = ("decimal", "signed", "hex", "0x-hex")

WRONG = {
    "decimal": "the value is not a decimal number",
    "signed": "the value is not a signed decimal number",
    "hex": "the value is not a hexadecimal number",
    "0x-hex": "the value is neither a hexadecimal number with 0x nor a decimal number",
    "string": "the value is empty",
    "hexbytes": "the value is not pairs of hexadecimal digits",
    "flag": "the value is not 'y'",
}

SEVERITIES: dict[str, str] = {
    id_: severity for id_, severity in re.findall(r"^\| `([\w-]+)` \| (\w+) \|", NOTE, re.MULTILINE)
}


@dataclass(frozen=True)
class Diagnostic:
    id: str
    line: int
    offset: int
    key: str
    message: str

    @property
    def severity(self) -> str:
        return SEVERITIES[self.id]


@dataclass
class Note:
    values: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The status and the printed value that counts, for each known key."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    is_of_the_grammar: bool = True


def parse(data: bytes) -> Note:
    note = Note()
    text, nul, behind = data.partition(b"\0")
    lines = text.split(b"\n")
    offset = 0
    for number, line in enumerate(lines, 1):
        is_last = number == len(lines)
        if not (is_last and not line):
            key = _line(note, line, number, offset)
            if is_last:
                message = "the last line has no newline; it may be truncated"
                note.diagnostics.append(Diagnostic("truncated", number, offset, key, message))
        offset += len(line) + 1
    if nul and behind.strip(b"\0"):
        # The NUL ends a line without newline, so that the rest is on the next one.
        place = len(lines) + (lines[-1] != b"")
        message = "the text after a NUL byte is ignored"
        note.diagnostics.append(Diagnostic("not-text", place, len(text), "", message))
    note.is_of_the_grammar = _accepts(text)
    return note


def is_without_bad_lines(data: bytes) -> bool:
    """Whether the grammar accepts each line, whatever its key and value."""
    unreadable = {
        "no '=' in the line, expected KEY=VALUE",
        "no key before the '=', expected KEY=VALUE",
    }
    return not any(
        d.message in unreadable or (d.id == "not-text" and data[d.offset])
        for d in parse(data).diagnostics
    )


def _accepts(text: bytes) -> bool:
    try:
        grammar("start").parse(text.decode("latin-1"))
    except LarkError:
        return False
    return True


def _line(note: Note, line: bytes, number: int, offset: int) -> str:
    """Read a line; returns its key, or empty if the key is unknown."""

    def report(id_: str, at: int, key: str, message: str) -> None:
        note.diagnostics.append(Diagnostic(id_, number, offset + at, key, message))

    for at, byte in enumerate(line):
        if not 0x20 <= byte <= 0x7E:
            report("not-text", at, "", "a byte is not printable ASCII; the line is ignored")
            return ""
    try:
        tree = grammar("line").parse(line.decode("ascii"))
    except LarkError:
        wrong = (
            "no key before the '=', expected KEY=VALUE"
            if line.startswith(b"=")
            else "no '=' in the line, expected KEY=VALUE"
        )
        report("malformed", 0, "", wrong)
        return ""
    key, value = _parts(tree)
    if key not in formats():
        report("unknown", 0, key, "not exported by any kernel known to this parser")
        return key
    format_ = formats()[key]
    at = len(key) + 1
    status = "ok"
    if not re.fullmatch(PRINTED[format_], value):
        status = "malformed"
        report("malformed", at, key, WRONG[format_])
    elif format_ in NUMBERS and not _fits(format_, value):
        status = "out-of-range"
        report("overflow", at, key, "the number does not fit in 64 bits")
    elif key in note.values:
        report("duplicate", 0, key, "duplicate key; the last usable line counts")
    if status == "ok" and format_ in NUMBERS and (value[:2] == "0x") != (format_ == "0x-hex"):
        report(
            "other-base",
            at,
            key,
            "the number base differs from what kernels print; tools may misread it",
        )
    if status == "ok" and value.startswith(garbage()[key] or ("\n",)):
        status = "garbage"
        message = "the value is garbage that some kernels print; it is not used"
        report("garbage", at, key, message)
    if note.values.get(key, ("", ""))[0] != "ok" or status == "ok":
        note.values[key] = status, value
    return key


def _parts(tree: Tree[Token]) -> tuple[str, str]:
    key, *value = map(str, tree.children)
    return key, "".join(value)


def _number(format_: str, value: str) -> int:
    """The bits of a number; int() refuses thousands of digits, even if nearly all are zeros."""
    is_hex = format_ == "hex" or value.startswith("0x")
    digits = value.removeprefix("-").removeprefix("0x").lstrip("0") or "0"
    number = int(digits, 16 if is_hex else 10) if len(digits) < 100 else 1 << 64
    return -number if value.startswith("-") else number


def _fits(format_: str, value: str) -> bool:
    number = _number(format_, value)
    if format_ == "signed" and not value.startswith("0x"):
        return -(1 << 63) <= number < 1 << 63
    return 0 <= number < 1 << 64


def answer(data: bytes) -> list[str]:
    """The answer for a text, in the format of the parsers' driver."""
    note = parse(data)
    said = [
        f"diagnostic {d.id} {d.severity} {d.line} {d.offset} {d.key.encode().hex() or '-'} {d.message}"
        for d in note.diagnostics
    ]
    said.append(f"errors {sum(d.severity == 'error' for d in note.diagnostics)}")
    return said + [_value(note, key) for key in formats() if key in note.values]


def _value(note: Note, key: str) -> str:
    status, printed = note.values[key]
    format_ = formats()[key]
    bits = raw = "-"
    if status == "ok" and format_ in NUMBERS:
        bits = str(_number(format_, printed) & ((1 << 64) - 1))
    if status == "ok" and format_ == "hexbytes":
        count = len(printed) // 2
        raw = printed.lower() if count <= 256 else str(count)
    return f"value {key} {status} {bits} {printed.encode().hex() or '-'} {raw}"
