"""Exact counts of a pinned stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from aas_server.errors import NotFound
from aas_server.ingest import feeds
from aas_server.store import records
from aas_server.store.contract import Pin, Store, StreamFacts

_FORMAT = "'%Y-%m-%dT%H:%M:%S.%fZ'"
_REGULAR = 0.5
"""The share of equal steps from which a stream is said to have a sampling interval."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A pinned stream with its counts. ``columns`` are its own ones with their kinds, ``empty`` those without any
    value. Times are ISO 8601 UTC. ``repeated``: records equal to an earlier one in time and all fields.
    ``interval``: whole seconds between two times, where most are alike. ``tags`` (narrow only): tag → whether all
    its values are numbers."""

    facts: StreamFacts
    pin: Pin
    paths: tuple[Path, ...]
    columns: Mapping[str, str]
    messages: int
    repeated: int
    flagged: int
    first: str | None
    last: str | None
    last_arrival: str | None
    interval: int | None
    empty: frozenset[str]
    tags: Mapping[str, bool]


def count(store: Store, stream: str, scratch: Path) -> Counted:
    """Pin the stream's present version and count what is in it. Raises ``NotFound``."""
    # The columns must be those of the pin, not of a fold that comes in between.
    with store.lake.locked():
        pin, schema = store.lake.pin(stream), store.lake.schema(stream)
    facts = _facts(store, stream)
    paths = tuple(store.lake.paths(pin))
    columns = records.own_columns(schema)
    beside = {**records.LAKE, "arrival": "timestamp"}
    with records.connect(scratch) as connection:
        records.view(connection, "collected", paths, columns, beside)
        messages, flagged, first, last, last_arrival = _one(
            connection,
            "count(DISTINCT position), count(flags), "
            f"strftime(min(time), {_FORMAT}), strftime(max(time), {_FORMAT}), strftime(max(arrival), {_FORMAT})",
        )
        return Counted(
            facts=facts,
            pin=pin,
            paths=paths,
            columns=columns,
            messages=int(messages),
            repeated=pin.records - _different(connection, len(columns)),
            flagged=int(flagged),
            first=_short(first),
            last=_short(last),
            last_arrival=_short(last_arrival),
            interval=_interval(connection),
            empty=frozenset(field.name for field in schema if field.type == pa.null()),
            tags=_tags(connection, columns) if facts.shape == "narrow" else {},
        )


def _facts(store: Store, stream: str) -> StreamFacts:
    try:
        return feeds.facts(store.catalogue, stream)
    except NotFound:
        raise NotFound("stream-not-found", stream=stream) from None


def _one(connection: duckdb.DuckDBPyConnection, select: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = connection.execute(f"SELECT {select} FROM collected").fetchone()  # noqa: S608
    return row or ()


def _different(connection: duckdb.DuckDBPyConnection, columns: int) -> int:
    names = ", ".join(["time", "misfit", *(f"c{number}" for number in range(columns))])
    row = connection.execute(
        f"SELECT count(*) FROM (SELECT DISTINCT {names} FROM collected)"  # noqa: S608
    ).fetchone()
    return int(row[0]) if row else 0


def _interval(connection: duckdb.DuckDBPyConnection) -> int | None:
    row = connection.execute(
        """
        WITH steps AS (
            SELECT epoch_us(time) - lag(epoch_us(time)) OVER (ORDER BY time) AS step
            FROM (SELECT DISTINCT time FROM collected WHERE time IS NOT NULL)
        )
        SELECT mode(step), count_if(step = (SELECT mode(step) FROM steps)) / count(step) FROM steps
        """
    ).fetchone()
    step, share = row or (None, None)
    if step is None or share < _REGULAR or step % 1_000_000:
        return None
    return int(step // 1_000_000)


def _tags(connection: duckdb.DuckDBPyConnection, columns: Mapping[str, str]) -> dict[str, bool]:
    tag, text = (f"c{list(columns).index(name)}" for name in ("tag", "text"))
    rows = connection.execute(
        f"SELECT {tag}, count({text}) = 0 FROM collected WHERE {tag} IS NOT NULL GROUP BY 1 ORDER BY 1"  # noqa: S608
    ).fetchall()
    return dict(rows)


def _short(moment: object) -> str | None:
    """ISO 8601 without a fraction of zeros."""
    return None if moment is None else str(moment).replace(".000000Z", "Z")
