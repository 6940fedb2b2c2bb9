"""One stream looked at closely: what its fields seem to be, its last records, and what could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

import pyarrow as pa

from aas_server.clock import from_ns, iso
from aas_server.errors import NotFound
from aas_server.ids import Names
from aas_server.ingest import told
from aas_server.ingest.feeds import Declaration
from aas_server.messages import in_all
from aas_server.product.collect import describing
from aas_server.store.contract import Quarantined, Store
from aas_server.store.records import own_columns
from aas_server.store.series import newest
from aas_server.streams.rows import StreamRow
from submodels.field import Field

LOOKED_AT = 1000
"""Records that a schema is inferred from: the last ones, so that looking costs the same however long it runs."""
SHOWN = 10
"""Records shown as sample."""
_MOST_UNREAD = 10_000
_MOST_TAGS = 1000


@dataclass(frozen=True, slots=True)
class Seen:
    """A field (wide) or a tag (narrow). ``type``: ``bool``, ``int64``, ``double`` or ``string``. ``nulls``: the
    share of looked-at records in which it has no value; ``example`` its last value. ``field`` says what it means,
    as described or proposed."""

    name: str
    type: str
    nulls: float
    example: Any
    field: Field

    def as_json(self) -> dict[str, Any]:
        unit = self.field.unit
        return {
            "name": self.name,
            "type": self.type,
            "unit": unit.symbol if unit else None,
            "nulls": round(self.nulls, 4),
            "example": self.example,
            "semanticId": self.field.semantic_id,
            "title": dict(self.field.title),
        }


@dataclass(frozen=True, slots=True)
class Reason:
    """Why messages were set aside: how often, and the last of them."""

    key: str
    count: int
    last: Quarantined


@dataclass(frozen=True, slots=True)
class Detail:
    """``interval``: seconds between two times of records (declared, else the median of the sample's), ``None``
    where they bear none. ``sample``: the last records, oldest first, as the lake has them."""

    row: StreamRow
    fields: tuple[Seen, ...]
    interval: float | None
    sample: tuple[Mapping[str, Any], ...]
    reasons: tuple[Reason, ...]

    def as_json(self) -> dict[str, Any]:
        """For tools; sentences in both languages."""
        return {
            **self.row.as_json(),
            "interval": self.interval,
            "fields": [one.as_json() for one in self.fields],
            "sample": list(self.sample),
            "reasons": [
                {"reason": one.key, "count": one.count, "text": dict(in_all(one.key, **one.last.values))}
                for one in self.reasons
            ],
        }


def detail(
    store: Store, names: Names, row: StreamRow, described: Sequence[Field], topics: Iterable[str]
) -> Detail:
    """``described``: the fields that the twin describes already; ``topics``: those of messages set aside."""
    declared = told.declaration(store.catalogue, row.name)
    rows = _last_rows(store, row.name)
    return Detail(
        row=row,
        fields=tuple(_seen(names, row, rows, declared, described)) if rows is not None else (),
        interval=declared.interval if declared.interval is not None else _interval(rows),
        sample=tuple(_sample(rows)),
        reasons=_reasons(store, topics),
    )


def _last_rows(store: Store, stream: str) -> pa.Table | None:
    """The last records of a stream, in order; ``None`` where it has none."""
    try:
        rows = newest(store.lake.paths(store.lake.pin(stream)), LOOKED_AT)
        columns = store.lake.schema(stream).names
    except NotFound:
        return None
    if not rows.num_rows:
        return None
    for name in columns:
        if name not in rows.column_names:
            rows = rows.append_column(name, pa.nulls(rows.num_rows, pa.string()))
    return rows.select(columns)


def _seen(
    names: Names, row: StreamRow, rows: pa.Table, declared: Declaration, described: Sequence[Field]
) -> Iterable[Seen]:
    found = _tags(rows) if row.shape == "narrow" else _columns(rows)
    fields = describing.propose(
        {name: describing.TYPES[kind] for name, (kind, _, _) in found.items()},
        declared,
        described,
        lambda id_short: names.concept(row.name, id_short),
    )
    for field in fields:
        kind, nulls, example = found[field.name]
        yield Seen(field.name, kind, nulls, example, field)


def _columns(rows: pa.Table) -> dict[str, tuple[str, float, Any]]:
    found = {}
    for name, kind in own_columns(rows.schema).items():
        column = rows.column(name)
        told = column.drop_null()
        example = told[-1].as_py() if len(told) else None
        found[name] = kind, column.null_count / rows.num_rows, example
    return found


def _tags(rows: pa.Table) -> dict[str, tuple[str, float, Any]]:
    tags, numbers, texts = (rows.column(name).to_pylist() for name in ("tag", "number", "text"))
    empty: Counter[str] = Counter()
    count: Counter[str] = Counter(tags)
    last: dict[str, Any] = {}
    numeric: dict[str, bool] = {}
    for tag, number, text in zip(tags, numbers, texts, strict=True):
        value = number if text is None else text
        empty[tag] += value is None
        numeric[tag] = numeric.get(tag, True) and text is None
        if value is not None:
            last[tag] = value
    return {
        tag: ("double" if numeric[tag] else "string", empty[tag] / count[tag], last.get(tag))
        for tag in sorted(count)[:_MOST_TAGS]
    }


def _interval(rows: pa.Table | None) -> float | None:
    """The median of the seconds between two times, one after the other."""
    if rows is None:
        return None
    times = sorted(set(rows.column("time").drop_null().cast(pa.int64()).to_pylist()))
    steps = [(after - before) / 1e6 for before, after in pairwise(times)]
    return median(steps) if steps else None


def _sample(rows: pa.Table | None) -> list[dict[str, Any]]:
    if rows is None:
        return []
    shown = rows.slice(max(0, rows.num_rows - SHOWN)).to_pylist()
    return [
        {name: iso(value) if name in ("time", "arrival") and value else value for name, value in one.items()}
        for one in shown
    ]


def _reasons(store: Store, topics: Iterable[str]) -> tuple[Reason, ...]:
    counts: Counter[str] = Counter()
    last: dict[str, Quarantined] = {}
    left = _MOST_UNREAD
    for topic in topics:
        after = 0
        while left > 0 and (page := store.journal.quarantined(after, min(left, 1000), topic)):
            left -= len(page)
            after = page[-1].position
            for one in page:
                counts[one.key] += 1
                if one.key not in last or one.position > last[one.key].position:
                    last[one.key] = one
    return tuple(Reason(key, count, last[key]) for key, count in counts.most_common())


def unread_json(one: Quarantined) -> dict[str, Any]:
    """A message that could not be read, without its sentence."""
    return {
        "position": one.position,
        "source": one.source,
        "topic": one.topic,
        "arrival": iso(from_ns(one.arrival)),
        "reason": one.key,
        "values": dict(one.values),
    }
