# SPDX-License-Identifier: MIT
"""Rows that several products use: entries, architectures, diagnostics, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.key import Kind, argument_of, identifier_of, kind_of
from ..core.release import Release
from ..model.entry import Entry, Quirk
from ..model.schema import PrivateKey, Schema
from ..model.vocabulary import Format, QuirkKind, Unit, read_as
from .problem import NoProduct

Row = dict[str, Any]

# The diagnostics of a note: ID, severity, message. All parsers print these texts.
DIAGNOSTICS: tuple[tuple[str, str], ...] = (
    ("unknown", "info"),
    ("duplicate", "warning"),
    ("malformed", "error"),
    ("overflow", "error"),
    ("truncated", "warning"),
    ("not-text", "error"),
    ("other-base", "warning"),
    ("garbage", "warning"),
)
MESSAGES = {
    "unknown": "not exported by any kernel known to this parser",
    "duplicate": "duplicate key; the last usable line counts",
    "no_equals": "no '=' in the line, expected KEY=VALUE",
    "no_key": "no key before the '=', expected KEY=VALUE",
    "decimal": "the value is not a decimal number",
    "signed": "the value is not a signed decimal number",
    "hex": "the value is not a hexadecimal number",
    "string": "the value is empty",
    "hexbytes": "the value is not pairs of hexadecimal digits",
    "flag": "the value is not 'y'",
    "0x-hex": "the value is neither a hexadecimal number with 0x nor a decimal number",
    "overflow": "the number does not fit in 64 bits",
    "other_base": "the number base differs from what kernels print; tools may misread it",
    "garbage": "the value is garbage that some kernels print; it is not used",
    "truncated": "the last line has no newline; it may be truncated",
    "not_text": "a byte is not printable ASCII; the line is ignored",
    "after_nul": "the text after a NUL byte is ignored",
}


def enum_name(value: str) -> str:
    """A value of the language as part of a C or Python constant: `0x-hex` is `PREFIXED_HEX`."""
    return {"0x-hex": "PREFIXED_HEX"}.get(value, value.replace("-", "_").upper())


def parser_rows(schema: Schema) -> list[Row]:
    """The entries of a parser. Raises NoProduct if it could not tell the release of a note."""
    if "OSRELEASE" not in schema.by_key:
        raise NoProduct("the schema has no OSRELEASE, which parsers need to recognise releases")
    for entry in schema.entries:
        if read_as(entry.formats) is None:
            raise NoProduct(
                f"the text can't tell apart the formats of {entry.key}: {', '.join(entry.formats)}"
            )
    return [*entry_rows(schema), *map(_private_row, schema.private_keys)]


def other_keys(schema: Schema, exported: Sequence[Entry]) -> list[str]:
    """The keys that kernels export but the parser of a part of the schema does not read."""
    return [entry.key for entry in exported if entry.key not in schema.by_key]


def _private_row(private: PrivateKey) -> Row:
    return {
        "key": private.key,
        "identifier": identifier_of(private.key),
        "kind": kind_of(private.key).value,
        "kind_name": enum_name(kind_of(private.key).value),
        "format": private.format.value,
        "format_name": enum_name(private.format.value),
        "other_formats": [],
        "other_format_names": [],
        "unit": None,
        "unit_name": "NONE",
        "since": None,
        "until": None,
        "replaced_by": [],
        "replaced_by_identifiers": [],
        "summary": "A key of a tool's own notes, not exported by any kernel.",
        "is_number": private.format.is_number,
        "is_signed": private.format.is_signed,
        "name": argument_of(private.key),
        "quirks": [],
        "garbage": [],
    }


def release_number(release: Release) -> int:
    """A release as a number that sorts like it: four fields of 16 bits."""
    numbers = (*release.mainline, release.stable, 0, 0)[:4]
    return numbers[0] << 48 | numbers[1] << 32 | numbers[2] << 16 | numbers[3]


def _quirk_row(quirk: Quirk) -> Row:
    return {
        "kind": enum_name(quirk.kind.value),
        "value": quirk.kind.value,
        "releases": ", ".join(f"{since}..{until or ''}" for since, until in quirk.ranges),
        "text": quirk.text,
        "archs": list(quirk.archs or ()),
        "arch_identifiers": [identifier_of(name).upper() for name in quirk.archs or ()],
        "spans": [
            (release_number(since), release_number(until) if until else 0)
            for since, until in quirk.ranges
        ],
    }


def entry_rows(schema: Schema) -> list[Row]:
    rows = []
    for entry in schema.entries_by_number:
        last = entry.last
        others = [format_.value for format_ in entry.formats if format_ is not entry.format]
        quirks = [quirk for export in entry.exports for quirk in export.quirks]
        rows.append(
            {
                "key": entry.key,
                "identifier": identifier_of(entry.key),
                "kind": entry.kind.value,
                "kind_name": enum_name(entry.kind.value),
                "format": entry.format.value,
                "format_name": enum_name(entry.format.value),
                "other_formats": others,
                "other_format_names": list(map(enum_name, others)),
                "unit": entry.unit.value if entry.unit else None,
                "unit_name": enum_name(entry.unit.value) if entry.unit else "NONE",
                "since": str(entry.first.release),
                "until": str(last.release) if last else None,
                "replaced_by": list(entry.replaced_by),
                "replaced_by_identifiers": [identifier_of(key) for key in entry.replaced_by],
                "summary": entry.summary,
                "is_number": entry.format.is_number,
                "is_signed": entry.format.is_signed,
                "name": argument_of(entry.key),
                "quirks": [_quirk_row(quirk) for quirk in quirks],
                "garbage": [start for quirk in quirks for start in quirk.begins],
            }
        )
    return rows


def vocabulary_rows() -> Row:
    def rows(values: Any) -> list[Row]:
        return [{"value": str(v.value), "name": enum_name(str(v.value))} for v in values]

    return {
        "kinds": rows(Kind),
        "formats": [{"value": f.value, "name": enum_name(f.value), "doc": f.doc} for f in Format],
        "units": [{"value": u.value, "name": enum_name(u.value), "doc": u.doc} for u in Unit],
        "quirk_kinds": [
            {"value": k.value, "name": enum_name(k.value), "doc": k.doc} for k in QuirkKind
        ],
    }


def arch_rows(schema: Schema) -> list[Row]:
    return [
        {
            "name": arch.name,
            "identifier": identifier_of(arch.name).upper(),
            "bits": arch.bits,
            "aliases": list(arch.aliases),
            "elf_machines": list(arch.elf_machines),
        }
        for arch in schema.architectures_by_number
    ]


def diagnostic_rows() -> list[Row]:
    return [
        {"value": name, "name": enum_name(name), "severity": severity}
        for name, severity in DIAGNOSTICS
    ]
