"""OPC UA PubSub over MQTT, JSON mapping: network messages that hold data sets (OPC 10000-14, 7.2.5).

``{"MessageId", "MessageType": "ua-data", "PublisherId", "Messages": [{"DataSetWriterId", "Timestamp", "Status",
"Payload": {…}}]}``; also batches of them in an array, one data set without the array, and a data set without the
network message around it. Key and delta frames and events are records; a keep-alive holds none. ``ua-metadata``
tells of the fields, which are the records of a stream of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.message import Part, Scalar, Undecodable, Wide
from connectors.payloads import stamps
from connectors.payloads.json_text import Given
from connectors.payloads.members import scalar
from connectors.payloads.opcua_fields import fields
from connectors.payloads.placing import below
from connectors.payloads.reading import Reading

_METADATA = "ua-metadata"
_KINDS = frozenset((_METADATA, "ua-data", "ua-keyframe", "ua-deltaframe", "ua-event", "ua-keepalive"))
"""Other kinds (ua-status, ua-connection, …) tell of the publisher: they are plain objects."""
_UNITS = "EngineeringUnits"


def fits(value: dict[str, Any]) -> bool:
    """Whether an object is a network message or a data set of PubSub."""
    kind = value.get("MessageType")
    if isinstance(kind, str) and kind in _KINDS:
        return True
    return ("Messages" in value and "MessageId" in value) or ("DataSetWriterId" in value and "Payload" in value)


def decode(given: Given, reading: Reading) -> list[Part]:
    """The records of all data sets in a message, or of all messages in a batch. Raises ``Undecodable`` for the
    whole of it where a part is not as the standard says."""
    parts: list[Part] = []
    for whole in given.value if isinstance(given.value, list) else [given.value]:
        if whole.get("MessageType") == _METADATA:
            parts += _metadata(given, whole, reading)
            continue
        for data in _objects(given, whole.get("Messages", whole), "Messages"):
            parts += _data_set(given, whole, data, reading)
    return parts


def _objects(given: Given, inside: object, member: str) -> Iterator[dict[str, Any]]:
    for one in inside if isinstance(inside, list) else [inside]:
        if not isinstance(one, dict):
            raise _wrong(given, member, one)
        yield one


def _wrong(given: Given, member: str, value: object) -> Undecodable:
    return Undecodable("payload-not-opcua", topic=given.message.topic, member=member, value=str(value)[:80])


def _data_set(given: Given, whole: dict[str, Any], data: dict[str, Any], reading: Reading) -> list[Part]:
    found = data.get("Payload")
    if found is None:
        return []
    if not isinstance(found, dict):
        raise _wrong(given, "Payload", found)
    stamp = stamps.own(data.get("Timestamp"), given.message.arrival, reading.zone)
    return fields(given, found, _writer(given.message.topic, whole, data), stamp, reading, data.get("Status"))


def _writer(topic: str, whole: dict[str, Any], data: dict[str, Any]) -> str:
    """Which data set of a topic it is: the writer, and who publishes where the topic does not say so already."""
    levels = topic.split("/")
    publisher = whole.get("PublisherId", data.get("PublisherId"))
    writer = data.get("DataSetWriterName") or data.get("DataSetWriterId", whole.get("DataSetWriterId"))
    told = [str(part) for part in (publisher, writer) if isinstance(part, str | int) and part != ""]
    return "/".join(part for number, part in enumerate(told) if number or part not in levels)


def _metadata(given: Given, whole: dict[str, Any], reading: Reading) -> list[Part]:
    """A record a field of the data set that is described."""
    described = whole.get("MetaData")
    listed = described.get("Fields") if isinstance(described, dict) else None
    name = "/".join(part for part in (_writer(given.message.topic, whole, whole), "metadata") if part)
    place = below(given.message.topic, name, reading)
    part = Wide(place.stream, place.filter, [], [])
    for field in _objects(given, listed, "MetaData.Fields"):
        row: dict[str, Scalar] = {name: scalar(value) for name, value in field.items() if name != "Properties"}
        unit = _unit(field.get("Properties"))
        if unit:
            row["Unit"] = unit
            part.units[str(field.get("Name"))] = unit
        if given.flags:
            part.flags[len(part.rows)] = given.flags
        time, doubt = stamps.own(whole.get("Timestamp"), given.message.arrival, reading.zone)
        if doubt:
            part.flags[len(part.rows)] = (*given.flags, doubt)
        part.times.append(time)
        part.rows.append(row)
    return [part] if part.rows else []


def _unit(properties: object) -> str | None:
    """The symbol of a field's unit: the display name of its EUInformation (OPC 10000-8, 5.6.3)."""
    for entry in properties if isinstance(properties, list) else []:
        if not isinstance(entry, dict):
            continue
        key = entry.get("Key")
        if (key.get("Name") if isinstance(key, dict) else str(key).rsplit(":", 1)[-1]) == _UNITS:
            return _display_name(entry.get("Value"))
    return None


def _display_name(value: Any) -> str | None:
    for _ in range(4):
        if not isinstance(value, dict):
            break
        value = next((value[name] for name in ("Body", "Value", "DisplayName", "Text") if name in value), None)
    return value if isinstance(value, str) and value else None
