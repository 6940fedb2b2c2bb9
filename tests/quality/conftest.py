"""Small tables to measure, from columns given as SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aas_server.quality.table import Table, column, counted
from aas_server.store import records
from aas_server.store.parquet import quoted

Measured = Callable[..., Table]
_KINDS = {pa.bool_(): "bool", pa.int64(): "int64", pa.float64(): "double", pa.string(): "string"}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with records.connect(tmp_path / "spill") as opened:
        yield opened


@pytest.fixture
def table(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> Measured:
    """A counted table over columns; ``types`` declares XSD types, ``limits`` valid ranges."""

    def make(
        columns: dict[str, pa.Array],
        types: dict[str, str] | None = None,
        limits: dict[str, tuple[float | None, float | None]] | None = None,
    ) -> Table:
        path = tmp_path / "table.parquet"
        rows = pa.table(columns)
        pq.write_table(rows, path)
        kinds = {name: _KINDS[rows.schema.field(name).type] for name in columns}
        records.view(connection, "data", (path,), kinds)
        names = {name: f"c{number}" for number, name in enumerate(columns)}
        shown = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in names.items())
        connection.execute(f'CREATE VIEW by_name AS SELECT row AS "#row", time AS "#time", {shown} FROM data')
        records.lock(connection, (path,))
        described = tuple(
            column(
                name,
                sql,
                kinds[name],
                (types or {}).get(name, "xs:string"),
                (limits or {}).get(name, (None, None)),
            )
            for name, sql in names.items()
        )
        return counted(Table(connection, "data", described, tuple(names.values()), names, "by_name"))

    return make
