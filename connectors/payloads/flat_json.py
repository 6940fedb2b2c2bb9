"""Flat JSON: one object is one wide record, an array of objects many.

Objects inside are flattened with dotted names (``a.b``); arrays inside a record are kept as JSON text. Numbers
stay numbers and texts texts: whether ``"9.5"`` is meant as a number, the stream's schema tells, not one message.
``NaN`` and ``Infinity``, which JSON does not know but some writers send, become null (flag ``not-a-number``). Of
two equal names the last wins (flag ``duplicate-key``).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import msgspec

from connectors import times
from connectors.message import Message, Part, Scalar, Undecodable, Wide
from connectors.payloads.reading import Reading

NOT_A_NUMBER = "not-a-number"
DUPLICATE_KEY = "duplicate-key"
RETAINED = "retained"
_KEY = re.compile(rb'"\s*:')
_STRANGE = re.compile(rb"\b(?:NaN|Infinity)\b")
_SEPARATORS = re.compile(r"[\s_\-]+")
_LAYOUTS, _WIDEST = 256, 1000
"""How many records' names are remembered, and up to how many names a record may have for that: a feed whose keys
are ids would otherwise fill the memory."""
_FLAT = frozenset((bool, int, float, str, type(None)))
_decoder = msgspec.json.Decoder()


def decode(message: Message, stream: str, reading: Reading) -> list[Part]:
    """The records of a JSON object or of an array of objects. Raises ``Undecodable``."""
    value, flags = _parse(message)
    found = value if isinstance(value, list) else [value]
    for number, row in enumerate(found):
        if not isinstance(row, dict):
            key = "payload-array-of-values" if isinstance(value, list) else "payload-bare-value"
            raise Undecodable(key, topic=message.topic, number=number + 1, value=str(row)[:80])
    part = Wide(stream, message.topic, [], [])
    for row in found:
        if row:
            _add(part, row, flags, message.arrival, reading)
    return [part] if part.rows else []


def _parse(message: Message) -> tuple[Any, tuple[str, ...]]:
    payload = message.payload
    flags = (RETAINED,) if message.retain else ()
    try:
        value = _decoder.decode(payload)
    except msgspec.DecodeError as fault:
        if not _STRANGE.search(payload):
            raise Undecodable("payload-not-json", topic=message.topic, fault=str(fault)) from None
        return _parse_leniently(message), (*flags, NOT_A_NUMBER)
    except RecursionError:
        raise Undecodable("payload-too-deep", topic=message.topic) from None
    # counted cheaply; a text that looks like a key only costs the second look
    if len(_KEY.findall(payload)) != _count_keys(value) and _has_duplicates(payload):
        flags = (*flags, DUPLICATE_KEY)
    return value, flags


def _parse_leniently(message: Message) -> Any:
    try:
        value = json.loads(message.payload, parse_constant=lambda _: None)
        msgspec.json.encode(value)  # refuses half surrogates, which no store could keep
    except (ValueError, RecursionError) as fault:
        raise Undecodable("payload-not-json", topic=message.topic, fault=str(fault)) from None
    return value


def _count_keys(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(_count_keys(part) for part in value.values() if isinstance(part, dict | list))
    return sum(_count_keys(part) for part in value) if isinstance(value, list) else 0


def _has_duplicates(payload: bytes) -> bool:
    found = False

    def note(pairs: list[tuple[str, object]]) -> dict[str, object]:
        nonlocal found
        fields = dict(pairs)
        found = found or len(fields) < len(pairs)
        return fields

    json.loads(payload, object_pairs_hook=note)
    return found


def _add(part: Wide, row: dict[str, Any], flags: tuple[str, ...], arrival: int, reading: Reading) -> None:
    fields: dict[str, Scalar] = row
    if not _FLAT.issuperset(map(type, row.values())):
        pairs = list(flatten(row))
        fields = dict(pairs)
        if len(fields) < len(pairs) and DUPLICATE_KEY not in flags:
            flags = (*flags, DUPLICATE_KEY)
    time, doubt = _time(fields, arrival, reading.time_column, reading.zone)
    if doubt or flags:
        part.flags[len(part.rows)] = (*flags, doubt) if doubt else flags
    part.times.append(time)
    part.rows.append(fields)


def flatten(row: Mapping[str, Any]) -> Iterator[tuple[str, Scalar]]:
    """The fields of an object: objects inside with dotted names, arrays as JSON text."""
    for name, value in row.items():
        if isinstance(value, dict):
            for inner, part in flatten(value):
                yield f"{name}.{inner}", part
        elif isinstance(value, list):
            yield name, msgspec.json.encode(value).decode()
        else:
            yield name, value


def _time(fields: Mapping[str, Scalar], arrival: int, column: str | None, zone: str) -> tuple[int | None, str]:
    """The record's time and a flag where it is doubtful: the declared column's, else that of a well-known name."""
    if column is not None:
        value = fields.get(column)
        return (None, "") if value in (None, "") else _judged(times.parse(value, zone), arrival)
    doubtful: tuple[int | None, str] = None, ""
    find = _candidates if len(fields) <= _WIDEST else _candidates.__wrapped__
    for name in find(tuple(fields)):
        value = fields[name]
        if value in (None, "") or not may_be_time(value):
            continue
        time, doubt = _judged(times.parse(value, zone), arrival)
        if not doubt:
            return time, ""
        if doubtful[0] is None:
            doubtful = time, doubt
    return doubtful


def _judged(time: int | None, arrival: int) -> tuple[int | None, str]:
    if time is None:
        return None, times.UNREADABLE
    return time, times.IMPLAUSIBLE if times.implausible(time, arrival) else ""


def may_be_time(value: object) -> bool:
    """Whether a value may name a moment; a small bare number is a duration or a counter."""
    _, smallest = _names()
    return not isinstance(value, bool) and (not isinstance(value, int | float) or value >= smallest)


@lru_cache(_LAYOUTS)
def _candidates(names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of ``names`` that are known to bear a time, most telling first (streams keep their names: cached)."""
    ranks, _ = _names()
    return tuple(sorted((name for name in names if _plain(name) in ranks), key=lambda name: ranks[_plain(name)]))


def time_rank(name: str) -> int | None:
    """How telling a name is for a time (0 first), or ``None`` where it is no known one."""
    return _names()[0].get(_plain(name))


def _plain(name: str) -> str:
    return _SEPARATORS.sub("", name).casefold()


@cache
def _names() -> tuple[Mapping[str, int], int]:
    settings = tomllib.loads(Path(__file__).with_name("time_names.toml").read_text("utf-8"))
    return {name: rank for rank, name in enumerate(settings["names"])}, settings["smallest_epoch"]
