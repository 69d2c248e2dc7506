# SPDX-License-Identifier: MIT
"""Rows that several products show: entries, architectures, diagnostics, as plain data."""

from __future__ import annotations

from typing import Any

from ..model.schema import Schema
from ..model.vocabulary import Format, Unit
from ..terms.key import Kind, identifier_of
from .problem import NoProduct

Row = dict[str, Any]

# The diagnostics of a note: id, severity, message. Both parsers print these words.
DIAGNOSTICS: tuple[tuple[str, str], ...] = (
    ("unknown", "info"),
    ("duplicate", "warning"),
    ("malformed", "error"),
    ("overflow", "error"),
    ("truncated", "warning"),
    ("not-text", "error"),
)
MESSAGES = {
    "unknown": "no kernel that this parser knows exports this key",
    "duplicate": "the key stands on an earlier line too; the last one counts",
    "no_equals": "no '=' in the line",
    "no_key": "nothing before the '='",
    "decimal": "the value is not a decimal number",
    "signed": "the value is not a signed decimal number",
    "hex": "the value is not a hexadecimal number",
    "string": "the value is empty",
    "hexbytes": "the value is not pairs of hexadecimal digits",
    "flag": "the value is not 'y'",
    "overflow": "the number does not fit in 64 bits",
    "truncated": "the last line has no newline; it may be cut",
    "not_text": "a byte that is not printable ASCII; the line is not used",
    "after_nul": "there is more text behind a NUL byte; it is not read",
}


def enum_name(word: str) -> str:
    """A word of the language as part of a C or Python constant: `0x-hex` is `PREFIXED_HEX`."""
    return {"0x-hex": "PREFIXED_HEX"}.get(word, word.replace("-", "_").upper())


def parser_rows(schema: Schema) -> list[Row]:
    """The entries of a parser. Raises NoProduct where it could not tell the release of a note."""
    if "OSRELEASE" not in schema.by_key:
        raise NoProduct("the schema has no OSRELEASE, by which a parser tells releases")
    return entry_rows(schema)


def entry_rows(schema: Schema) -> list[Row]:
    rows = []
    for entry in schema.entries:
        last = entry.last
        rows.append(
            {
                "key": entry.key,
                "identifier": identifier_of(entry.key),
                "kind": entry.kind.value,
                "kind_name": enum_name(entry.kind.value),
                "format": entry.format.value,
                "format_name": enum_name(entry.format.value),
                "unit": entry.unit.value if entry.unit else None,
                "unit_name": enum_name(entry.unit.value) if entry.unit else "NONE",
                "since": str(entry.first.release),
                "until": str(last.release) if last else None,
                "replaced_by": list(entry.replaced_by),
                "replaced_by_identifiers": [identifier_of(key) for key in entry.replaced_by],
                "summary": entry.summary,
                "is_number": entry.format.is_number,
                "is_signed": entry.format.is_signed,
            }
        )
    return rows


def vocabulary_rows() -> Row:
    def rows(words: Any) -> list[Row]:
        return [{"word": str(w.value), "name": enum_name(str(w.value))} for w in words]

    return {
        "kinds": rows(Kind),
        "formats": [{"word": f.value, "name": enum_name(f.value), "doc": f.doc} for f in Format],
        "units": [{"word": u.value, "name": enum_name(u.value), "doc": u.doc} for u in Unit],
    }


def arch_rows(schema: Schema) -> list[Row]:
    return [
        {
            "name": arch.name,
            "identifier": identifier_of(arch.name).upper(),
            "bits": arch.bits,
            "aliases": list(arch.aliases),
        }
        for arch in schema.architectures
    ]


def diagnostic_rows() -> list[Row]:
    return [
        {"word": word, "name": enum_name(word), "severity": severity}
        for word, severity in DIAGNOSTICS
    ]
