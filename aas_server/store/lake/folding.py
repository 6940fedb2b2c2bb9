"""Rows into a stream's table, and new flags on rows that are there, as one version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.transaction import AddAction

from aas_server.errors import Conflict
from aas_server.store.contract import REFLAG
from aas_server.store.lake import columns, merging, parquet_file
from aas_server.store.lake.files import pieces, write_again
from aas_server.store.lake.table import Table, position, removed, schema


def append(
    table: Table, handle: DeltaTable | None, rows: pa.Table, upto: int, reflag: pa.Table | None
) -> DeltaTable:
    """See ``contract.Lake.fold``. Rows of messages folded already are left out. ``handle`` is that of the present
    version, ``None`` where there is no table yet; returns that of the new one."""
    rows = columns.checked(rows)
    if handle is None:
        rows = columns.fitted(rows, columns.written(rows.schema))
        table.folder.mkdir(exist_ok=True)
        table.create(rows.schema, [parquet_file.write(table.folder, parquet_file.place(0, 0), rows)], upto)
        return table.open()
    folded = position(handle)
    if folded < upto:
        later = pc.greater(rows.column("position"), folded)
        rows = rows if pc.all(later).as_py() else rows.filter(later)
        _Fold(table, handle, rows, _by_file(table, handle, reflag)).run(upto)
    else:
        # Whoever folded it may have been cut off before it was durable.
        table.sync(handle.version())
    return handle


class _Fold:
    """One fold into a table that is there. ``flags``: file → number of the row in it → its flags."""

    def __init__(
        self, table: Table, handle: DeltaTable, rows: pa.Table, flags: Mapping[Path, Mapping[int, str | None]]
    ) -> None:
        self._table = table
        self._handle = handle
        self._wanted = columns.written(columns.widened(schema(handle), rows.schema))
        self._rows = columns.fitted(rows, self._wanted)
        self._flags = flags
        self._version = handle.version() + 1

    def run(self, upto: int) -> None:
        stored = pa.schema(self._handle.schema().to_arrow())
        if any(self._wanted.field(field.name).type != field.type for field in stored):
            self._rewrite(upto)
            return
        self._table.add_columns(self._handle, self._wanted)
        small, level = merging.choose(self._table.files(self._handle))
        before = [self._flagged(path, pq.read_table(path)) for path in small]
        rows = pa.concat_tables([*(columns.fitted(each, self._wanted) for each in before), self._rows])
        flagged = [path for path in self._flags if path not in small]
        actions = [self._again(path, parquet_file.place_of(path)) for path in flagged]
        actions.append(parquet_file.write(self._table.folder, parquet_file.place(self._version, 0), rows, level))
        gone = [removed(path) for path in (*small, *flagged)]
        self._table.commit(self._handle, [*gone, *actions], self._wanted, upto)

    def _rewrite(self, upto: int) -> None:
        """Every file again under the wider schema, as one commit; the old files stay for those who pinned them."""
        files = self._table.files(self._handle)
        actions = [self._again(path, parquet_file.place(self._version, part)) for part, path in enumerate(files)]
        last = parquet_file.place(self._version, len(actions))
        actions.append(parquet_file.write(self._table.folder, last, self._rows))
        self._table.commit(self._handle, actions, self._wanted, upto, anew=True)

    def _again(self, path: Path, place: str) -> AddAction:
        """A file under the schema wanted and with its new flags, a piece at a time."""
        rows = self._flagged_pieces(path)
        return write_again(self._table.folder, place, self._wanted, rows, merging.level(path))

    def _flagged_pieces(self, path: Path) -> Iterator[pa.Table]:
        start = 0
        for piece in pieces(path):
            yield self._flagged(path, piece, start)
            start += piece.num_rows

    def _flagged(self, path: Path, rows: pa.Table, start: int = 0) -> pa.Table:
        """Rows of a file, from number ``start`` on, with their new flags."""
        new = {row - start: flags for row, flags in self._flags.get(path, {}).items()}
        new = {row: flags for row, flags in new.items() if 0 <= row < rows.num_rows}
        if not new:
            return rows
        flags = rows.column("flags").to_pylist()
        for row, told in new.items():
            flags[row] = told
        return rows.set_column(rows.column_names.index("flags"), "flags", pa.array(flags, pa.string()))


def _by_file(table: Table, handle: DeltaTable, reflag: pa.Table | None) -> dict[Path, dict[int, str | None]]:
    found: dict[Path, dict[int, str | None]] = {}
    if reflag is None:
        return found
    for file, row, flags in zip(*(reflag.column(name).to_pylist() for name in REFLAG.names), strict=True):
        found.setdefault(table.folder / file, {})[row] = flags
    if gone := found.keys() - set(table.files(handle)):
        raise Conflict("lake-file-replaced", stream=table.folder.name, file=min(gone).name)
    return found
