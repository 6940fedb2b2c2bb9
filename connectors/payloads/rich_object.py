"""A single value with what is known of it: ``{"timestamp": …, "value": 72.5, "unit": "°C", "metadata": {…}}``.

Also in short, as UMH writes it on any topic: ``{"timestamp_ms": 1733904005123, "value": 23.4}``. Source:
UNS-Payload-Examples (schemas value, measurement, count), UMH umh-core/docs/usage/unified-namespace, 2025-11.
"""

from __future__ import annotations

from typing import Any

from connectors.flags import BAD_QUALITY, UNCERTAIN_QUALITY
from connectors.message import Part
from connectors.payloads import samples, stamps
from connectors.payloads.json_text import Given
from connectors.payloads.members import scalar
from connectors.payloads.placing import narrow
from connectors.payloads.reading import Reading

_ABOUT = frozenset(("value", "unit", "type", "metadata", "quality"))
_FEWEST = 2
_QUALITIES = {"bad": BAD_QUALITY, "uncertain": UNCERTAIN_QUALITY}


def fits(value: dict[str, Any]) -> bool:
    """Whether an object is one value, its time, and nothing that would have to be a field beside it."""
    if "value" not in value or len(value) < _FEWEST or isinstance(value["value"], dict):
        return False
    others = value.keys() - _ABOUT
    if len(others) != 1 or stamps.time_rank(next(iter(others))) is None:
        return False
    return all(isinstance(value[name], dict) for name in ("type", "metadata") if name in value)


def decode(given: Given, reading: Reading) -> list[Part]:
    """One sample of its device, with the unit that it names."""
    row, message = given.value, given.message
    place = narrow(message.topic, reading)
    tag = reading.keys.get(place.name, place.name)
    fields = {name: value for name, value in row.items() if name not in _ABOUT}
    column = reading.time_column
    time, doubt = stamps.of_record(fields, message.arrival, column, reading.zone)
    flags = (*given.flags, doubt) if doubt else given.flags
    part = samples.single(place, tag, scalar(row["value"]), time, flags)
    quality = row.get("quality")
    if isinstance(quality, str) and (bad := _QUALITIES.get(quality.casefold())):
        part.flags[0] = (*part.flags.get(0, ()), bad)
    unit = row.get("unit")
    if isinstance(unit, str) and unit:
        part.units[tag] = unit
    return [part]
