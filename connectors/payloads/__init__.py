"""From a message's bytes to records: which form a payload has, and which stream its records belong to."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from connectors.message import Message, Part, Undecodable
from connectors.payloads import flat_json, mos
from connectors.payloads.reading import Form, Reading

_UNSAID = Reading()
_BOM = b"\xef\xbb\xbf"
_SPARKPLUG = "spBv1.0/"
_PLAIN_TOPIC = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*", re.ASCII)
_LIKE_HASHED = re.compile(r"-[0-9a-f]{8}$")
_LOST = re.compile(r"[^a-z0-9_-]+", re.ASCII)
_LONGEST_NAME = 80
# device names that Windows gives no folder
_RESERVED = re.compile(r"con|prn|aux|nul|com\d|lpt\d")


def form_of(topic: str) -> Form:
    """How payloads under ``topic`` are read; the topic alone decides, so that a stream keeps one shape."""
    return "mos-type-4" if topic.startswith(mos.PREFIX) else "flat-json"


def decode(message: Message, reading: Reading = _UNSAID) -> list[Part]:
    """What a message holds, by stream: nothing, one part or many. Raises ``Undecodable`` with the reason."""
    payload = message.payload
    if message.topic.startswith(_SPARKPLUG):
        raise Undecodable("payload-sparkplug", topic=message.topic)
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


def stream_name(topic: str) -> str:
    """A stream's name, safe as a folder and as a table: ASCII letters in lower case, digits, ``-`` and ``_``.

    ``/`` becomes ``_``. No two topics share a name, not even where case is ignored: whatever is lost on the way
    (capitals, blanks, Korean, ``_`` itself) is made up for by a short hash of the topic.
    """
    plain = len(topic) <= _LONGEST_NAME and _PLAIN_TOPIC.fullmatch(topic) is not None and topic[0] != "-"
    if plain and not _RESERVED.fullmatch(topic) and not _LIKE_HASHED.search(topic):
        return topic.replace("/", "_")
    kept = _LOST.sub("-", topic.lower().replace("/", "_"))[:_LONGEST_NAME].strip("-_")
    digest = hashlib.sha256(topic.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{kept}-{digest}" if kept else f"topic-{digest}"


__all__ = ["Form", "Reading", "decode", "form_of", "stream_name"]
