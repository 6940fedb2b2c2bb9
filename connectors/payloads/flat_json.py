"""Flat JSON: one object is one wide record, an array of objects many.

Objects inside are flattened with dotted names (``a.b``); arrays inside a record are kept as JSON text. Numbers
stay numbers and texts texts: whether ``"9.5"`` is meant as a number, the stream's schema tells, not one message.
"""

from __future__ import annotations

from typing import Any

from connectors.message import Part, Scalar, Undecodable, Wide
from connectors.payloads import stamps
from connectors.payloads.json_text import DUPLICATE_KEY, Given
from connectors.payloads.members import are_flat, flatten, is_flat, named, units
from connectors.payloads.placing import Place, wide
from connectors.payloads.reading import Reading

ID = "topic_id"
"""The field that tells which topic a record came on, where topics end in ids and share a stream."""


def decode(given: Given, reading: Reading) -> list[Part]:
    """The records of a JSON object or of an array of objects. Raises ``Undecodable``."""
    value = given.value
    found = value if isinstance(value, list) else [value]
    for number, row in enumerate(found):
        if not isinstance(row, dict):
            key = "payload-array-of-values" if isinstance(value, list) else "payload-bare-value"
            raise Undecodable(key, topic=given.message.topic, number=number + 1, value=str(row)[:80])
    return records(given, found, wide(given.message.topic, reading), reading)


def records(given: Given, rows: list[dict[str, Any]], place: Place, reading: Reading) -> list[Part]:
    """One record an object; empty objects are none."""
    part = _at_once(given, rows, place, reading) if len(rows) > 1 else None
    if part is None:
        part = Wide(place.stream, place.filter, [], [])
        for row in rows:
            if row:
                add(part, row, given, reading)
    if place.name and place.filter.endswith("/+"):
        part.rows = [{ID: place.name, **row} for row in part.rows]
    return [part] if part.rows else []


def _at_once(given: Given, rows: list[dict[str, Any]], place: Place, reading: Reading) -> Wide | None:
    """Flat objects with the same members and times without doubt, read column by column; ``None`` for others."""
    names = rows[0].keys()
    if reading.keys or not names or not all(row.keys() == names for row in rows) or not are_flat(rows):
        return None
    times = stamps.of_records(rows, given.message.arrival, reading.time_column, reading.zone)
    if times is None:
        return None
    flags = dict.fromkeys(range(len(rows)), given.flags) if given.flags else {}
    return Wide(place.stream, place.filter, times, list(rows), flags)


def add(
    part: Wide, row: dict[str, Any], given: Given, reading: Reading, stamp: stamps.Stamp | None = None
) -> None:
    """Add an object as a record. ``stamp``: its time, where it is told outside of it."""
    fields: dict[str, Scalar] = row
    flags = given.flags
    twice = False
    if not is_flat(row):
        pairs = list(flatten(row))
        fields = dict(pairs)
        twice = len(fields) < len(pairs)
        part.units |= units(row)
    time, doubt = stamp or stamps.of_record(fields, given.message.arrival, _column(reading, fields), reading.zone)
    if reading.keys:
        fields, mixed = named(fields, row, reading.keys)
        part.units = {reading.keys.get(name, name): unit for name, unit in part.units.items()}
        twice = twice or mixed
    if twice and DUPLICATE_KEY not in flags:
        flags = (*flags, DUPLICATE_KEY)
    if doubt or flags:
        part.flags[len(part.rows)] = (*flags, doubt) if doubt else flags
    part.times.append(time)
    part.rows.append(fields)


def _column(reading: Reading, fields: dict[str, Scalar]) -> str | None:
    """The member that bears the time: it may be declared by its own path or by the name it is given."""
    column = reading.time_column
    if column is None or column in fields or not reading.keys:
        return column
    return next((path for path, name in reading.keys.items() if name == column), column)
