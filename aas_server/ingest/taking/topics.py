"""Where what is brought belongs: a topic, as a gateway would have named it, and how its payloads are read."""

from __future__ import annotations

import re

from aas_server.errors import BadInput
from aas_server.ids import slug
from aas_server.ingest import feeds
from aas_server.ingest.declared import Declared
from aas_server.store.contract import Catalogue
from connectors.message import Message, Undecodable
from connectors.payloads import Reading, decode
from connectors.topics import LONGEST

_FORBIDDEN = re.compile("[+#\x00-\x1f\x7f\ud800-\udfff]")
_SHOWN = 100


def check(topic: str) -> str:
    """The topic itself. Raises ``BadInput`` where MQTT would not let anyone publish under it (4.7)."""
    wrong = not topic or topic.startswith("$") or _FORBIDDEN.search(topic) is not None
    if wrong or len(topic.encode()) > LONGEST:
        raise BadInput("topic-wrong", topic=topic[:_SHOWN].encode(errors="replace").decode())
    return topic


def level(name: str) -> str:
    """A table's name as one level of a topic; a Korean one stays as it is written, so that it is known again."""
    return slug(name) if name.isascii() else _FORBIDDEN.sub("-", name.replace("/", "-"))


def reading(catalogue: Catalogue, topic: str, zone: str) -> Reading:
    """How payloads under the topic are read once they are stored; ``zone``: of times that name none."""
    return Declared(feeds.declarations(catalogue)).reading(topic, zone)


def understood(topic: str, payload: bytes, arrival: int, how: Reading) -> tuple[int, list[str]]:
    """How many records a payload holds, and of which streams, read as it will be once it is stored. Raises
    ``BadInput`` with the reason where it would end in quarantine."""
    try:
        parts = decode(Message("", topic, payload, arrival), how)
        return sum(len(part.times) for part in parts), list(dict.fromkeys(part.stream for part in parts))
    except Undecodable as fault:
        raise BadInput(fault.key, **fault.values) from None
