# SPDX-License-Identifier: MIT
"""Audits as an Arrow table: one row per input, with its findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..dump.problem import DumpError
from ..query.names import find_architecture, find_kernel
from .batches import Note, OverNotes, model_in
from .rule import Finding, Severity
from .run import Audited, Auditor, unreadable

_FINDING = pa.struct(
    [
        ("rule", pa.string()),
        ("severity", pa.string()),
        ("key", pa.string()),
        ("message", pa.string()),
        ("remedy", pa.string()),
        ("line", pa.int32()),
    ]
)

SCHEMA = pa.schema(
    [
        ("readable", pa.bool_()),
        ("release", pa.string()),
        ("vendor", pa.string()),
        ("vendor_release", pa.string()),
        ("base", pa.string()),
        ("arch", pa.string()),
        ("build_id", pa.string()),
        ("crash_time", pa.timestamp("s", "UTC")),
        ("format", pa.string()),
        ("error", pa.int32()),
        ("warning", pa.int32()),
        ("info", pa.int32()),
        ("known", pa.int32()),
        ("findings", pa.list_(_FINDING)),
        ("keys", pa.list_(pa.string())),
    ]
)
"""`vendor`, `vendor_release` and `base` are those of a vendor's line; `keys` are all keys of the
note.

The counts include findings that are left out of `findings`.
"""

SCHEMA_OF_FILES = pa.schema([("path", pa.string()), *SCHEMA])
"""The same, with the name of the input."""


def table_of(audited: Sequence[Audited], least: Severity) -> Any:
    """A RecordBatch of inputs, with findings of at least that severity."""
    columns = columns_of(audited, least)
    paths = pa.array([_text(one.path) for one in audited], pa.string())
    return pa.RecordBatch.from_arrays([paths, *columns.values()], schema=SCHEMA_OF_FILES)


def columns_of(audited: Sequence[Audited], least: Severity) -> dict[str, Any]:
    lines = [one.line for one in audited]
    counts = [_counts(one) for one in audited]
    values: dict[str, list[Any]] = {
        "readable": [one.is_readable for one in audited],
        "release": [_text(one.release) for one in audited],
        "vendor": [line.vendor if line else None for line in lines],
        "vendor_release": [line.release if line else None for line in lines],
        "base": [line.base if line else None for line in lines],
        "arch": [one.arch for one in audited],
        "build_id": [one.build_id for one in audited],
        "crash_time": [_moment(one.crash_time) for one in audited],
        "format": [one.format for one in audited],
        "error": [count[Severity.ERROR] for count in counts],
        "warning": [count[Severity.WARNING] for count in counts],
        "info": [count[Severity.INFO] for count in counts],
        "known": [one.known for one in audited],
        "findings": [[_told(f) for f in one.of_severity(least)] for one in audited],
        "keys": [one.keys for one in audited],
    }
    return {field.name: pa.array(values[field.name], field.type) for field in SCHEMA}


class AuditNotes(OverNotes):
    """`vmcoreinfo audit` for a batch of notes: one row per note.

    `arch` and `kernel` apply to all notes and override what the notes say; `least` leaves out less
    severe findings.
    """

    schema = SCHEMA

    def __init__(
        self,
        note: str = "note",
        name: str = "path",
        *,
        arch: str | None = None,
        kernel: str | None = None,
        least: str = "info",
        schema: Path | None = None,
    ) -> None:
        super().__init__(note, name, schema)
        self.arch = arch
        self.kernel = kernel
        self.least = Severity(least)

    def columns(self, notes: Sequence[Note]) -> tuple[None, Mapping[str, Any]]:
        auditor = _auditor_of(self.folder, self.arch, self.kernel)
        return None, columns_of([_audited(auditor, note) for note in notes], self.least)


def _audited(auditor: Auditor, note: Note) -> Audited:
    if isinstance(note.found, DumpError):
        return unreadable(note.name, note.found)
    return auditor.of_note(note.name, note.found)


@lru_cache(maxsize=4)
def _auditor_of(folder: Path | None, arch: str | None, kernel: str | None) -> Auditor:
    """The auditor, cached because it remembers the builds of earlier batches.

    Raises UnknownName for an architecture or a kernel that the schema does not have.
    """
    schema = model_in(folder)
    return Auditor(
        schema,
        None if arch is None else find_architecture(schema, arch),
        None if kernel is None else find_kernel(schema, kernel),
    )


def _counts(one: Audited) -> dict[Severity, int]:
    counts = dict.fromkeys(Severity, 0)
    for finding in one.findings:
        counts[finding.severity] += 1
    return counts


def _told(finding: Finding) -> tuple[Any, ...]:
    return (
        finding.rule,
        finding.severity.value,
        _text(finding.key),
        _text(finding.message),
        finding.remedy,
        finding.line,
    )


def _text(text: str | None) -> str | None:
    """The text in valid UTF-8: a name may have other bytes."""
    return None if text is None else text.encode("utf-8", "backslashreplace").decode()


_LAST = datetime(9999, 12, 31, tzinfo=UTC).timestamp()


def _moment(seconds: int | None) -> int | None:
    return seconds if seconds is not None and 0 <= seconds <= _LAST else None
