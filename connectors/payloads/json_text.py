"""A payload as JSON: parsed once in the common case, with what is doubtful about it.

``NaN`` and ``Infinity``, which JSON does not know but some writers send, become null (flag ``not-a-number``). Of
two equal names in an object the last wins (flag ``duplicate-key``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import msgspec

from connectors.flags import NOT_A_NUMBER, RETAINED
from connectors.message import Message, Undecodable

DUPLICATE_KEY = "duplicate-key"
_KEY = re.compile(rb'"\s*:')
_STRANGE = re.compile(rb"\b(?:NaN|Infinity)\b")
_BLANKS = (b"\n", b"\t", b"\r", b'" ')
_NESTED = {dict, list}
_decoder = msgspec.json.Decoder()


@dataclass(slots=True)
class Given:
    """A message with its parsed payload and the flags that all its records bear."""

    message: Message
    value: Any
    flags: tuple[str, ...]


def parse(message: Message) -> Given:
    """Raises ``Undecodable`` where the payload is no JSON, with the place and the fault."""
    payload = message.payload
    flags = (RETAINED,) if message.retain else ()
    try:
        value = _decoder.decode(payload)
    except RecursionError:
        raise Undecodable("payload-too-deep", topic=message.topic) from None
    except UnicodeDecodeError:
        raise _not_utf8(message) from None
    except msgspec.DecodeError as fault:
        if not _STRANGE.search(payload):
            raise _not_json(message, str(fault)) from None
        return Given(message, _parse_leniently(message), (*flags, NOT_A_NUMBER))
    # counted cheaply; a text that looks like a key only costs the second look
    if written_keys(payload) != count_keys(value) and _has_duplicates(payload):
        flags = (*flags, DUPLICATE_KEY)
    return Given(message, value, flags)


def written_keys(payload: bytes) -> int:
    """How many keys a JSON text seems to have: not fewer than it has, but more where texts look like keys."""
    for blank in _BLANKS:
        if blank in payload:
            return len(_KEY.findall(payload))
    return payload.count(b'":')


def count_keys(value: Any) -> int:
    """How many keys the objects in a value have in all."""
    if type(value) is list and set(map(type, value)) == {dict} and not _NESTED & kinds(value):
        return sum(map(len, value))
    count = 0
    inside = [value]
    while inside:
        part = inside.pop()
        if type(part) is dict:
            count += len(part)
            part = part.values()
        elif type(part) is not list:
            continue
        inside += [one for one in part if type(one) is dict or type(one) is list]
    return count


def kinds(rows: Iterable[Mapping[str, Any]]) -> set[type]:
    """The types that the members of objects have."""
    return set(map(type, chain.from_iterable(row.values() for row in rows)))


def text_of(message: Message) -> str:
    """The payload as text. Raises ``Undecodable`` where it is not UTF-8."""
    try:
        return message.payload.decode("utf-8")
    except UnicodeDecodeError:
        raise _not_utf8(message) from None


def _not_utf8(message: Message) -> Undecodable:
    try:
        message.payload.decode("utf-8")
    except UnicodeDecodeError as fault:
        return Undecodable("payload-not-utf8", topic=message.topic, offset=fault.start)
    return Undecodable("payload-not-json", topic=message.topic, fault="surrogates")


def _not_json(message: Message, fault: str) -> Undecodable:
    text_of(message)
    return Undecodable("payload-not-json", topic=message.topic, fault=fault)


def _parse_leniently(message: Message) -> Any:
    try:
        value = json.loads(message.payload, parse_constant=lambda _: None)
        msgspec.json.encode(value)  # refuses half surrogates, which no store could keep
    except (ValueError, RecursionError) as fault:
        raise _not_json(message, str(fault)) from None
    return value


def _has_duplicates(payload: bytes) -> bool:
    found = False

    def note(pairs: list[tuple[str, object]]) -> dict[str, object]:
        nonlocal found
        fields = dict(pairs)
        found = found or len(fields) < len(pairs)
        return fields

    json.loads(payload, object_pairs_hook=note)
    return found
