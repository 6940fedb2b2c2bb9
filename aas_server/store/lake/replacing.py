"""Rows decoded anew in the place of those that are there, as one version."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from deltalake.transaction import AddAction

from aas_server.errors import Conflict
from aas_server.store.contract import COMMON
from aas_server.store.lake import columns, parquet_file
from aas_server.store.lake.files import Files, pieces, write_again
from aas_server.store.lake.table import Stored, Table, position, removed, schema, stored


class Replacing:
    """One replacement: first the files, then under the lock the commit."""

    def __init__(self, table: Table, after: int, upto: int) -> None:
        self._table = table
        self._after = after
        self._upto = upto
        self._folder = table.folder
        self._version = table.open().version() + 1 if table.exists() else 0
        self._new = Files(self._folder, self._version)
        self._schema = pa.schema([])
        self._written: list[Path] = []

    def run(self, batches: Iterable[pa.Table], alone: AbstractContextManager[None]) -> int:
        """See ``contract.Lake.replace``; ``alone`` holds the lake's lock."""
        try:
            self._folder.mkdir(exist_ok=True)
            for rows in batches:
                rows = columns.checked(rows).filter(pc.greater(rows.column("position"), self._after))
                self._schema = columns.widened(self._schema, rows.schema, either=True)
                self._new.add(rows.select([field.name for field in rows.schema if field.type != pa.null()]))
            self._new.close()
            with alone:
                return self._commit()
        except BaseException:
            self._new.discard()
            for path in self._written:
                path.unlink(missing_ok=True)
            raise

    def _commit(self) -> int:
        self._table.mend()
        if not self._table.exists():
            wanted = columns.written(self._schema or pa.schema(COMMON.items()))
            self._table.create(wanted, self._adopted(wanted), self._upto)
            return 0
        handle = self._table.open()
        if position(handle) > self._upto:
            raise Conflict("lake-moved-on", stream=self._folder.name, folded=position(handle), upto=self._upto)
        files = stored(handle)
        stay = [file for file in files if not self._is_replaced(file)]
        cut = [file for file in stay if file.positions is None or file.positions[1] > self._after]
        if not stay:
            wanted = columns.written(self._schema or pa.schema(COMMON.items()))
            return self._table.commit(handle, self._adopted(wanted), wanted, self._upto, anew=True)
        present = schema(handle, {file.name for file in stay})
        wanted = columns.written(columns.widened(present, self._schema, either=True))
        if any(wanted.field(field.name).type != field.type for field in pa.schema(handle.schema().to_arrow())):
            actions = [*self._kept(stay, wanted), *self._adopted(wanted)]
            return self._table.commit(handle, actions, wanted, self._upto, anew=True)
        self._table.add_columns(handle, wanted)
        gone = [removed(self._folder / file.name) for file in files if file in cut or file not in stay]
        actions = [*self._kept(cut, wanted), *self._adopted(wanted)]
        return self._table.commit(handle, [*gone, *actions], wanted, self._upto)

    def _is_replaced(self, file: Stored) -> bool:
        return file.positions is not None and file.positions[0] > self._after

    def _kept(self, files: Iterable[Stored], wanted: pa.Schema) -> list[AddAction]:
        """Files again with only the rows that stay, in their old places."""
        return [
            self._written_again(
                parquet_file.place_of(file.name),
                wanted,
                (
                    rows.filter(pc.less_equal(rows.column("position"), self._after))
                    for rows in pieces(self._folder / file.name)
                ),
            )
            for file in files
        ]

    def _adopted(self, wanted: pa.Schema) -> list[AddAction]:
        """The new files; those that were written before a column became wider are written again."""
        actions = []
        for action, written in zip(self._new.actions, self._new.schemas, strict=True):
            path = self._folder / action.path
            if any(wanted.field(field.name).type != field.type for field in written):
                fitting = pa.schema([wanted.field(name) for name in written.names])
                action = self._written_again(parquet_file.place_of(path), fitting, pieces(path))
                path.unlink()
            actions.append(action)
        return actions

    def _written_again(self, place: str, wanted: pa.Schema, rows: Iterable[pa.Table]) -> AddAction:
        action = write_again(self._folder, place, wanted, rows)
        self._written.append(self._folder / action.path)
        return action
