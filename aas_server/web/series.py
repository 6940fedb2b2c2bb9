"""One variable of a release over time, thinned out so that a chart can draw it: never more than 2,000 points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
from starlette.requests import Request
from starlette.responses import Response

from aas_server.clock import from_us
from aas_server.errors import BadInput, NotFound
from aas_server.product import record
from aas_server.product.work import PreparedTable
from aas_server.store.contract import Store
from aas_server.store.series import Buckets, Source, Wanted, open_series
from aas_server.web.render import Renderer, json_response
from submodels.field import Field

MOST = 2000
FEWEST = 30
_NUMBERS = frozenset(
    "xs:boolean xs:double xs:float xs:decimal xs:integer xs:int xs:long xs:short xs:byte xs:unsignedInt "  # noqa: SIM905
    "xs:unsignedLong xs:unsignedShort xs:unsignedByte xs:nonNegativeInteger xs:positiveInteger".split()
)
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
    source = Source.of_files([path], "Time")
    with open_series(source) as table:
        timed = source.time is not None and table.extent(Wanted(names=())) is not None
        every = Wanted(names=(column,), by="time" if timed else "row", buckets=_all(points))
        extent = table.extent(every)
        if extent is None:
            return Series(timed, 0, False, [], [])
        thin = extent.rows > points
        buckets = points // 3
        wanted = replace(every, buckets=replace(_all(2 * buckets), method="minmax")) if thin else every
        found = pa.Table.from_batches(table.read(wanted).batches)
    places = found.column(0).cast(pa.int64()).to_pylist()
    pairs = list(zip(places, found.column(1).to_pylist(), strict=True))
    if thin:
        pairs = _with_gaps(pairs, extent.low, -(-(extent.high + 1 - extent.low) // buckets))
    x = [_local(at, zone) for at, _ in pairs] if timed else [at + 1 for at, _ in pairs]
    return Series(timed, extent.rows, thin, x, [value for _, value in pairs])


def _all(points: int) -> Buckets:
    return Buckets("lttb", points=points, as_number=True)


def _with_gaps(pairs: Iterable[tuple[int, float]], low: int, step: int) -> list[tuple[int, float | None]]:
    found: list[tuple[int, float | None]] = []
    for at, value in pairs:
        if found and (at - low) // step - (found[-1][0] - low) // step > _GAP:
            found.append(((found[-1][0] + at) // 2, None))
        found.append((at, value))
    return found


def _local(at: int, zone: ZoneInfo) -> str:
    return from_us(at).astimezone(zone).replace(tzinfo=None).isoformat()


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
