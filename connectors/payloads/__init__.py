"""From a message's bytes to records: which form a payload has, and which stream its records belong to."""

from __future__ import annotations

from dataclasses import replace

from connectors import sparkplug
from connectors.message import Message, Part, Undecodable
from connectors.payloads import flat_json, mos
from connectors.payloads.naming import narrow_name, stream_name
from connectors.payloads.reading import Form, Reading

_UNSAID = Reading()
_BOM = b"\xef\xbb\xbf"
_SPARKPLUG = "spBv1.0/"


def form_of(topic: str) -> Form:
    """How payloads under ``topic`` are read; the topic alone decides, so that a stream keeps one shape."""
    return "mos-type-4" if topic.startswith(mos.PREFIX) else "flat-json"


def decode(message: Message, reading: Reading = _UNSAID, births: sparkplug.Births | None = None) -> list[Part]:
    """What a message holds, by stream: nothing, one part or many. Raises ``Undecodable`` with the reason.

    ``births``: what Sparkplug's nodes announced in earlier messages; it is told what this one announces."""
    payload = message.payload
    if sparkplug.is_sparkplug(message.topic):
        return sparkplug.decode(message, sparkplug.Births(0) if births is None else births, narrow_name)
    if not payload.strip():
        raise Undecodable("payload-empty", topic=message.topic)
    if payload.startswith(_BOM):
        message = replace(message, payload=payload[len(_BOM) :])
    try:
        message.payload.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise Undecodable("payload-not-utf8", topic=message.topic, offset=fault.start) from None
    stream = reading.stream or stream_name(message.topic)
    read = mos.decode if (reading.form or form_of(message.topic)) == "mos-type-4" else flat_json.decode
    return read(message, stream, reading)


__all__ = ["Form", "Reading", "decode", "form_of", "narrow_name", "stream_name"]
