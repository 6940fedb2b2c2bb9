"""KOSMO MOS TYPE 4: tags in an array, topic ``mos/type-4/{device}``.

``{"localtime": <ns epoch, number or text>, "data": [{"tag": …, "value": …, "timestamp": …}, …]}``; a ``localtime``
of 0 says that each tag bears its own time stamp. Values are texts even for numbers. Source: KOSMO, AAS gateway
guide, MOS TYPE 4.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from connectors import times
from connectors.message import Message, Narrow, Part, Undecodable
from connectors.payloads.reading import Reading

PREFIX = "mos/type-4/"
_NUMBER = re.compile(r"[+-]?((0|[1-9]\d*)(\.\d+)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_EXACT = 2**53
"""Whole numbers up to here are exact in a double; larger ones are kept as text beside it."""


class _Tag(msgspec.Struct):
    tag: str
    value: Any = None
    timestamp: Any = None


class _Block(msgspec.Struct):
    data: list[_Tag]
    localtime: Any = 0


_decoder = msgspec.json.Decoder(_Block)


def decode(message: Message, stream: str, reading: Reading) -> list[Part]:
    """One sample a tag; nothing where there is none. Raises ``Undecodable`` for any other shape."""
    try:
        block = _decoder.decode(message.payload)
    except (msgspec.DecodeError, RecursionError) as fault:
        raise Undecodable("payload-not-mos", topic=message.topic, fault=str(fault)) from None
    common, doubt = _time(block.localtime, message, reading.zone)
    flags = _flags(doubt, message)
    part = Narrow(stream, message.topic, [], [], [], [])
    # the tags of one sweep bear one stamp: each is read once
    last, time, own = None, common, flags
    for row, entry in enumerate(block.data):
        if entry.timestamp != last:
            last = entry.timestamp
            if last is None:
                time, own = common, flags
            else:
                time, doubt = _time(last, message, reading.zone)
                own = _flags(doubt, message)
        number, text = _split(entry.value)
        part.times.append(time)
        part.tags.append(entry.tag)
        part.numbers.append(number)
        part.texts.append(text)
        if own:
            part.flags[row] = own
    return [part] if part.tags else []


def _time(value: object, message: Message, zone: str) -> tuple[int | None, str]:
    """The time and, where it is doubtful, the flag that says so."""
    if value in (0, "0", "", None):
        return None, ""
    time = times.parse(value, zone)
    if time is None:
        return None, times.UNREADABLE
    return time, times.IMPLAUSIBLE if times.implausible(time, message.arrival) else ""


def _flags(doubt: str, message: Message) -> tuple[str, ...]:
    if not doubt and not message.retain:
        return ()
    return tuple(flag for flag in (doubt, "retained" if message.retain else "") if flag)


def _split(value: object) -> tuple[float | None, str | None]:
    """A value as number and text. ``"007"`` and ``"E101"`` are codes and stay text; ``NaN`` is no number."""
    if isinstance(value, str):
        plain = value.strip()
        if not _NUMBER.fullmatch(plain):
            return None, value
        number = float(plain)
        if number in (float("inf"), float("-inf")):
            return None, value
        return number, value if abs(number) > _EXACT else None
    if isinstance(value, bool):
        return None, "true" if value else "false"
    if isinstance(value, int | float):
        return (float(value), None) if abs(value) <= _EXACT else _split(str(value))
    return None, None if value is None else msgspec.json.encode(value).decode()
