# SPDX-License-Identifier: MIT
"""Notes in Arrow tables, batch by batch, for Spark's mapInArrow, Ray Data's map_batches and Dask's
map_partitions.

A function has no state except its arguments: it can be pickled, and uses the schema installed with
the tool where it runs. pyarrow comes with `pip install vmcoreinfo-codegen[arrow]`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from .. import resources
from ..dump.problem import DumpError
from ..dump.reader import Found, find_in
from ..dump.source import Memory
from ..model import Schema


class Note(NamedTuple):
    """A row of a batch: `found` is its note, or the error."""

    name: str
    found: Found | DumpError


class OverNotes(ABC):
    """A function from a batch of notes to a table of results.

    The column `note` has each note as a file would have it: its text, its ELF note, a dump, or a
    mail with it; as bytes or as a string. The column `name`, if there is one, names the notes. All
    other columns are kept beside the results.
    """

    schema: pa.Schema
    """The columns that it adds."""

    def __init__(self, note: str = "note", name: str = "path", schema: Path | None = None) -> None:
        self.note = note
        self.name = name
        self.folder = schema

    def __call__(self, batch: Any) -> Any:
        """A RecordBatch for a RecordBatch, a Table for a Table. Raises KeyError, ValueError."""
        schema = self.answer_schema(batch.schema)
        if isinstance(batch, pa.Table):
            answers = [self(one) for one in batch.to_batches(max_chunksize=_MOST_ROWS)]
            return pa.Table.from_batches(answers, schema)
        rows, columns = self.columns([*self._notes(batch)])
        kept = batch.drop_columns([self.note])
        if rows is not None:
            kept = kept.take(pa.array(rows, pa.int32()))
        return pa.RecordBatch.from_arrays(
            [*kept.columns, *(columns[field.name] for field in self.schema)], schema=schema
        )

    def batches(self, batches: Iterator[Any]) -> Iterator[Any]:
        """The results batch by batch, for mapInArrow."""
        return map(self, batches)

    def frame(self, frame: Any) -> Any:
        """The results for a pandas DataFrame, for Dask's map_partitions."""
        return self(pa.Table.from_pandas(frame, preserve_index=False)).to_pandas()

    def answer_schema(self, of: pa.Schema) -> pa.Schema:
        """The columns of the result for batches with these columns."""
        if self.note not in of.names:
            raise KeyError(
                f"no column '{self.note}' with the notes; the columns are {', '.join(of.names)}"
            )
        kept = [field for field in of if field.name != self.note]
        both = {field.name for field in kept} & {*self.schema.names}
        if both:
            raise ValueError(
                f"these columns are also in the result: {', '.join(sorted(both))}; rename them"
            )
        return pa.schema([*kept, *self.schema])

    @abstractmethod
    def columns(self, notes: Sequence[Note]) -> tuple[Sequence[int] | None, Mapping[str, Any]]:
        """The columns of the results, and for each result the row of its note; None if there is one
        for each."""

    def _notes(self, batch: Any) -> Iterator[Note]:
        column = batch.column(self.note)
        names = batch.column(self.name) if self.name in batch.schema.names else None
        for row, value in enumerate(column):
            name = str(names[row]) if names is not None else f"row {row}"
            yield Note(name, _found(name, value.as_py()))


_MOST_ROWS = 4096


def _found(name: str, data: bytes | str | None) -> Found | DumpError:
    if data is None:
        return DumpError(f"{name}: no note")
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogateescape")
    try:
        return find_in(Memory(name, data))
    except DumpError as error:
        return error


@lru_cache(maxsize=4)
def model_in(folder: Path | None) -> Schema:
    """The schema of a folder, None for the one that came with the tool. It is cached, because a
    process handles many batches."""
    if folder is None:
        from ..model.store.cache import load_cached

        return load_cached(resources.schema())
    from ..model.builder import load

    return load(folder)
