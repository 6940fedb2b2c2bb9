"""A broker's bytes as packets, however they are cut and whatever they hold."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mqtt.packets import HEAD, MalformedPacket, Packet, Published, Splitter, published

LARGEST = 2**20


def length(value: int) -> bytes:
    made = bytearray()
    while True:
        value, byte = divmod(value, 128)
        made.append(byte | (128 if value else 0))
        if not value:
            return bytes(made)


def publish(
    topic: bytes, payload: bytes, qos: int = 1, packet_id: int = 7, properties: bytes | None = None
) -> bytes:
    body = len(topic).to_bytes(2) + topic
    body += packet_id.to_bytes(2) if qos else b""
    body += b"" if properties is None else length(len(properties)) + properties
    return bytes([0x30 | qos << 1]) + length(len(body) + len(payload)) + body + payload


def split(data: bytes, cuts: Sequence[int] = (), largest: int = LARGEST) -> list[Packet]:
    splitter = Splitter(largest)
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    pieces = [data[begin:end] for begin, end in pairwise(places)]
    return [packet for piece in pieces for packet in splitter.feed(piece)]


@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=40), st.binary(max_size=400), st.integers(0, 2))),
    st.lists(st.integers(0, 10_000), max_size=20),
)
def test_packets_come_out_as_they_went_in(messages: list[tuple[str, bytes, int]], cuts: list[int]) -> None:
    sent = [(topic.encode(errors="replace"), payload, qos) for topic, payload, qos in messages]
    data = b"".join(publish(*one) for one in sent)
    got = [published(packet, False) for packet in split(data, cuts)]
    assert [(one.topic.encode(), one.payload, one.qos) for one in got] == sent
    assert all(one.packet_id == (7 if one.qos else 0) for one in got)


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=5), st.booleans())
def test_whatever_a_hostile_broker_sends_is_read_or_refused(data: bytes, cuts: list[int], five: bool) -> None:
    try:
        for packet in split(data, cuts):
            if packet.kind & 0xF0 == 0x30:
                published(packet, five)
    except MalformedPacket:
        pass


@pytest.mark.parametrize("cuts", [(), (3,), (200_000,), range(1, 3 * LARGEST, 65_536)])
@pytest.mark.parametrize("properties", [None, b"", b"x" * 300])
def test_of_a_large_message_only_the_head_is_kept(cuts: Sequence[int], properties: bytes | None) -> None:
    payload = bytes(range(256)) * (2 * LARGEST // 256)
    data = publish(b"cam", payload, properties=properties) + publish(b"next", b"1", properties=properties)
    large, after = (published(packet, properties is not None) for packet in split(data, cuts))
    assert large == Published("cam", payload[:HEAD], 1, False, False, 7, len(payload) - HEAD)
    assert (after.topic, after.payload, after.left_out) == ("next", b"1", 0)


def test_properties_larger_than_what_is_kept_leave_no_payload() -> None:
    data = publish(b"cam", b"p" * (2 * LARGEST), properties=b"x" * 500_000)
    (large,) = (published(packet, True) for packet in split(data))
    assert (large.payload, large.left_out) == (b"", 2 * LARGEST)


def test_a_message_of_100_mb_takes_no_memory() -> None:
    splitter = Splitter(LARGEST)
    head = publish(b"cam", b"")[2:]
    size = 100 * 2**20
    tracemalloc.start()
    got = list(splitter.feed(b"\x32" + length(size + len(head)) + head))
    chunk = bytes(2**16)
    for _ in range(size // len(chunk)):
        got += splitter.feed(chunk)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [published(packet, False).left_out for packet in got] == [size - HEAD]
    assert peak < 2 * 2**20


@pytest.mark.parametrize(
    "data",
    [
        b"\x36\x05\x00\x01t\x00\x01",
        b"\x32\x05\x00\x01t\x00\x00",
        b"\x30\x01\x00",
        b"\x30\x02\x00\x00",
        b"\x30\x02\x00\x09",
        b"\x90\xff\xff\xff\x7f",
        b"\x30\xff\xff\xff\xff\x01",
    ],
    ids=["qos-3", "no-packet-id", "no-topic", "empty-topic", "topic-beyond", "large-suback", "endless-length"],
)
def test_what_breaks_the_rules_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedPacket):
        for packet in split(data):
            published(packet, False)


def test_a_topic_that_is_no_utf8_is_kept_all_the_same() -> None:
    (packet,) = split(publish(b"line/\xff", b"1"))
    assert published(packet, False).topic == "line/\\xff"
