"""Whatever comes: it is read or refused with a reason, can be stored, and fills no memory."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import payloads
from connectors.message import Message, Narrow, Part, Undecodable, records
from connectors.payloads import Form, Reading, stream_name

Read = Callable[..., list[Part]]
ARRIVAL = 1_764_000_000_000_000_000
TOPICS = (
    *(
        "a/b",
        "mos/type-4/x",
        "umh/v1/a/_raw/t",
        "v1/devices/me/telemetry",
        "v1/gateway/telemetry",
        "v1/gateway/attributes",
    ),
    *("Enterprise A/Line 1/Status/한글", "/", "", "a//b", "l/edge/x"),
)
FORMS: tuple[Form | None, ...] = (
    *(None, "flat-json", "mos-type-4", "umh", "bare-value", "rich-object", "opcua-pubsub", "opcua-fields"),
    *("thingsboard", "thingsboard-gateway", "image"),
)
WORDS = st.sampled_from(
    [
        *(
            "value",
            "timestamp",
            "timestamp_ms",
            "ts",
            "values",
            "unit",
            "type",
            "metadata",
            "data",
            "tag",
            "localtime",
        ),
        *(
            "Messages",
            "MessageType",
            "MessageId",
            "Payload",
            "DataSetWriterId",
            "PublisherId",
            "Timestamp",
            "MetaData",
        ),
        *(
            "Value",
            "SourceTimestamp",
            "StatusCode",
            "Type",
            "Body",
            "image",
            "quality",
            "Fields",
            "Name",
            "Properties",
        ),
        *("Key", "Status", "a.b", "plc@t", "온 도", ""),
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(
        [
            "ua-data",
            "ua-metadata",
            "NaN",
            "12",
            "2020-10-16 04:57:47",
            1_733_904_005_123,
            "data:image/png;base64,AAAA",
        ]
    )
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=5),
    max_leaves=25,
)


def storable(parts: list[Part]) -> None:
    for part in parts:
        assert part.stream and part.times
        assert all(time is None or -(2**63) <= time < 2**63 for time in part.times)
        assert set(part.flags) <= set(range(len(part.times)))
        assert all(
            flags and all(isinstance(flag, str) and flag for flag in flags) for flags in part.flags.values()
        )
        if isinstance(part, Narrow):
            assert len(part.tags) == len(part.numbers) == len(part.texts) == len(part.times)
            assert all(number is None or type(number) is float for number in part.numbers)
        else:
            assert len(part.rows) == len(part.times)
    for record in records(parts):
        for name, value in record.fields.items():
            assert value is None or isinstance(value, bool | int | float | str)
            json.dumps([name, value], allow_nan=False, ensure_ascii=False).encode()


def attempt(topic: str, payload: bytes, reading: Reading) -> None:
    try:
        found = payloads.decode(Message("m", topic, payload, ARRIVAL), reading)
    except Undecodable as fault:
        assert (fault.key and "topic" in fault.values) or fault.key.startswith("picture")
        return
    storable(found)


@given(st.binary(max_size=200), st.sampled_from(TOPICS), st.sampled_from(FORMS))
def test_no_bytes_break_the_reader(payload: bytes, topic: str, form: Form | None) -> None:
    attempt(topic, payload, Reading(form=form))


@given(TREES, st.sampled_from(TOPICS), st.sampled_from(FORMS), st.booleans())
def test_no_json_breaks_the_reader(value: object, topic: str, form: Form | None, declared: bool) -> None:
    reading = Reading(form=form)
    if declared:
        reading = Reading("s", "a/#", form, "ts", "UTC", {"value": "값", "a.b[0]": "x", "data": "value"})
    attempt(topic, json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"), reading)


@pytest.mark.parametrize("topic", ["a/b", "mos/type-4/x", "v1/gateway/telemetry"])
@pytest.mark.parametrize(
    "payload",
    [
        b'{"a":' * 900 + b"1" + b"}" * 900,
        b"[" * 900 + b"]" * 900,
        b'{"a":' * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' + b"9" * 4000 + b"}",
        b'{"a":' + b"9" * 100_000 + b"}",
        b'{"timestamp":' + b"9" * 4000 + b',"value":1}',
        b'{"ts":1e308,"values":{"a":1}}',
        b"9" * 3000,
        b'"' + b"\\u0000" * 100 + b'"',
        b'{"\\u0000":"\\u0000"}',
        b'{"a":"' + b"x" * 2**20 + b'"}',
    ],
    ids=lambda payload: str(payload[:12]),
)
def test_the_deep_and_the_huge(topic: str, payload: bytes) -> None:
    attempt(topic, payload, Reading())


def test_tens_of_thousands_of_topics_and_names_do_not_gather_in_memory(read: Read) -> None:
    def flood(start: int) -> None:
        for number in range(start, start + 20_000):
            read(f"plant/device{number}/edge/t{number}", str(number))
            read(f"plant/records{number}", {f"key {number}": number, "ts": 1_733_904_005})
            read("v1/gateway/telemetry", {f"pump {number}": [{"ts": number, "values": {f"n{number}": 1}}]})

    flood(0)
    tracemalloc.start()
    try:
        flood(20_000)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # what is remembered was full before; it is replaced, not added to
    assert kept < 40 * 2**20


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        ({"a": []}, {"a": "[]"}),
        ({"a": {}}, {}),
        ({"혼합": [1, "x", None, {"y": 1}]}, {"혼합": '[1,"x",null,{"y":1}]'}),
        ({"plc 1@hb 00@b00": True, "x.y/z": 1, "°C": 2}, {"plc 1@hb 00@b00": True, "x.y/z": 1, "°C": 2}),
        ({"bits": 18446744073709551615, "more": 2**70}, {"bits": 18446744073709551615, "more": 2**70}),
        ({"": 1, " ": 2}, {"": 1, " ": 2}),
        ({"a": {"b": {"c": {"d": None}}}}, {"a.b.c.d": None}),
        ({"on": "ON", "n": "12,5", "e": ""}, {"on": "ON", "n": "12,5", "e": ""}),
    ],
)
def test_odd_names_and_values_stay_as_they_came(read: Read, row: dict[str, object], fields: object) -> None:
    (part,) = read("공장/사출 1", row)
    assert part.stream == stream_name("공장/사출 1")
    (record,) = records([part])
    assert record.fields == fields
