# SPDX-License-Identifier: MIT
"""Verdicts on tools as an Arrow table: one row per note and tool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from ..audit.batches import Note, OverNotes, model_in
from ..dump.problem import DumpError
from ..query.interface.consumers import ToolVerdict
from ..query.names import find_architecture, find_kernel
from ..query.tool_names import find_tool
from .notes import Judge, Judged, NotTold
from .overview import Tool, Verdicts

SCHEMA = pa.schema(
    [
        ("error", pa.string()),
        ("kernel", pa.string()),
        ("vendor", pa.string()),
        ("vendor_release", pa.string()),
        ("base", pa.string()),
        ("arch", pa.string()),
        ("format", pa.string()),
        ("tool", pa.string()),
        ("tool_release", pa.string()),
        ("build", pa.string()),
        ("verdict", pa.string()),
        ("worked_out", pa.string()),
        ("rests_on", pa.string()),
        ("purposes", pa.list_(pa.string())),
        ("not_known", pa.list_(pa.string())),
        ("fixed_in", pa.string()),
    ]
)
"""`error` says why a note can't be judged; such a note has a single row without a tool."""

SCHEMA_OF_FILES = pa.schema([("path", pa.string()), *SCHEMA])
"""The same, with the name of the input."""


class _Row(NamedTuple):
    """A row of the table; `number` is that of the note."""

    number: int
    one: Judged
    verdicts: Verdicts | None
    tool: ToolVerdict | None


def table_of(judged: Sequence[Judged]) -> Any:
    """A RecordBatch of inputs."""
    rows = list(_rows(judged))
    paths = [row.one.path.encode("utf-8", "backslashreplace").decode() for row in rows]
    columns = _columns_of(rows)
    return pa.RecordBatch.from_arrays(
        [pa.array(paths, pa.string()), *columns.values()], schema=SCHEMA_OF_FILES
    )


class JudgeNotes(OverNotes):
    """`vmcoreinfo compat` for a batch of notes: one row per note and tool.

    `tools` are named as on the command line, `makedumpfile@1.7.4`. `arch` and `kernel` apply to all
    notes and override what the notes say.
    """

    schema = SCHEMA

    def __init__(
        self,
        tools: Sequence[str],
        note: str = "note",
        name: str = "path",
        *,
        arch: str | None = None,
        kernel: str | None = None,
        schema: Path | None = None,
    ) -> None:
        super().__init__(note, name, schema)
        self.tools = tuple(tools)
        self.arch = arch
        self.kernel = kernel

    def columns(self, notes: Sequence[Note]) -> tuple[Sequence[int], Mapping[str, Any]]:
        """The columns of the results. Raises UnknownTool, UnknownName."""
        judge = _judge_of(self.folder, self.tools, self.arch, self.kernel)
        rows = list(_rows([_judged(judge, note) for note in notes]))
        return [row.number for row in rows], _columns_of(rows)


def _judged(judge: Judge, note: Note) -> Judged:
    if isinstance(note.found, DumpError):
        return Judged(note.name, None, str(note.found))
    try:
        return Judged(note.name, judge.on(note.found), None, note.found.remarks)
    except NotTold as error:
        return Judged(note.name, None, f"{note.name}: {error}", note.found.remarks)


@lru_cache(maxsize=4)
def _judge_of(
    folder: Path | None, tools: tuple[str, ...], arch: str | None, kernel: str | None
) -> Judge:
    """The judge, cached because it remembers the builds of earlier batches."""
    schema = model_in(folder)
    asked = [Tool(*found, found[0].build) for found in (find_tool(schema, one) for one in tools)]
    return Judge(
        schema,
        asked,
        kernel=None if kernel is None else find_kernel(schema, kernel),
        arch=None if arch is None else find_architecture(schema, arch),
    )


def _rows(judged: Sequence[Judged]) -> Iterator[_Row]:
    for number, one in enumerate(judged):
        if one.verdicts is None:
            yield _Row(number, one, None, None)
        else:
            yield from (_Row(number, one, one.verdicts, tool) for tool in one.verdicts.tools)


def _columns_of(rows: Sequence[_Row]) -> dict[str, Any]:
    verdicts = [row.verdicts for row in rows]
    lines = [one.line if one else None for one in verdicts]
    tools = [row.tool for row in rows]
    values: dict[str, list[Any]] = {
        "error": [_text(row.one.error) for row in rows],
        "kernel": [_text(one.kernel) if one else None for one in verdicts],
        "vendor": [line.vendor if line else None for line in lines],
        "vendor_release": [line.release if line else None for line in lines],
        "base": [line.base if line else None for line in lines],
        "arch": [one.arch if one else None for one in verdicts],
        "format": [one.format if one else None for one in verdicts],
        "tool": [tool.consumer if tool else None for tool in tools],
        "tool_release": [tool.release if tool else None for tool in tools],
        "build": [tool.build if tool else None for tool in tools],
        "verdict": [tool.verdict if tool else None for tool in tools],
        "worked_out": [tool.worked_out if tool else None for tool in tools],
        "rests_on": [tool.rests_on if tool else None for tool in tools],
        "purposes": [tool.purposes if tool else None for tool in tools],
        "not_known": [[_text(why) for why in tool.not_known] if tool else None for tool in tools],
        "fixed_in": [tool.fixed_in if tool else None for tool in tools],
    }
    return {field.name: pa.array(values[field.name], field.type) for field in SCHEMA}


def _text(text: str | None) -> str | None:
    """The text in valid UTF-8: a name may have other bytes."""
    return None if text is None else text.encode("utf-8", "backslashreplace").decode()
