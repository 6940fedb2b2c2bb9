"""What is asked of a stream's records, read from the query, and what of it can't be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import Query

from aas_server.clock import moment, us
from aas_server.errors import BadInput
from aas_server.store.series import METHODS, Buckets, By, Method

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d{1,6})?)S)?)?"
)
_MOST_POINTS = 100_000

Since = Annotated[str | None, Query(alias="from", description="Records from this time on (ISO 8601)")]
Until = Annotated[str | None, Query(alias="to", description="Records before this time (ISO 8601)")]
Columns = Annotated[list[str] | None, Query(description="Comma-separated; else all")]
Tags = Annotated[list[str] | None, Query(alias="tag", description="Only these tags (streams of tags); repeated")]
ByParameter = Annotated[
    Literal["time", "arrival"],
    Query(alias="by", description="Which time from, to and buckets mean; arrival holds for every record"),
]
MethodParameter = Annotated[
    str | None, Query(alias="method", description="How records are put together: " + ", ".join(METHODS))
]
Points = Annotated[str | None, Query(description="At most so many points a column or tag")]
Interval = Annotated[str | None, Query(description="One value for each such time (ISO 8601, as PT1M)")]
Empty = Annotated[Literal["skip", "null"], Query(description="Whether buckets that hold nothing come, as nulls")]
LayoutParameter = Annotated[
    Literal["stream", "series"],
    Query(alias="layout", description="series: Time and a column a variable, by idShort, as the TimeSeries says"),
]
VersionParameter = Annotated[int | None, Query(alias="version", description="Of the table; else the present one")]
FormatParameter = Annotated[str | None, Query(alias="format", description="json, ndjson, csv, arrow or parquet")]
Bom = Annotated[bool, Query(description="CSV begins with a byte order mark, for Excel")]
Fresh = Annotated[bool, Query(description="Wait until all that came in by now is stored")]


@dataclass(frozen=True, slots=True)
class Range:
    """``start`` (included) and ``end`` (not), bearing a zone, on the axis ``by``."""

    start: datetime | None
    end: datetime | None
    by: By

    @property
    def low(self) -> int | None:
        """µs since 1970, UTC."""
        return None if self.start is None else us(self.start)

    @property
    def high(self) -> int | None:
        return None if self.end is None else us(self.end)


def range_of(since: str | None, until: str | None, by: By, zone: str) -> Range:
    """Raises ``BadInput`` for what is no time, and where the end is not after the beginning."""
    start = None if since is None else moment("from", since, zone)
    end = None if until is None else moment("to", until, zone)
    if start is not None and end is not None and end <= start:
        raise BadInput("records-range-backwards", since=str(since), until=str(until))
    return Range(start, end, by)


def buckets_of(
    method: str | None, points: str | None, interval: str | None, empty: str, zone: str
) -> Buckets | None:
    """How records are put together; ``None`` where they are wanted as they are. Days begin at the plant's
    midnight. Raises ``BadInput``."""
    if points is None and interval is None:
        if method is not None:
            raise BadInput("records-buckets-missing", method=method)
        return None
    if points is not None and interval is not None:
        raise BadInput("records-buckets-both")
    found: Method = METHODS.get((method or ("mean" if points is None else "minmax")).strip().lower(), "mean")
    if method is not None and method.strip().lower() not in METHODS:
        raise BadInput("records-method-unknown", given=method, known=", ".join(METHODS))
    if points is not None:
        return Buckets(found, points=_points(points), empty=empty == "null")
    offset = datetime.now(ZoneInfo(zone)).utcoffset() or timedelta()
    step = duration(str(interval))
    return Buckets(found, step, origin=-(offset // timedelta(microseconds=1)), empty=empty == "null")


def duration(given: str) -> int:
    """An ISO 8601 duration in µs. Raises ``BadInput``, for months and years, too: they differ in length."""
    found = _DURATION.fullmatch(given.strip().upper())
    parts = {name: float(part) for name, part in found.groupdict().items() if part} if found else {}
    try:
        step = timedelta(**parts) // timedelta(microseconds=1)
    except OverflowError:
        step = 0
    if step < 1:
        raise BadInput("records-interval-wrong", given=given)
    return step


def _points(given: str) -> int:
    points = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
    if not 3 <= points <= _MOST_POINTS:
        raise BadInput("records-points-wrong", given=given, most=_MOST_POINTS)
    return points
