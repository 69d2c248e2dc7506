# SPDX-License-Identifier: MIT
"""Apache Parquet, written row group by row group."""

from __future__ import annotations

from typing import Any, TextIO

from .failure import Failure

_ROWS_AT_ONCE = 4096
"""Rows per group: some 10 MB of inputs with their findings."""


class Writer:
    """Writes a table to a file. Raises Failure if pyarrow is not installed, and for a terminal."""

    def __init__(self, out: TextIO) -> None:
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError as error:
            raise Failure(
                "--format parquet needs pyarrow: pip install 'vmcoreinfo-codegen[arrow]'"
            ) from error
        if out.isatty():
            raise Failure("not writing parquet to a terminal; use -o FILE")
        self._arrow = pyarrow
        self._out = out
        self._file: Any = None
        self._batches: list[Any] = []
        self._rows = 0

    def add(self, batch: Any) -> None:
        self._batches.append(batch)
        self._rows += batch.num_rows
        if self._rows >= _ROWS_AT_ONCE:
            self._write(batch.schema)

    def close(self, schema: Any) -> None:
        """Write the remaining rows and the footer, also if there are no rows."""
        self._write(schema)
        self._file.close()
        self._out.flush()

    def _write(self, schema: Any) -> None:
        if self._file is None:
            self._out.flush()
            self._file = self._arrow.parquet.ParquetWriter(
                self._out.buffer,
                schema,
                compression="zstd",
            )
        self._file.write_table(self._arrow.Table.from_batches(self._batches, schema))
        self._batches = []
        self._rows = 0
