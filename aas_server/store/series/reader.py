"""Reading a table over time. Nothing but what is answered is held in memory, beyond a bound that DuckDB keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aas_server.errors import BadInput, TooLarge
from aas_server.store import records
from aas_server.store.contract import COMMON
from aas_server.store.parquet import reader
from aas_server.store.series.lttb import lttb
from aas_server.store.series.source import TAGGED, Source
from aas_server.store.series.statements import Grid, Statements
from aas_server.store.series.wanted import SELECTING, Buckets, Wanted

MEMORY = "256MB"
"""Of one reading. A sort or a grouping that needs more fails with a sentence; it doesn't take the server down."""
_BATCH_VALUES = 1_000_000
"""Held at a time, beside what DuckDB holds."""
_EXACT = 1_000_000
"""Values that are thinned as they are. Of more, the extremes of four times as many buckets as there shall be
points are thinned: MinMaxLTTB (J. Van Der Donckt et al., IEEE VIS 2023), which can't be told from LTTB by eye."""
_MOST_BUCKETS = 1_000_000
"""Of an answer in which empty buckets stand, or whose points are chosen."""
_MOST_SERIES = 200
"""Whose points are chosen in one answer."""


@dataclass(frozen=True, slots=True)
class Extent:
    """The lowest and the highest place on the axis, both included, and how many rows there are."""

    low: int
    high: int
    rows: int


@dataclass(frozen=True, slots=True)
class Found:
    """What was read, batch by batch."""

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]


@contextmanager
def open_series(source: Source, memory: str = MEMORY) -> Iterator[Series]:
    """A table, opened for reading until the block's end; one reading after the other: what a new one leaves unread
    of the one before is gone."""
    with reader({}, memory) as connection:
        yield Series(connection, source)


