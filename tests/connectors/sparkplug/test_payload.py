"""Payloads as bytes: what our reader takes, leaves out and refuses; against an encoder of the tests' own."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.message import Message, Undecodable
from connectors.payloads import decode
from connectors.sparkplug.payload import MOST_METRICS, TooMany, parse
from connectors.sparkplug.wire import Malformed

BIRTH, DATA = "spBv1.0/g/NBIRTH/n", "spBv1.0/g/NDATA/n"
VALUE_FIELDS = {
    "int_value": st.integers(0, 2**32 - 1),
    "long_value": st.integers(0, 2**64 - 1),
    "float_value": st.floats(width=32, allow_nan=False),
    "double_value": st.floats(allow_nan=False),
    "boolean_value": st.integers(0, 1),
    "string_value": st.text(),
    "bytes_value": st.binary(),
}


@st.composite
def told(draw: st.DrawFn) -> dict[str, Any]:
    field = draw(st.sampled_from(sorted(VALUE_FIELDS)))
    optional = {
        "name": st.text(),
        "alias": st.integers(0, 2**64 - 1),
        "timestamp": st.integers(0, 2**64 - 1),
        "datatype": st.integers(0, 2**32 - 1),
        "is_historical": st.just(1),
        "is_null": st.just(1),
        "properties": st.binary(),
    }
    return draw(st.fixed_dictionaries({field: VALUE_FIELDS[field]}, optional=optional))


@given(metrics=st.lists(told(), max_size=5), seq=st.integers(0, 255), stamp=st.integers(0, 2**64 - 1))
@settings(max_examples=200)
def test_what_was_written_is_read(encode: Any, metrics: list[dict[str, Any]], seq: int, stamp: int) -> None:
    read = parse(encode.payload(*(encode.metric(**one) for one in metrics), seq=seq, timestamp=stamp))
    assert (read.seq, read.timestamp, len(read.metrics)) == (seq, stamp, len(metrics))
    for metric, one in zip(read.metrics, metrics, strict=True):
        (field,) = VALUE_FIELDS.keys() & one.keys()
        value = one[field].encode() if isinstance(one[field], str) else one[field]
        assert (metric.kind, metric.value) == (encode.FIELDS[field], value)
        assert metric.name == (one["name"].encode() if "name" in one else None)
        assert (metric.alias, metric.timestamp) == (one.get("alias"), one.get("timestamp"))
        assert metric.datatype == one.get("datatype", 0)
        assert metric.marks == one.get("is_historical", 0) + 4 * one.get("is_null", 0)
        assert metric.properties == one.get("properties", b"")


@given(
    raw=st.binary(max_size=300), topic=st.sampled_from([BIRTH, DATA, "spBv1.0/g/DDEATH/n/d", "spBv1.0/STATE/h"])
)
@settings(max_examples=500)
def test_whatever_comes_is_read_or_refused(raw: bytes, topic: str) -> None:
    try:
        decode(Message("s", topic, raw, 10**18))
    except Undecodable as fault:
        assert fault.key.startswith("sparkplug-")


@given(data=st.data())
@settings(max_examples=300)
def test_a_message_that_was_damaged_is_read_or_refused(encode: Any, data: st.DataObject) -> None:
    metrics = data.draw(st.lists(told(), min_size=1, max_size=3))
    raw = bytearray(encode.payload(*(encode.metric(**one) for one in metrics), seq=1))
    for place in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=4)):
        raw[place] = data.draw(st.integers(0, 255))
    cut = bytes(raw[: data.draw(st.integers(0, len(raw)))])
    for topic in (BIRTH, DATA):
        try:
            decode(Message("s", topic, cut, 10**18))
        except Undecodable as fault:
            assert fault.key.startswith("sparkplug-")


def test_unknown_fields_and_groups_are_left_out(encode: Any) -> None:
    group = bytes((20 * 8 + 3 - 128 + 128, 1)) + encode.member(1, 5) + bytes((20 * 8 + 4 - 128 + 128, 1))
    known = encode.metric(name="t", datatype=10, double_value=1.5)
    strange = known + encode.member(30, b"later") + encode.member(31, 7) + encode.member(32, 1.0) + group
    read = parse(encode.payload(strange, seq=3) + encode.member(4, "uuid") + encode.member(99, b"body"))
    (metric,) = read.metrics
    assert (metric.name, metric.value, read.seq) == (b"t", 1.5, 3)


def test_negative_numbers_in_64_bits_are_cut_to_their_field(encode: Any) -> None:
    (metric,) = parse(encode.payload(encode.metric(int_value=-1))).metrics
    assert metric.value == 2**32 - 1


@pytest.mark.parametrize(
    "raw",
    [
        b"\x12\x05\x10",  # a metric longer than the message
        b"\x12\x03\x69\x00\x00" + bytes(6),  # a double that runs out of its metric
        b"\x12\x03\x0a\x05a" + bytes(4),  # a name that does
        b"\x08" + b"\xff" * 11,  # a number without an end
        b"\x12\x0c\x18" + b"\xff" * 11,
        b"\x00\x01",  # field 0
        b"\x12\x02\x00\x01",
        b"\x0c",  # the end of a group that never began
        b"\x0b" * 200,  # groups without an end
        b"\x12",
    ],
)
def test_damaged_messages_say_where(raw: bytes) -> None:
    with pytest.raises(Malformed) as fault:
        parse(raw)
    assert 0 <= fault.value.offset <= len(raw)
    with pytest.raises(Undecodable) as told:
        decode(Message("s", DATA, raw, 10**18))
    assert told.value.key == "sparkplug-payload"


def test_a_flood_of_empty_metrics_is_refused() -> None:
    with pytest.raises(TooMany):
        parse(b"\x12\x00" * (MOST_METRICS + 1))
    with pytest.raises(Undecodable) as told:
        decode(Message("s", DATA, b"\x12\x00" * (MOST_METRICS + 1), 10**18))
    assert told.value.key == "sparkplug-too-many"


@pytest.mark.parametrize(
    "topic",
    [
        "spBv1.0/g/NDATA",
        "spBv1.0/g/NDATA/n/d",
        "spBv1.0/g/DDATA/n",
        "spBv1.0/g/OTHER/n",
        "spBv1.0//NDATA/n",
        "spBv1.0/STATE",
        "spBv1.0/g/STATE/n",
    ],
)
def test_a_topic_that_is_none_of_sparkplugs_is_refused(topic: str) -> None:
    with pytest.raises(Undecodable) as told:
        decode(Message("s", topic, b"", 10**18))
    assert told.value.key == "sparkplug-topic"


def test_commands_hold_no_records() -> None:
    raw = base64.b64decode("EhYKFE5vZGUgQ29udHJvbC9SZWJpcnRo")
    assert decode(Message("s", "spBv1.0/g/NCMD/n", raw, 10**18)) == []
    assert decode(Message("s", "spBv1.0/g/DCMD/n/d", raw, 10**18)) == []
