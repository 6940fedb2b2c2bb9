"""The least and the greatest value that each field of a stream brought: what a meaning is tried against."""

from __future__ import annotations

import math
from collections.abc import Mapping

from aas_server.errors import NotFound
from aas_server.standard.clues import Extent
from aas_server.store import records
from aas_server.store.contract import Lake
from aas_server.store.parquet import quoted, reader

_NARROW = {"tag", "number"}


def seen(lake: Lake, stream: str) -> Mapping[str, Extent]:
    """By the field's name: a column, or a tag where the stream has one value a row. Nothing for a stream that
    never folded. Reads the statistics and the numeric columns only."""
    try:
        paths = lake.paths(lake.pin(stream))
    except NotFound:
        return {}
    if not paths:
        return {}
    kinds: dict[str, str] = {}
    for path in paths:
        for name, kind in records.own_columns(records.facts(path).schema).items():
            kinds[name] = kind if kinds.get(name, kind) == kind else "string"
    with reader({"records": paths}) as connection:
        if set(kinds) >= _NARROW:
            found = connection.execute("SELECT tag, min(number), max(number) FROM records GROUP BY 1").fetchall()
            return {str(tag): _seen(low, high) for tag, low, high in found if tag is not None}
        numeric = [name for name, kind in kinds.items() if kind in ("int64", "double")]
        if not numeric:
            return {}
        asked = ", ".join(f"min({_finite(name)}), max({_finite(name)})" for name in numeric)
        row = connection.execute(f"SELECT {asked} FROM records").fetchone() or ()  # noqa: S608 - names are quoted
        return {name: _seen(row[2 * place], row[2 * place + 1]) for place, name in enumerate(numeric)}


def _finite(name: str) -> str:
    return f"CASE WHEN isfinite({quoted(name)}::DOUBLE) THEN {quoted(name)}::DOUBLE END"


def _seen(low: object, high: object) -> Extent:
    ends = [float(end) if isinstance(end, int | float) and math.isfinite(end) else None for end in (low, high)]
    return Extent(ends[0], ends[1])
