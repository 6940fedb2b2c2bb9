"""When a node is asked for its birth, and what the command looks like."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from connectors.message import Undecodable
from connectors.sparkplug import Births
from connectors.sparkplug.payload import parse

TOPIC = "spBv1.0/plant/NCMD/edge"


def unknown(listener: Any, encode: Any, at: float) -> None:
    with pytest.raises(Undecodable):
        listener.hear("NDATA", encode.payload(encode.metric(alias=5, double_value=1.0), seq=1), at=at)


def test_the_command_is_the_specifications(listener: Any, encode: Any) -> None:
    unknown(listener, encode, at=0)
    (request,) = listener.births.requests(1_733_904_005_123_000_000)
    assert (request.source, request.topic) == ("mqtt://memory", TOPIC)
    payload = parse(request.payload)
    (metric,) = payload.metrics
    assert (metric.name, metric.datatype, metric.value) == (b"Node Control/Rebirth", 11, 1)
    assert payload.timestamp == metric.timestamp == 1_733_904_005_123


def test_one_node_is_asked_ever_more_seldom_until_it_is_born(listener: Any, encode: Any) -> None:
    asked = []
    for second in range(0, 400, 5):
        unknown(listener, encode, at=second)
        if listener.asked(at=second):
            asked.append(second)
    assert asked == [0, 30, 90, 210]
    listener.hear("NBIRTH", encode.payload(seq=0), at=400)
    unknown(listener, encode, at=401)
    assert listener.asked(at=401) == [TOPIC]


def test_a_long_pause_is_never_made_shorter(listener: Any, encode: Any) -> None:
    listener.births = Births(every=7200)
    asked = []
    for second in range(0, 24_000, 30):
        unknown(listener, encode, at=second)
        if listener.asked(at=second):
            asked.append(second)
    assert [round((later - earlier) / 120) * 120 for earlier, later in pairwise(asked)] == [7200, 7200, 7200]


def test_nobody_is_asked_for_an_old_message(listener: Any, encode: Any) -> None:
    unknown(listener, encode, at=0)
    assert listener.asked(at=61) == []


def test_a_birth_makes_a_request_needless(listener: Any, encode: Any) -> None:
    unknown(listener, encode, at=0)
    listener.hear("NBIRTH", encode.payload(seq=0), at=1)
    assert listener.asked(at=2) == []


def test_asking_can_be_switched_off(listener: Any, encode: Any) -> None:
    listener.births = Births(every=0)
    unknown(listener, encode, at=0)
    assert listener.asked(at=0) == []


def test_made_up_nodes_are_no_flood(listener: Any, encode: Any) -> None:
    for number in range(1000):
        listener.node = f"made-up-{number}"
        unknown(listener, encode, at=0)
    assert 0 < len(listener.asked(at=0)) <= 50
