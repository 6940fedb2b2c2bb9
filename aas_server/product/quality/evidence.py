"""What step 6 leaves beside a release: the figures of the report, and the rows behind each finding.

``products/<id>/quality/<release>/figures.json``, ``rows/<kind>.parquet`` (one column, ``row`` from 0, ascending)
and ``sketch.json``, by which a copy of the data is known. They are made anew with every verification, whole or not
at all; the release itself is never touched.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from aas_server.product import folder as folders
from aas_server.quality.figures import Figures
from aas_server.quality.finding import Finding
from aas_server.quality.likeness import Sketch

_FIGURES, _ROWS, _SKETCH = "figures.json", "rows", "sketch.json"
_BATCH = 100_000
_SCHEMA = pa.schema([("row", pa.int64())])


def home(data: Path, product: str, release: str) -> Path:
    """Where a release's evidence lies. ``data``: the data folder."""
    return data / "products" / product / "quality" / release


def beside(released: Path) -> Path:
    """The same from where the release itself lies."""
    return released.parent.parent / "quality" / released.name


def keep(
    target: Path,
    figures: Figures,
    found: Iterable[Finding],
    connection: duckdb.DuckDBPyConnection,
    sketch: Sketch | None = None,
) -> None:
    """Write the evidence into ``target``, in place of an earlier one."""
    with folders.whole(target) as folder:
        (folder / _FIGURES).write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=1) + b"\n")
        if sketch is not None:
            (folder / _SKETCH).write_bytes(msgspec.json.encode(sketch))
        (folder / _ROWS).mkdir()
        for finding in found:
            if finding.rows:
                _write(connection, finding, folder / _ROWS / f"{finding.kind}.parquet")


def figures(folder: Path) -> Figures | None:
    """The figures kept there; ``None`` where a release was verified before they were kept."""
    file = folder / _FIGURES
    return msgspec.json.decode(file.read_bytes(), type=Figures) if file.is_file() else None


def sketch(folder: Path) -> Sketch | None:
    """The sketch kept there; ``None`` where a release was verified before it was kept."""
    file = folder / _SKETCH
    return msgspec.json.decode(file.read_bytes(), type=Sketch) if file.is_file() else None


def kinds(folder: Path) -> tuple[str, ...]:
    """The kinds of findings that lead to rows."""
    return tuple(sorted(file.stem for file in (folder / _ROWS).glob("*.parquet")))


def count(folder: Path, kind: str) -> int:
    """How many rows a finding concerns."""
    return int(pq.read_metadata(folder / _ROWS / f"{kind}.parquet").num_rows)


def rows(folder: Path, kind: str, start: int, limit: int) -> list[int]:
    """The rows that a finding concerns, from the ``start``-th on."""
    found: list[int] = []
    with pq.ParquetFile(folder / _ROWS / f"{kind}.parquet") as file:
        begin = 0
        for group in range(file.num_row_groups):
            size = file.metadata.row_group(group).num_rows
            if begin + size > start:
                part = file.read_row_group(group).column("row").slice(max(start - begin, 0), limit - len(found))
                found += part.to_pylist()
            begin += size
            if len(found) >= limit:
                break
    return found


def _write(connection: duckdb.DuckDBPyConnection, finding: Finding, file: Path) -> None:
    asked = connection.execute(f"SELECT DISTINCT row::BIGINT AS row FROM ({finding.rows}) ORDER BY row")  # noqa: S608
    with pq.ParquetWriter(file, _SCHEMA, compression="zstd") as target:
        while found := asked.fetchmany(_BATCH):
            column = pa.array([row for (row,) in found], pa.int64())
            target.write_table(pa.table([column], schema=_SCHEMA))
