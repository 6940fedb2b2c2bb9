"""One variable of a release over time, thinned out so that a chart can draw it: never more than 2,000 points."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
from starlette.requests import Request
from starlette.responses import Response

from aas_server.errors import BadInput, NotFound
from aas_server.product import record
from aas_server.product.work import PreparedTable
from aas_server.store.contract import Store
from aas_server.store.parquet import quoted, reader
from aas_server.web.render import Renderer, json_response
from submodels.field import Field

MOST = 2000
FEWEST = 30
_NUMBERS = frozenset(
    "xs:boolean xs:double xs:float xs:decimal xs:integer xs:int xs:long xs:short xs:byte xs:unsignedInt "  # noqa: SIM905
    "xs:unsignedLong xs:unsignedShort xs:unsignedByte xs:nonNegativeInteger xs:positiveInteger".split()
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A stretch of more empty buckets than this is drawn as a gap, not bridged by a line.
_GAP = 3


@dataclass(frozen=True, slots=True)
class Series:
    """``x`` is local time (ISO 8601 without zone) or, where the table bears no time, the row's number. ``y`` is
    ``None`` where the line breaks. ``rows`` counts the values behind it; ``thinned`` says that minimum and
    maximum of each bucket stand for them."""

    timed: bool
    rows: int
    thinned: bool
    x: list[str] | list[int]
    y: list[float | None]


class SeriesData:
    """``/pages/data/products/{id}/series``."""

    def __init__(self, store: Store, renderer: Renderer) -> None:
        self._store = store
        self._renderer = renderer

    def data(self, request: Request) -> Response:
        """``?stream=&column=&points=``: ``column`` is an idShort; without ``stream``, of the main stream."""
        asked = request.query_params
        told = self._renderer.reader(request)
        product = record.product(self._store.catalogue, request.path_params["id"])
        if not product.release:
            raise NotFound("web-release-missing", product=product.id)
        prepared = record.release(self._store, product.release).prepared
        table = _table(prepared.tables, asked.get("stream", prepared.main.stream))
        field = _field(table, asked.get("column", ""))
        found = thinned(table.path, field.id_short, _points(asked.get("points")), told.zone)
        return json_response(
            {
                "stream": table.stream,
                "column": field.id_short,
                "title": told.in_own(field.title) or field.name,
                "unit": field.unit.symbol if field.unit else "",
                "timed": found.timed,
                "rows": found.rows,
                "thinned": found.thinned,
                "x": found.x,
                "y": found.y,
            }
        )


def plottable(table: PreparedTable) -> list[Field]:
    """The fields a line can be drawn of."""
    return [field for field in table.fields if field.value_type in _NUMBERS and field.role != "time"]


def thinned(path: Path, column: str, points: int, zone: ZoneInfo) -> Series:
    """The column's values in order of time, at most ``points`` of them.

    Above that, the span is cut into equal buckets, and each gives its smallest and its largest value where they
    happened (so no peak is lost). Raises ``NotFound`` where the file is not there any more.
    """
    if not path.is_file():
        raise NotFound("web-file-missing", file=path.name)
    with closing(reader({"data": [path]})) as connection:
        timed = _has_times(connection)
        _view(connection, column, timed)
        low, high, rows = connection.execute("SELECT min(place), max(place), count(*) FROM used").fetchall()[0]
        if rows <= points:
            pairs = connection.execute("SELECT place, value FROM used ORDER BY place").fetchall()
        else:
            pairs = _bucketed(connection, low, high, points // 3)
    x = [_local(at, zone) for at, _ in pairs] if timed else [at for at, _ in pairs]
    return Series(timed, rows, rows > points, x, [value for _, value in pairs])


def _has_times(connection: duckdb.DuckDBPyConnection) -> bool:
    columns = {name: kind for name, kind, *_ in connection.execute("DESCRIBE data").fetchall()}
    if not columns.get("Time", "").startswith("TIMESTAMP"):
        return False
    return bool(connection.execute('SELECT count("Time") > 0 FROM data').fetchall()[0][0])


def _view(connection: duckdb.DuckDBPyConnection, column: str, timed: bool) -> None:
    place = 'epoch_us("Time")' if timed else "row_number() OVER ()"
    value = f"TRY_CAST({quoted(column)} AS DOUBLE)"
    connection.execute(
        f"CREATE TEMP VIEW used AS SELECT * FROM (SELECT {place} AS place, {value} AS value FROM data)"  # noqa: S608
        " WHERE place IS NOT NULL AND isfinite(value)"
    )


def _bucketed(
    connection: duckdb.DuckDBPyConnection, low: int, high: int, buckets: int
) -> list[tuple[int, float | None]]:
    found = connection.execute(
        "SELECT (place - $low) * $buckets // $span AS bucket, arg_min(place, value), min(value),"
        " arg_max(place, value), max(value) FROM used GROUP BY bucket ORDER BY bucket",
        {"low": low, "buckets": buckets, "span": high - low + 1},
    ).fetchall()
    pairs: list[tuple[int, float | None]] = []
    before = None
    for bucket, low_at, lowest, high_at, highest in found:
        if before is not None and bucket - before > _GAP:
            pairs.append(((pairs[-1][0] + min(low_at, high_at)) // 2, None))
        pairs.extend(sorted({(low_at, lowest), (high_at, highest)}))
        before = bucket
    return pairs


def _local(at: int, zone: ZoneInfo) -> str:
    return (_EPOCH + timedelta(microseconds=at)).astimezone(zone).replace(tzinfo=None).isoformat()


def _table(tables: Sequence[PreparedTable], stream: str) -> PreparedTable:
    for table in tables:
        if table.stream == stream:
            return table
    raise NotFound("web-stream-missing", stream=stream)


def _field(table: PreparedTable, column: str) -> Field:
    for field in plottable(table):
        if field.id_short == column:
            return field
    raise NotFound("web-column-missing", column=column, stream=table.stream)


def _points(asked: str | None) -> int:
    try:
        points = int(asked) if asked else MOST
    except ValueError:
        points = 0
    if not FEWEST <= points <= MOST:
        raise BadInput("web-points-wrong", given=str(asked), fewest=FEWEST, most=MOST)
    return points
