"""A Sparkplug message's rows, and what it changes in what we know of its sender."""

from __future__ import annotations

from collections.abc import Callable

from connectors.flags import RETAINED
from connectors.message import Message, Narrow, Part, Undecodable, broker_of
from connectors.sparkplug.birth import Birth, described
from connectors.sparkplug.births import Births
from connectors.sparkplug.node import Node
from connectors.sparkplug.payload import MOST_METRICS, Metric, Payload, TooMany, parse
from connectors.sparkplug.samples import Sampler, add_online, stamp
from connectors.sparkplug.sequence import GAP
from connectors.sparkplug.state import add_state
from connectors.sparkplug.topic import Topic, about
from connectors.sparkplug.topic import parse as parse_topic
from connectors.sparkplug.wire import Malformed

_BD_SEQ = b"bdSeq"
OTHER_SESSION = "other-session"
"""Flag of a death whose session is not the one that was announced."""
NameOf = Callable[[str], str]
"""From the filter people know a device by to its stream's name."""


def decode(message: Message, births: Births, name_of: NameOf) -> list[Part]:
    """One part a node or device the message tells of; commands tell of none. Raises ``Undecodable``.

    ``births`` is what was announced before the message, and is told what this one announces."""
    topic = parse_topic(message.topic)
    if topic.kind == "STATE":
        part = _part(topic.about, name_of)
        add_state(part, message)
        return [part]
    if topic.kind in ("NCMD", "DCMD"):
        return []
    payload = _payload(message)
    node = births.node(broker_of(message.source), topic.group, topic.node)
    if topic.kind == "NDEATH":
        return _node_died(message, payload, births, node, name_of)
    if topic.kind in ("NBIRTH", "DBIRTH"):
        return [_born(message, topic, payload, births, node, name_of)]
    flags = _sequence_flags(message, payload, births, node)
    if topic.kind == "DDEATH":
        births.died(node, topic.device)
        part = _part(topic.about, name_of)
        time, doubt = stamp(payload.timestamp, message.arrival)
        add_online(part, False, time, (*flags, doubt) if doubt else flags)
        return [part]
    return [_data(message, topic, payload, births, node, flags, name_of)]


def _payload(message: Message) -> Payload:
    try:
        return parse(message.payload)
    except Malformed as fault:
        raise Undecodable("sparkplug-payload", topic=message.topic, offset=fault.offset) from None
    except TooMany:
        raise Undecodable("sparkplug-too-many", topic=message.topic, limit=MOST_METRICS) from None


def _born(message: Message, topic: Topic, payload: Payload, births: Births, node: Node, name_of: NameOf) -> Narrow:
    flags: tuple[str, ...] = ()
    if topic.device:
        flags = _sequence_flags(message, payload, births, node)
    else:
        # a birth that the broker kept tells nothing of what came since
        node.head.sequence.begin(None if message.retain else payload.seq)
    birth = Birth(one for metric in payload.metrics if (one := described(metric)) is not None)
    births.born(node, topic.device, birth, None if topic.device else _bd_seq(payload))
    part = _part(topic.about, name_of)
    Sampler(message, part, birth).add(payload, flags)
    time, doubt = stamp(payload.timestamp, message.arrival)
    told = tuple(flag for flag in (doubt, RETAINED if message.retain else "") if flag)
    add_online(part, True, time, (*flags, *told))
    part.units = {one.name: one.unit for one in birth.metrics if one.unit}
    return part


def _data(
    message: Message,
    topic: Topic,
    payload: Payload,
    births: Births,
    node: Node,
    flags: tuple[str, ...],
    name_of: NameOf,
) -> Narrow:
    birth = node.births.get(topic.device)
    if birth is None:
        births.rebirths.want(node.key, message.arrival)
    part = _part(topic.about, name_of)
    sampler = Sampler(message, part, birth, births.later_birth(node, topic.device))
    try:
        sampler.add(payload, flags)
    except Undecodable:
        births.rebirths.want(node.key, message.arrival)
        node.head.sequence.untold = GAP in flags
        raise
    node.head.sequence.untold = GAP in flags and not part.times
    return part


def _node_died(message: Message, payload: Payload, births: Births, node: Node, name_of: NameOf) -> list[Part]:
    """Its devices are gone with it. The time is that of the arrival: a will bears the moment at which it was laid
    down.

    A will of an earlier session tells nothing. One of a session that nobody knows is believed with a doubt, and
    costs no birth: clients made of Eclipse Tahu's Python code number their births one too high."""
    session = _bd_seq(payload)
    flags = (RETAINED,) if message.retain else ()
    gone = ["", *(device for device in node.births if device)]
    if None in (session, node.head.bd_seq) or session == node.head.bd_seq:
        births.died(node, "")
        node.head.sequence.begin(None)
    elif any(event.bd_seq == session for event in node.events):
        return []
    else:
        flags = (*flags, OTHER_SESSION)
    parts: list[Part] = []
    for device in gone:
        part = _part(about(node.head.group, node.head.name, device), name_of)
        add_online(part, False, None, flags)
        parts.append(part)
    return parts


def _sequence_flags(message: Message, payload: Payload, births: Births, node: Node) -> tuple[str, ...]:
    sequence = node.head.sequence
    flag = sequence.take(payload.seq)
    untold, sequence.untold = sequence.untold, False
    if flag == GAP:
        births.rebirths.want(node.key, message.arrival, gap=True)
    elif flag and not sequence.missing:
        births.rebirths.filled(node.key)
    return tuple(dict.fromkeys(one for one in (GAP if untold else "", flag) if one))


def _bd_seq(payload: Payload) -> int | None:
    return next((_whole(one) for one in payload.metrics if one.name == _BD_SEQ), None)


def _whole(metric: Metric) -> int | None:
    return metric.value if isinstance(metric.value, int) else None


def _part(topic: str, name_of: NameOf) -> Narrow:
    return Narrow(name_of(topic), topic, [], [], [], [])
