"""Rows of a table's files in pieces that fit into memory, and into files of a good size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake.transaction import AddAction

from aas_server.store.lake import columns, parquet_file

LARGE = 32 * 2**20
"""Bytes of a file that is large enough: ten to thirty million plant values. A row flagged late means writing the
whole file again."""
_PIECE_ROWS = 2**16


def pieces(path: Path) -> Iterator[pa.Table]:
    """A file's rows, some ten thousands at a time."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_PIECE_ROWS):
            yield pa.Table.from_batches([batch])


def write_again(
    folder: Path, place: str, schema: pa.Schema, rows: Iterable[pa.Table], level: int = 0, *, changed: bool = True
) -> AddAction:
    """Rows under a schema they can be fitted to, as one file; see ``parquet_file.Writer``. ``changed``: whether
    they are others than those they take the place of."""
    writer = parquet_file.Writer(folder, place, schema, level)
    try:
        for piece in rows:
            writer.add(columns.fitted(piece, schema))
    except BaseException:
        writer.discard()
        raise
    return writer.close(changed=changed)


class Files:
    """Rows written as files of about ``LARGE`` bytes, one after the other, a new one where the schema changes."""

    def __init__(self, folder: Path, version: int) -> None:
        self._folder = folder
        self._version = version
        self._writer: parquet_file.Writer | None = None
        self._schema = pa.schema([])
        self.schemas: list[pa.Schema] = []
        self.actions: list[AddAction] = []

    def add(self, rows: pa.Table) -> None:
        if self._writer is not None and (self._schema != rows.schema or self._writer.size >= LARGE):
            self._end()
        if self._writer is None:
            place = parquet_file.place(self._version, len(self.actions))
            self._schema, self._writer = rows.schema, parquet_file.Writer(self._folder, place, rows.schema)
        self._writer.add(rows)

    def close(self) -> None:
        """Finish the last file: ``actions`` and ``schemas`` tell of all then."""
        if self._writer is not None:
            self._end()

    def discard(self) -> None:
        """Take away what was written: it is not part of the table."""
        if self._writer is not None:
            self._writer.discard()
            self._writer = None
        for action in self.actions:
            (self._folder / action.path).unlink(missing_ok=True)

    def _end(self) -> None:
        assert self._writer is not None
        writer, self._writer = self._writer, None
        self.actions.append(writer.close())
        self.schemas.append(self._schema)
