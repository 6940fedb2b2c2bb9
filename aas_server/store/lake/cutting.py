"""Retention: rows that arrived before a moment are taken out, whole files where they can be."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from deltalake.transaction import AddAction

from aas_server.store.contract import COMMON, Gone
from aas_server.store.lake import parquet_file
from aas_server.store.lake.files import pieces, write_again
from aas_server.store.lake.merging import level
from aas_server.store.lake.table import Stored, Table, position, removed, stored


def cut(table: Table, before: int) -> Gone:
    """See ``contract.Lake.cut``; ``before`` is in µs here. The caller holds the lake's lock."""
    table.mend()
    handle = table.open()
    schema = pa.schema(handle.schema().to_arrow())
    files = [file for file in stored(handle) if file.arrivals is not None]
    whole = [file for file in files if file.arrivals and file.arrivals[1] < before]
    edge = [file for file in files if file.arrivals and file.arrivals[0] < before <= file.arrivals[1]]
    if not whole and not edge:
        return Gone(0, 0, 0)
    left = [_rest(table, file, schema, before) for file in edge]
    rows = sum(file.rows for file in (*whole, *edge)) - sum(map(parquet_file.rows_of, left))
    gone = [removed(table.folder / file.name) for file in (*whole, *edge)]
    table.commit(handle, [*gone, *left], schema, position(handle))
    return Gone(len(whole), sum(file.size for file in whole), rows)


def _rest(table: Table, file: Stored, schema: pa.Schema, before: int) -> AddAction:
    """A file at the edge without the rows that go, in its place."""
    path = table.folder / file.name
    bound = pa.scalar(before, COMMON["arrival"])
    rows = (piece.filter(pc.greater_equal(piece.column("arrival"), bound)) for piece in pieces(path))
    return write_again(table.folder, parquet_file.place_of(path), schema, rows, level(path))
