"""From a message's bytes to records: which form a payload has, and which stream its records belong to."""

from __future__ import annotations

import hashlib
import re
from typing import Literal

from connectors.message import Message, Record, Undecodable
from connectors.payloads import flat_json, mos
from connectors.times import DEFAULT_ZONE

Form = Literal["mos-type-4", "flat-json"]

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


def decode(message: Message, *, time_column: str | None = None, zone: str = DEFAULT_ZONE) -> list[Record]:
    """The records a message holds: none, one or many, all of one stream.

    ``time_column`` names the field that bears a flat record's time (else well-known names are tried); times
    without a zone are local in ``zone``. Raises ``Undecodable`` with the reason.
    """
    payload = message.payload
    if message.topic.startswith(_SPARKPLUG):
        raise Undecodable("payload-sparkplug", topic=message.topic)
    if not payload.strip():
        raise Undecodable("payload-empty", topic=message.topic)
    if payload.startswith(_BOM):
        message = _without_bom(message)
    try:
        message.payload.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise Undecodable("payload-not-utf8", topic=message.topic, offset=fault.start) from None
    stream = stream_name(message.topic)
    if form_of(message.topic) == "mos-type-4":
        return mos.decode(message, stream, zone)
    return flat_json.decode(message, stream, time_column, zone)


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


def _without_bom(message: Message) -> Message:
    return Message(
        message.source,
        message.topic,
        message.payload[len(_BOM) :],
        message.arrival,
        message.qos,
        message.retain,
        message.packet_id,
    )


__all__ = ["Form", "decode", "form_of", "stream_name"]
