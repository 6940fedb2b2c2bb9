"""ThingsBoard: one device's telemetry and attributes, and those of many devices behind a gateway.

A device sends ``{"temperature": 22.5}``, ``{"ts": 1451649600512, "values": {…}}`` or an array of these; a gateway
``{"Device A": [{"ts": …, "values": {…}}, …], "Device B": […]}`` and attributes ``{"Device A": {…}}``. Source:
thingsboard.io/docs/reference/mqtt-api and gateway-api, 2025-11.
"""

from __future__ import annotations

from typing import Any

import msgspec

from connectors.flags import RETAINED
from connectors.message import Message, Part, Scalar, Undecodable, Wide
from connectors.payloads import stamps
from connectors.payloads.flat_json import add
from connectors.payloads.json_text import Given, written_keys
from connectors.payloads.placing import Place, below, wide
from connectors.payloads.reading import Reading

DEVICE_TOPICS = frozenset(
    ("v1/devices/me/telemetry", "v1/devices/me/attributes", "v2/t", "v2/a", "v2/t/j", "v2/a/j")
)
GATEWAY_TOPICS = frozenset(("v1/gateway/telemetry", "v1/gateway/attributes"))
"""Others of a gateway (connect, disconnect, rpc, claim) carry plain objects."""
_DEVICE = "device"


class _Row(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    ts: int | float | str
    values: dict[str, bool | int | float | str | None]


_device = msgspec.json.Decoder(_Row | list[_Row])
_gateway = msgspec.json.Decoder(dict[str, list[_Row]])


def is_row(value: object) -> bool:
    """Whether a value is a time with the values that hold at it."""
    return isinstance(value, dict) and value.keys() == {"ts", "values"} and isinstance(value["values"], dict)


def fits_gateway(value: dict[str, Any]) -> bool:
    """Whether an object on any topic is that of many devices: each has an array of times with values."""
    return bool(value) and all(
        isinstance(rows, list) and bool(rows) and all(map(is_row, rows)) for rows in value.values()
    )


def quickly(message: Message, reading: Reading, gateway: bool) -> list[Part] | None:
    """The records of a message in its plainest form, read straight into columns; ``None`` for any other."""
    if reading.keys or reading.time_column or (gateway and reading.stream):
        return None
    decoder: msgspec.json.Decoder[Any] = _gateway if gateway else _device
    try:
        found = decoder.decode(message.payload)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    if not gateway:
        found = {"": found if isinstance(found, list) else [found]}
    rows = sum(map(len, found.values()))
    keys = sum([len(row.values) for device in found.values() for row in device])
    # a name told twice would show as a difference: the careful reader looks into it
    if written_keys(message.payload) != 2 * rows + keys + (len(found) if gateway else 0):
        return None
    return [
        _columns(message, device, _place(message.topic, name, reading, gateway), reading)
        for name, device in found.items()
        if device
    ]


def _columns(message: Message, rows: list[_Row], place: Place, reading: Reading) -> Wide:
    times, doubts = stamps.column([row.ts for row in rows], message.arrival, reading.zone)
    part = Wide(place.stream, place.filter, times, [row.values for row in rows])
    if message.retain:
        part.flags = dict.fromkeys(range(len(rows)), (RETAINED,))
    for row, doubt in doubts.items():
        part.flags[row] = (*part.flags.get(row, ()), doubt)
    return part


def _place(topic: str, device: str, reading: Reading, gateway: bool) -> Place:
    return below(topic, device, reading) if gateway else wide(topic, reading)


def decode(given: Given, reading: Reading) -> list[Part]:
    """The records of one device."""
    place = wide(given.message.topic, reading)
    part = Wide(place.stream, place.filter, [], [])
    _take(part, given.value, given, reading)
    return [part] if part.rows else []


def decode_gateway(given: Given, reading: Reading) -> list[Part]:
    """The records of all devices, each in its stream; in one stream with a field ``device`` where that is
    declared."""
    topic = given.message.topic
    parts: list[Part] = []
    for device, value in given.value.items():
        place = below(topic, device, reading)
        part = Wide(place.stream, topic if reading.stream else place.filter, [], [])
        _take(part, value, given, reading)
        if reading.stream:
            part.rows = [{_DEVICE: device, **row} for row in part.rows]
        if part.rows:
            parts.append(part)
    return parts


def _take(part: Wide, value: object, given: Given, reading: Reading) -> None:
    for number, row in enumerate(value if isinstance(value, list) else [value], start=1):
        if not isinstance(row, dict):
            raise Undecodable(
                "payload-array-of-values", topic=given.message.topic, number=number, value=str(row)[:80]
            )
        if is_row(row):
            inside: dict[str, Scalar] = row["values"]
            if inside:
                add(part, inside, given, reading, stamps.own(row["ts"], given.message.arrival, reading.zone))
        elif row:
            add(part, row, given, reading)