class Series:
    """Reads one table."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, source: Source) -> None:
        self._connection = connection
        self._source = source
        self._reading: pa.RecordBatchReader | None = None

    def tags(self) -> Mapping[str, str]:
        """All tags of a narrow table, in order, with their kinds: ``double``, or ``string`` where texts came."""
        statements = self._prepared(Wanted(common=()))
        return {tag: "string" if texts else "double" for tag, texts in self._rows(statements.tags(), [])}

    def extent(self, wanted: Wanted) -> Extent | None:
        """Where the rows wanted lie; ``None`` where there are none."""
        statements = self._prepared(wanted)
        low, high, rows = self._rows(statements.extent(), statements.parameters)[0]
        return None if low is None else Extent(low, high, rows)

    def count(self, wanted: Wanted) -> int:
        """How many records there are, or how many buckets that hold one, whatever the limit."""
        statements = self._prepared(wanted)
        if wanted.buckets is None:
            return int(self._rows(statements.extent(), statements.parameters)[0][2])
        grid = self._grid(statements, wanted, wanted.buckets)
        return 0 if grid is None else int(self._rows(statements.groups(grid), statements.parameters)[0][0])

    def read(self, wanted: Wanted) -> Found:
        """What is wanted. The axis comes first, under its name; then ``tag``, ``number`` and ``text`` of a narrow
        table, or the columns of a wide one. Raises ``BadInput`` where it would be too much."""
        statements = self._prepared(wanted)
        buckets = wanted.buckets
        if buckets is None:
            return self._found(statements, statements.records(), None, statements.parameters)
        if buckets.points == 1 and buckets.method not in SELECTING:
            low = self._known_ends(wanted)[0]
            return self._hoped(statements, buckets, lambda: statements.together(buckets, low))
        grid = self._grid(statements, wanted, buckets)
        if grid is None:
            empty = f"SELECT * FROM ({statements.aggregates(buckets, Grid(1, 0, 0, 0))}) WHERE false"  # noqa: S608
            if buckets.method in SELECTING:
                empty = statements.chosen(statements.extremes(buckets, Grid(1, 0, 0, 0)), buckets)
            return self._found(statements, empty, buckets, statements.parameters)
        if buckets.method not in SELECTING:
            if buckets.empty:
                _check(grid.count)
            if buckets.points is not None:
                return self._hoped(statements, buckets, lambda: statements.aggregates(buckets, grid))
            return self._found(statements, statements.aggregates(buckets, grid), buckets, statements.parameters)
        return self._selected(statements, buckets, grid)

    def _hoped(self, statements: Statements, buckets: Buckets, query: Callable[[], str]) -> Found:
        """Few buckets: read as if all values were finite, and again where a result says that they are not."""
        statements.is_filtered = False
        found = self._found(statements, query(), buckets, statements.parameters)
        batches = list(found.batches)
        if all(_is_finite(column) for batch in batches for column in batch.columns):
            return Found(found.schema, iter(batches))
        statements.is_filtered = True
        return self._found(statements, query(), buckets, statements.parameters)

    def _selected(self, statements: Statements, buckets: Buckets, grid: Grid) -> Found:
        width = len(self.tags()) if statements.is_narrow and not statements.parameters else 0
        width = width or len(statements.parameters) or len(statements.answered(buckets)) - 1
        if width > _MOST_SERIES:
            raise BadInput("series-many", count=width, most=_MOST_SERIES)
        _check(grid.count * width)
        if buckets.method == "minmax":
            return self._hoped(
                statements, buckets, lambda: statements.chosen(statements.extremes(buckets, grid), buckets)
            )
        extremes = statements.extremes(buckets, grid)
        rows = int(self._rows(statements.extent(), statements.parameters)[0][2])
        exact = rows * (1 if statements.is_narrow else width) <= _EXACT
        query = statements.points(buckets) if exact else f"SELECT * FROM ({extremes}) ORDER BY s, place, v"  # noqa: S608
        with _bounded():
            long = self._connection.sql(query, params=statements.parameters).to_arrow_table()
        self._connection.register("chosen", _thinned(long, buckets.points or grid.count))
        return self._found(statements, statements.chosen("SELECT * FROM chosen", buckets), buckets, [])

    def _prepared(self, wanted: Wanted) -> Statements:
        if self._reading is not None:
            # Perhaps nobody took all of it, and DuckDB answers one question after the other.
            self._reading.close()
            self._reading = None
        own = self._source.own
        is_narrow = self._source.is_narrow
        names = TAGGED if is_narrow else tuple(own) if wanted.names is None else wanted.names
        columns = {name: own[name] for name in names if name in own}
        beside = _common(self._source)
        self._connection.execute("DROP VIEW IF EXISTS series")
        records.view(self._connection, "series", self._source.paths, columns, beside)
        return Statements(self._source, wanted, columns)

    def _grid(self, statements: Statements, wanted: Wanted, buckets: Buckets) -> Grid | None:
        """``None`` where there is nothing to put together."""
        low, high = self._known_ends(wanted) if statements.is_of_many else (wanted.start, wanted.end)
        needs_ends = buckets.step is None or buckets.empty or buckets.method in SELECTING
        if needs_ends and (low is None or high is None):
            first, last, _ = self._rows(statements.extent(), statements.parameters)[0]
            if first is None:
                return None
            low, high = first if low is None else low, last + 1 if high is None else high
        if buckets.step is not None:
            return Grid(buckets.step, buckets.origin, low or 0, high or 0)
        assert low is not None and high is not None
        points = buckets.points or 1
        wide = {"minmax": max(1, points // 2), "lttb": 4 * points}.get(buckets.method, points)
        return Grid(max(1, -(-(high - low) // wide)), low, low, high)

    def _known_ends(self, wanted: Wanted) -> tuple[int | None, int | None]:
        """The ends asked for, else those of the whole table where its files know them: that costs no reading. A
        range that is open at one end, or a choice of tags, may hold less."""
        axis = {"time": self._source.time, "arrival": "arrival"}.get(wanted.by)
        known = self._source.bounds(axis) if axis is not None else None
        if known is None or wanted.start is not None or wanted.end is not None:
            return wanted.start, wanted.end
        return known[0], known[1] + 1

    def _found(self, statements: Statements, query: str, buckets: Buckets | None, given: Sequence[str]) -> Found:
        names = statements.answered(buckets)
        rows = max(1024, min(65_536, _BATCH_VALUES // len(names)))
        with _bounded():
            self._reading = read = self._connection.sql(query, params=list(given)).to_arrow_reader(rows)
        schema = pa.schema([field.with_name(name) for field, name in zip(read.schema, names, strict=True)])
        return Found(schema, _renamed(read, schema))

    def _rows(self, query: str, given: Sequence[str]) -> list[tuple[Any, ...]]:
        with _bounded():
            return self._connection.execute(query, list(given)).fetchall()


@contextmanager
def _bounded() -> Iterator[None]:
    """Say what to ask instead where a reading needs more memory than one may take."""
    try:
        yield
    except duckdb.OutOfMemoryException as fault:
        raise TooLarge("series-memory", memory=MEMORY) from fault


def _renamed(read: pa.RecordBatchReader, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    while True:
        with _bounded():
            batch = next(read, None)
        if batch is None:
            return
        yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)


def _is_finite(column: pa.Array) -> bool:
    return not pa.types.is_floating(column.type) or pc.all(pc.is_finite(column)).as_py() is not False


def _common(source: Source) -> dict[str, str]:
    common = {name: source.columns[name] for name in COMMON if name in source.columns}
    return common | ({source.time: "timestamp"} if source.time else {})


def _check(count: int) -> None:
    if count > _MOST_BUCKETS:
        raise BadInput("series-buckets-many", count=count, most=_MOST_BUCKETS)


def _thinned(long: pa.Table, points: int) -> pa.Table:
    """A long relation, series after series in order of place, each thinned to so many points."""
    at = long.column("place").to_numpy()
    value = long.column("v").to_numpy()
    series = long.column("s").combine_chunks()
    numbers = series.dictionary_encode().indices.to_numpy() if len(series) else np.empty(0, np.int64)
    edges = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(numbers)]
    kept = [
        low + lttb((at[low:high] - at[low]).astype(np.float64), value[low:high], points)
        for low, high in pairwise(edges)
        if high > low
    ]
    return long.take(np.concatenate(kept)) if kept else long
