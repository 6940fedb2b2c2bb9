"""KOSMO MOS TYPE 4: tags in an array, topic ``mos/type-4/{device}``.

``{"localtime": <ns epoch, number or text>, "data": [{"tag": …, "value": …, "timestamp": …}, …]}``; a ``localtime``
of 0 says that each tag bears its own time stamp. Values are texts even for numbers. Source: KOSMO, AAS gateway
guide, MOS TYPE 4.
"""

from __future__ import annotations

from typing import Any

import msgspec

from connectors.flags import NOT_A_NUMBER, RETAINED
from connectors.message import Message, Narrow, Part, Undecodable
from connectors.payloads import samples, stamps
from connectors.payloads.json_text import parse
from connectors.payloads.naming import narrow_name, stream_name
from connectors.payloads.reading import Reading

PREFIX = "mos/type-4/"


class _Tag(msgspec.Struct, gc=False):
    tag: str
    value: Any = None
    timestamp: int | float | str | None = None


class _Block(msgspec.Struct):
    data: list[_Tag]
    localtime: int | float | str | None = 0


_decoder = msgspec.json.Decoder(_Block)


def fits(value: dict[str, Any]) -> bool:
    """Whether an object on any topic is a block of tags."""
    data = value.get("data")
    return (
        isinstance(data, list)
        and value.keys() <= {"data", "localtime"}
        and all(isinstance(entry, dict) and isinstance(entry.get("tag"), str) for entry in data)
        and bool(data)
    )


def decode(message: Message, reading: Reading) -> list[Part]:
    """One sample a tag; nothing where there is none. Raises ``Undecodable`` for any other shape."""
    try:
        block = _decoder.decode(message.payload)
        common: tuple[str, ...] = (RETAINED,) if message.retain else ()
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        block, common = _carefully(message)
    data, arrival = block.data, message.arrival
    if not data:
        return []
    tags = [entry.tag for entry in data]
    numbers, texts, strange = samples.columns([entry.value for entry in data])
    if NOT_A_NUMBER in common:
        common = tuple(flag for flag in common if flag != NOT_A_NUMBER)
        strange = [row for row, entry in enumerate(data) if entry.value is None]
    times, doubts = _times(block, arrival, reading.zone)
    flags = samples.flags_of(len(tags), common, doubts, strange) if common or doubts or strange else {}
    if reading.keys:
        tags = [reading.keys.get(tag, tag) for tag in tags]
    return [Narrow(_stream(message.topic, reading), message.topic, times, tags, numbers, texts, flags)]


def _carefully(message: Message) -> tuple[_Block, tuple[str, ...]]:
    """A block with ``NaN`` in it, which some writers send, or the reason why it can't be read."""
    given = parse(message)
    try:
        return msgspec.convert(given.value, _Block), given.flags
    except msgspec.ValidationError as fault:
        raise Undecodable("payload-not-mos", topic=message.topic, fault=str(fault)) from None


def _stream(topic: str, reading: Reading) -> str:
    return reading.stream or (stream_name(topic) if topic.startswith(PREFIX) else narrow_name(topic))


def _times(block: _Block, arrival: int, zone: str) -> tuple[list[int | None], dict[int, str]]:
    """Each tag's own time, else the common one."""
    own = [entry.timestamp for entry in block.data]
    if None not in own:
        return stamps.column(own, arrival, zone)
    common = block.localtime
    if own.count(None) == len(own):
        return stamps.column([common] * len(own), arrival, zone)
    return stamps.column([common if stamp is None else stamp for stamp in own], arrival, zone)
