"""Sparkplug's topics: ``spBv1.0/<group>/<kind>/<node>[/<device>]`` and ``STATE`` (specification 3.0, 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast, get_args

from connectors.message import Undecodable

NAMESPACE = "spBv1.0/"
OLD_STATE = "STATE/"
OLD_WORDS = {b"ONLINE": True, b"OFFLINE": False}
"""Up to 2.2 the state of a host application had no namespace, and was one of two words."""
Kind = Literal["NBIRTH", "NDEATH", "NDATA", "NCMD", "DBIRTH", "DDEATH", "DDATA", "DCMD", "STATE"]
_KINDS = frozenset(get_args(Kind))


@dataclass(frozen=True, slots=True)
class Topic:
    """``node`` is a host application's id and ``group`` empty where ``kind`` is ``STATE``; ``device`` is empty for
    what concerns the node itself."""

    kind: Kind
    group: str
    node: str
    device: str = ""

    @property
    def about(self) -> str:
        """The filter of all that comes from this node or device."""
        if self.kind == "STATE":
            return f"{NAMESPACE}STATE/{self.node}"
        return about(self.group, self.node, self.device)


def about(group: str, node: str, device: str) -> str:
    """The filter of all that comes from a node (``device`` empty) or from one of its devices."""
    return f"{NAMESPACE}{group}/+/{node}" + (f"/{device}" if device else "")


def is_sparkplug(topic: str, payload: bytes | None = None) -> bool:
    """Whether what is published under ``topic`` is read as Sparkplug B (without ``payload``: whether it may be).
    Topics like 2.2's ``STATE/<host>`` are others' as well: the words must be a host's."""
    if topic.startswith(NAMESPACE):
        return True
    return topic.startswith(OLD_STATE) and topic.count("/") == 1 and (payload is None or payload in OLD_WORDS)


def filter_of(topic: str) -> str | None:
    """The filter of all that comes from the node, device or host that a topic names, ``None`` where it is none of
    Sparkplug's."""
    try:
        return parse(topic).about
    except Undecodable:
        return None


def parse(topic: str) -> Topic:
    """A topic in its parts. Raises ``Undecodable`` where it is none of Sparkplug's."""
    levels = topic.split("/")
    if levels[0] == "STATE" and len(levels) == 2 and levels[1]:
        return Topic("STATE", "", levels[1])
    if levels[1:2] == ["STATE"] and len(levels) == 3 and levels[2]:
        return Topic("STATE", "", levels[2])
    if len(levels) not in (4, 5) or not all(levels) or levels[2] not in _KINDS or levels[2] == "STATE":
        raise Undecodable("sparkplug-topic", topic=topic)
    kind = cast("Kind", levels[2])
    if (len(levels) == 5) != kind.startswith("D"):
        raise Undecodable("sparkplug-topic", topic=topic)
    return Topic(kind, levels[1], levels[3], levels[4] if len(levels) == 5 else "")
