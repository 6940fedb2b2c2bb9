"""One value a message: ``100.5``, ``"Execute"``, ``true``, ``ON``, or an empty payload for "no value".

Such topics (PackML, plain trees of a unified namespace) bear no time: only the arrival is known. An array of
values is one value, too, kept as JSON text.
"""

from __future__ import annotations

import re

import msgspec

from connectors.flags import RETAINED
from connectors.message import Message, Part, Undecodable
from connectors.payloads import samples
from connectors.payloads.json_text import Given, text_of
from connectors.payloads.placing import narrow
from connectors.payloads.reading import Reading

_LONGEST = 4096
"""Characters; what is longer is a document, not a value."""
_quoted = msgspec.json.Decoder(str)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def decode(message: Message, reading: Reading) -> list[Part]:
    """The value as a sample of its device. Raises ``Undecodable`` for what is no text or too long for a value."""
    text = text_of(message)
    if _CONTROL.search(text):
        raise Undecodable("payload-binary", topic=message.topic, size=len(message.payload))
    if len(text) > _LONGEST:
        raise Undecodable("payload-text-too-long", topic=message.topic, size=len(text), limit=_LONGEST)
    return _sample(message, _value(text.strip()), (RETAINED,) if message.retain else (), reading)


def of_json(given: Given, reading: Reading) -> list[Part]:
    """The value that a JSON array of values is."""
    return _sample(given.message, given.value, given.flags, reading)


def _value(text: str) -> object:
    if text[:1] == '"':
        try:
            return _quoted.decode(text)
        except (msgspec.DecodeError, UnicodeError):
            return text
    return None if text in ("", "null") else text


def _sample(message: Message, value: object, flags: tuple[str, ...], reading: Reading) -> list[Part]:
    place = narrow(message.topic, reading)
    return [samples.single(place, reading.keys.get(place.name, place.name), value, None, flags)]
