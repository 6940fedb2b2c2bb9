"""States of host applications, ours among them."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.message import Message, Undecodable
from connectors.payloads import decode
from connectors.sparkplug import ONLINE, announcement


@pytest.mark.parametrize(
    ("topic", "raw", "online", "time"),
    [
        ("spBv1.0/STATE/scada", b'{"online":true,"timestamp":1733904005000}', 1.0, 1_733_904_005_000_000_000),
        ("spBv1.0/STATE/scada", b'{"timestamp":1733904005000,"online":false}', 0.0, 1_733_904_005_000_000_000),
        ("STATE/scada", b"ONLINE", 1.0, None),
        ("STATE/scada", b"OFFLINE", 0.0, None),
    ],
)
def test_a_hosts_state_is_a_reading(
    listener: Any, topic: str, raw: bytes, online: float, time: int | None
) -> None:
    (part,) = listener.hear_topic(topic, raw)
    assert (part.topic, part.tags, part.numbers, part.times) == ("spBv1.0/STATE/scada", [ONLINE], [online], [time])


@pytest.mark.parametrize("raw", [b"", b"on", b"{}", b'{"online":1}', b"[" * 10_000, b"\xff"])
def test_another_state_is_refused(listener: Any, raw: bytes) -> None:
    with pytest.raises(Undecodable) as caught:
        listener.hear_topic("spBv1.0/STATE/scada", raw)
    assert caught.value.key == "sparkplug-state"


@pytest.mark.parametrize("online", [True, False])
def test_what_we_announce_is_read_back(listener: Any, online: bool) -> None:
    letter = announcement("ours", online, 1_733_904_005_000)
    assert (letter.qos, letter.retain) == (1, True)
    (part,) = listener.hear_topic(letter.topic, letter.payload)
    assert (part.numbers, part.times) == ([float(online)], [1_733_904_005_000_000_000])


def test_a_state_topic_of_others_is_read_as_any_other() -> None:
    (part,) = decode(Message("s", "STATE/machine", b'{"power":1.5}', 10**18))
    assert (part.topic, part.rows) == ("STATE/machine", [{"power": 1.5}])  # type: ignore[union-attr]
