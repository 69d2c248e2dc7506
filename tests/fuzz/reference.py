# SPDX-License-Identifier: MIT
"""A slow parser of notes, out of grammar/note.lark and the rules of generated/reference/note.md.

It shares nothing with the generated parsers but the schema's format of each key. lark
reads every line; what follows here says what that page says, in its words and order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from lark import Lark, Token, Tree
from lark.exceptions import LarkError

from tests.conftest import ROOT
from vmcoreinfo_codegen.model.build import load

NOTE = (ROOT / "generated" / "reference" / "note.md").read_text()


@lru_cache(maxsize=1)
def formats() -> dict[str, str]:
    """Of each known key the format of its value."""
    return {entry.key: entry.format.value for entry in load(ROOT / "schema").entries}


@lru_cache(maxsize=2)
def grammar(start: str) -> Lark:
    text = (ROOT / "grammar" / "note.lark").read_text()
    return Lark(text, parser="lalr", start=start)


PRINTED = {
    "decimal": r"[0-9]+",
    "signed": r"-?[0-9]+",
    "hex": r"(0x)?[0-9a-fA-F]+",
    "0x-hex": r"(0x)?[0-9a-fA-F]+",
    "string": r".+",
    "hexbytes": r"([0-9a-fA-F][0-9a-fA-F])+",
    "flag": r"y",
}
"""As the comments of the grammar have them."""

NUMBERS = {"decimal": 10, "signed": 10, "hex": 16, "0x-hex": 16}

WRONG = {
    "decimal": "the value is not a decimal number",
    "signed": "the value is not a signed decimal number",
    "hex": "the value is not a hexadecimal number",
    "0x-hex": "the value is not a hexadecimal number",
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
    values: dict[str, str] = field(default_factory=dict)
    """Of each known key the value that counts, as printed."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    is_of_the_grammar: bool = True

    def number(self, key: str) -> int | None:
        base = NUMBERS.get(formats()[key])
        return int(self.values[key], base) if base else None


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
                message = "the last line has no newline; it may be cut"
                note.diagnostics.append(Diagnostic("truncated", number, offset, key, message))
        offset += len(line) + 1
    if nul and behind.strip(b"\0"):
        # The NUL ends a line that lacks its newline: what is behind is on the next one.
        place = len(lines) + (lines[-1] != b"")
        message = "there is more text behind a NUL byte; it is not read"
        note.diagnostics.append(Diagnostic("not-text", place, len(text), "", message))
    note.is_of_the_grammar = _accepts(text)
    return note


def is_without_bad_lines(data: bytes) -> bool:
    """Whether each line by itself is one of the grammar, whatever its key and value."""
    unreadable = {"no '=' in the line", "nothing before the '='"}
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
    """Take in a line; returns its key, or nothing where that is not known."""

    def report(id_: str, at: int, key: str, message: str) -> None:
        note.diagnostics.append(Diagnostic(id_, number, offset + at, key, message))

    for at, byte in enumerate(line):
        if not 0x20 <= byte <= 0x7E:
            report("not-text", at, "", "a byte that is not printable ASCII; the line is not used")
            return ""
    try:
        tree = grammar("line").parse(line.decode("ascii"))
    except LarkError:
        wrong = "nothing before the '='" if line.startswith(b"=") else "no '=' in the line"
        report("malformed", 0, "", wrong)
        return ""
    key, value = _parts(tree)
    if key not in formats():
        report("unknown", 0, key, "no kernel that this parser knows exports this key")
        return key
    format_ = formats()[key]
    if not re.fullmatch(PRINTED[format_], value):
        report("malformed", len(key) + 1, key, WRONG[format_])
        return key
    if not _fits(format_, value):
        report("overflow", len(key) + 1, key, "the number does not fit in 64 bits")
        return key
    if key in note.values:
        report("duplicate", 0, key, "the key stands on an earlier line too; the last one counts")
    note.values[key] = value
    return key


def _parts(tree: Tree[Token]) -> tuple[str, str]:
    key, *value = map(str, tree.children)
    return key, "".join(value)


def _fits(format_: str, value: str) -> bool:
    if format_ not in NUMBERS:
        return True
    digits = value.removeprefix("-").removeprefix("0x").lstrip("0")
    if len(digits) > 20:
        return False
    number = int(digits or "0", NUMBERS[format_])
    if format_ == "signed":
        return -(1 << 63) <= (-number if value.startswith("-") else number) < 1 << 63
    return number < 1 << 64


def answer(data: bytes) -> list[str]:
    """What the driver of the generated parsers says of a text."""
    note = parse(data)
    said = [
        f"diagnostic {d.id} {d.severity} {d.line} {d.offset} {d.key.encode().hex() or '-'} {d.message}"
        for d in note.diagnostics
    ]
    said.append(f"errors {sum(d.severity == 'error' for d in note.diagnostics)}")
    return said + [_value(note, key) for key in formats() if key in note.values]


def _value(note: Note, key: str) -> str:
    printed = note.values[key]
    number = note.number(key) if len(printed) < 4000 else _long(printed, key)
    unsigned = str(number) if number is not None and number >= 0 else "-"
    signed = str(number) if number is not None and number < 1 << 63 else "-"
    raw = "-"
    if formats()[key] == "hexbytes":
        count = len(printed) // 2
        raw = printed.lower() if count <= 256 else str(count)
    return f"value {key} {unsigned} {signed} {printed.encode().hex()} {raw}"


def _long(printed: str, key: str) -> int | None:
    """int() refuses thousands of decimal digits, of which here all but a few are zeros."""
    base = NUMBERS.get(formats()[key])
    if base is None:
        return None
    number = int(printed.removeprefix("-").removeprefix("0x").lstrip("0") or "0", base)
    return -number if printed.startswith("-") else number
