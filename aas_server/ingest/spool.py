"""A stream's rows decoded anew, laid aside on the disk until all are there: only then it shows which are alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from aas_server.ingest import judging, likeness
from aas_server.ingest.remarks import Mask
from aas_server.store import records
from aas_server.store.contract import COMMON
from aas_server.store.parquet import literal, quoted

_ALIKE = 200_000
"""Rows that are compared at once."""
_BELIEVED = "believed"


class Spool:
    """Tables in a scratch folder, in order, each with columns and types of its own. ``key``: the columns by which
    rows are alike."""

    def __init__(self, folder: Path, key: Sequence[str]) -> None:
        self._folder = folder
        self._key = key
        self._files: list[Path] = []
        self._own: dict[str, None] = {}

    def add(self, rows: pa.Table, believed: Mask) -> None:
        """Lay rows aside. ``believed``: rows whose time counts."""
        file = self._folder / f"{len(self._files):06d}.parquet"
        kept = [field.name for field in rows.schema if field.type != pa.null()]
        pq.write_table(rows.select(kept).append_column(_BELIEVED, pa.array(believed)), file, compression="zstd")
        self._files.append(file)
        self._own |= dict.fromkeys(name for name in kept if name not in COMMON)

    def tables(self) -> Iterator[pa.Table]:
        """The tables again, with the flags of rows that are alike."""
        if not self._files:
            return
        repeated, conflicting = self._alike()
        start = 0
        for file in self._files:
            rows = pq.read_table(file).drop_columns([_BELIEVED])
            end = start + rows.num_rows
            masks = {likeness.REPEATED: repeated[start:end], likeness.CONFLICTING: conflicting[start:end]}
            yield judging.with_flags(rows, masks)
            start = end

    def _alike(self) -> tuple[Mask, Mask]:
        count = sum(pq.read_metadata(file).num_rows for file in self._files)
        repeated, conflicting = np.zeros((2, count), np.bool_)
        with records.connect(self._folder / "spill") as connection:
            self._view(connection)
            key = ", ".join(map(quoted, self._key))
            connection.execute(
                f"CREATE TEMP TABLE alike AS SELECT {key}, count(*) AS rows FROM spool "  # noqa: S608
                f"WHERE {_BELIEVED} AND time IS NOT NULL GROUP BY {key} HAVING count(*) > 1"
            )
            ((found,),) = connection.execute("SELECT coalesce(sum(rows), 0)::BIGINT FROM alike").fetchall()
            shares = -(-found // _ALIKE)
            same = " AND ".join(
                f"spool.{quoted(name)} IS NOT DISTINCT FROM alike.{quoted(name)}" for name in self._key
            )
            of_alike = ", ".join(f"alike.{quoted(name)}" for name in self._key)
            for share in range(shares):
                rows = connection.sql(
                    f"SELECT spool.* FROM spool JOIN alike ON {same} "  # noqa: S608
                    f"WHERE {_BELIEVED} AND hash({of_alike}) % {shares} = {share}"
                ).to_arrow_table()
                at = rows["number"].to_numpy()
                repeated[at], conflicting[at] = likeness.judged(
                    rows.drop_columns(["number", _BELIEVED]), self._key
                )
        return repeated, conflicting

    def _view(self, connection: duckdb.DuckDBPyConnection) -> None:
        """All rows with their number, whatever columns each file has."""
        columns = ", ".join(map(quoted, ("time", "misfit", _BELIEVED, *self._own)))
        starts, start = [], 0
        for file in self._files:
            starts.append(start)
            start += pq.read_metadata(file).num_rows
        files = ", ".join(literal(str(file)) for file in self._files)
        connection.execute(
            f"CREATE VIEW spool AS SELECT CAST({starts} AS BIGINT[])[file_index::BIGINT + 1] + file_row_number "  # noqa: S608
            f"AS number, {columns} FROM read_parquet([{files}], union_by_name = true)"
        )
