"""Fields as OPC UA gives them: a value each, with its own source time and status.

``{"temperature": {"SourceTimestamp": "2024-07-29T15:02:17.1858435Z", "Value": 4558, "StatusCode": 0}, …}`` is a
payload of its own (Azure IoT Operations, concept-opcua-message-format, 2025-11) and the inside of OPC UA PubSub
(OPC 10000-14, 7.2.5.4), where a field may also be ``{"Type": 4, "Body": 18}`` or a bare value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.message import Narrow, Part, Wide
from connectors.payloads import samples, stamps
from connectors.payloads.json_text import Given
from connectors.payloads.members import scalar
from connectors.payloads.placing import below
from connectors.payloads.quality import of_status
from connectors.payloads.reading import Reading

_TIMES = ("SourceTimestamp", "ServerTimestamp")
_VARIANTS = (("Body", "Type"), ("Value", "UaType"))
"""The members of a value with its type: in the reversible encoding of version 1.04, and in 1.05."""


def fits(value: dict[str, Any]) -> bool:
    """Whether each member of an object is a value as OPC UA writes it."""
    return bool(value) and all(isinstance(field, dict) and "Value" in field for field in value.values())


def decode(given: Given, reading: Reading) -> list[Part]:
    """A sample a field where fields bear times, else one record."""
    return fields(given, given.value, "", stamps.NONE, reading)


def fields(
    given: Given, found: Mapping[str, Any], name: str, stamp: stamps.Stamp, reading: Reading, status: object = None
) -> list[Part]:
    """The fields of one data set: ``name`` says which of the topic's it is, ``stamp`` is the time of the whole and
    ``status`` its status code."""
    if not found:
        return []
    timed = any(isinstance(field, dict) and any(at in field for at in _TIMES) for field in found.values())
    return [(_narrow if timed else _wide)(given, found, name, stamp, reading, of_status(status))]


def _narrow(
    given: Given, found: Mapping[str, Any], name: str, stamp: stamps.Stamp, reading: Reading, doubt: str
) -> Narrow:
    """Each field keeps its own time; one that has none bears that of the whole."""
    place = below(given.message.topic, name, reading, tags=True)
    values, own, bad = _columns(found.values())
    times, doubts = stamps.column(own, given.message.arrival, reading.zone)
    numbers, texts, strange = samples.columns(values)
    if None in times:
        for row, time in enumerate(times):
            if time is None and row not in doubts:
                times[row] = stamp[0]
                if stamp[1]:
                    doubts[row] = stamp[1]
    flags = samples.flags_of(len(values), given.flags, doubts, strange)
    if doubt:
        bad = dict.fromkeys(range(len(values)), doubt) | bad
    for row, flag in bad.items():
        flags[row] = (*flags.get(row, ()), flag)
    tags = [reading.keys.get(tag, tag) for tag in found]
    return Narrow(place.stream, place.filter, times, tags, numbers, texts, flags)


def _wide(
    given: Given, found: Mapping[str, Any], name: str, stamp: stamps.Stamp, reading: Reading, doubt: str
) -> Wide:
    place = below(given.message.topic, name, reading)
    values, _, bad = _columns(found.values())
    row = {reading.keys.get(field, field): scalar(value) for field, value in zip(found, values, strict=True)}
    time, late = stamp
    if time is None and not late:
        time, late = stamps.of_record(row, given.message.arrival, reading.time_column, reading.zone)
    flags = tuple(dict.fromkeys(flag for flag in (*given.flags, late, doubt, *bad.values()) if flag))
    return Wide(place.stream, place.filter, [time], [row], {0: flags} if flags else {})


def _columns(fields: Iterable[Any]) -> tuple[list[Any], list[Any], dict[int, str]]:
    """The fields' values, the times they bear (``None`` without), and the flags of bad or uncertain ones."""
    values: list[Any] = []
    times: list[Any] = []
    bad: dict[int, str] = {}
    for field in fields:
        value = field
        time = None
        if type(field) is dict:
            value = field.get("Value", field)
            if len(field) > 1:
                time = field.get("SourceTimestamp") or field.get("ServerTimestamp")
                status = field.get("StatusCode") or field.get("Status")
                if status and (flag := of_status(status)):
                    bad[len(values)] = flag
            if type(value) is dict:
                value = _unwrapped(value)
        values.append(value)
        times.append(time)
    return values, times, bad


def _unwrapped(value: dict[str, Any]) -> Any:
    """The value of a variant that tells its type."""
    for body, kind in _VARIANTS:
        if body in value and kind in value:
            return value[body]
    return value
