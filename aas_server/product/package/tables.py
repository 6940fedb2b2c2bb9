"""The tables of a release: Parquet files whose row groups are small enough to be read page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from aas_server.clock import from_ns, iso
from aas_server.product.work import Prepared, PreparedTable
from aas_server.store.parquet import quoted, reader

TIME = "Time"
ROW_GROUP = 16_384
"""Rows read for one page of the Open API at the utmost: 30 columns of it take a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table in the release. ``file`` is its path in there, such as ``data/shots.parquet``."""

    stream: str
    file: str
    path: Path
    rows: int
    columns: tuple[str, ...]
    source: PreparedTable


def file_of(stream: str) -> str:
    """Where a stream's table lies in a release (a stream's name is safe as a file's, see the lake)."""
    return f"data/{stream}.parquet"


def write(prepared: Prepared, folder: Path) -> tuple[Table, ...]:
    """Write every prepared table into ``folder``; the main one comes first."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    return tuple(_write(table, folder) for table in prepared.tables)


def _write(table: PreparedTable, folder: Path) -> Table:
    file = file_of(table.stream)
    with pq.ParquetFile(table.path) as source:
        schema = source.schema_arrow
        with pq.ParquetWriter(folder / file, schema, compression="zstd") as target:
            for batch in source.iter_batches(ROW_GROUP):
                target.write_batch(batch, row_group_size=ROW_GROUP)
        return Table(table.stream, file, folder / file, source.metadata.num_rows, tuple(schema.names), table)


def rows_at(path: Path, positions: Sequence[int]) -> pa.Table:
    """The rows at ``positions`` (ascending, from 0); only the row groups that hold one are read."""
    parts, start, wanted = [], 0, list(positions)
    with pq.ParquetFile(path) as file:
        empty = file.schema_arrow.empty_table()
        for group in range(file.num_row_groups):
            end = start + file.metadata.row_group(group).num_rows
            inside = [position - start for position in wanted if start <= position < end]
            if inside:
                parts.append(file.read_row_group(group).take(inside))
            start = end
    return pa.concat_tables(parts) if parts else empty


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when (ISO 8601 UTC, empty without times), and the median step as an ISO 8601 duration."""

    start: str = ""
    end: str = ""
    resolution: str = ""


def period(table: Table) -> Period:
    """What the main table's times cover."""
    if TIME not in table.columns:
        return Period()
    time = quoted(TIME)
    with reader({"t": [table.path]}) as db:
        start, end, step = db.execute(
            f"WITH times AS (SELECT epoch_us({time}) AS us FROM t WHERE {time} IS NOT NULL), gaps AS"  # noqa: S608
            f" (SELECT us - lag(us) OVER (ORDER BY us) AS gap FROM times)"
            f" SELECT (SELECT min(us) FROM times), (SELECT max(us) FROM times),"
            f" (SELECT median(gap) FROM gaps WHERE gap > 0)"
        ).fetchall()[0]
    if start is None:
        return Period()
    return Period(iso(from_ns(start * 1000)), iso(from_ns(end * 1000)), duration(step / 1e6) if step else "")


def duration(seconds: float) -> str:
    """An ISO 8601 duration of seconds, to the millisecond: ``PT0.5S``, ``PT42S``."""
    return f"PT{f'{seconds:.3f}'.rstrip('0').rstrip('.')}S"


def observed(table: Table) -> Mapping[str, tuple[int, object, object]]:
    """Per column: cells that hold a value (NaN does not count), smallest and largest of them."""
    if not table.columns:
        return {}
    kinds = {field.name: field.type for field in pq.read_schema(table.path)}
    measured = []
    for name in table.columns:
        cell = quoted(name)
        if pa.types.is_floating(kinds[name]):
            cell = f"CASE WHEN isnan({cell}) THEN NULL ELSE {cell} END"
        measured.append(f"count({cell}), min({cell}), max({cell})")
    with reader({"t": [table.path]}) as db:
        flat = db.execute(f"SELECT {', '.join(measured)} FROM t").fetchall()[0]  # noqa: S608
    return {name: (flat[3 * at], flat[3 * at + 1], flat[3 * at + 2]) for at, name in enumerate(table.columns)}
