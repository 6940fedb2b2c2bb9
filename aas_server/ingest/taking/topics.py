"""Where what is brought belongs: a topic, as a gateway would have named it, and how its payloads are read."""

from __future__ import annotations

import re

from aas_server.errors import BadInput
from aas_server.ingest import feeds
from aas_server.ingest.feeds import Declaration
from aas_server.ingest.topics import Topics
from aas_server.store.contract import Catalogue
from connectors.message import Message, Undecodable
from connectors.payloads import decode, stream_name
from connectors.payloads.reading import Reading

_LONGEST = 65_535
"""Bytes of a topic (MQTT 5, 1.5.4)."""
_FORBIDDEN = re.compile("[+#\x00-\x1f\x7f\ud800-\udfff]")
_SHOWN = 100


def check(topic: str) -> str:
    """The topic itself. Raises ``BadInput`` where MQTT would not let anyone publish under it (4.7)."""
    wrong = not topic or topic.startswith("$") or _FORBIDDEN.search(topic) is not None
    if wrong or len(topic.encode()) > _LONGEST:
        raise BadInput("topic-wrong", topic=topic[:_SHOWN].encode(errors="replace").decode())
    return topic


def reading(catalogue: Catalogue, topic: str, zone: str) -> Reading:
    """How payloads under the topic are read: as was declared of the filter that matches it, or of its stream."""
    declared = feeds.declarations(catalogue)
    name = stream_name(topic)
    stream, declaration = Topics(declared).of(topic) or (name, declared.get(name, Declaration()))
    return declaration.reading(stream, zone)


def understood(topic: str, payload: bytes, arrival: int, how: Reading) -> tuple[int, list[str]]:
    """How many records a payload holds, and of which streams, read as it will be once it is stored. Raises
    ``BadInput`` with the reason where it would end in quarantine."""
    try:
        parts = decode(Message("", topic, payload, arrival), how)
        return sum(len(part.times) for part in parts), list(dict.fromkeys(part.stream for part in parts))
    except Undecodable as fault:
        raise BadInput(fault.key, **fault.values) from None
