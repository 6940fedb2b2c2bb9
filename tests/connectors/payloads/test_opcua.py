"""OPC UA over MQTT: data sets of PubSub, and fields with their own times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.message import Narrow, Part, Undecodable, Wide
from connectors.payloads import Reading, narrow_name, stream_name

Read = Callable[..., list[Part]]
AT = "2024-07-29T15:02:17.1858435Z"
NS = 1_722_265_337_185_843_500
LATER = "2024-07-29T15:02:18Z"
TOPIC = "opcua/json/data/plc1/group"


def network(*data: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"MessageId": "1", "MessageType": "ua-data", "PublisherId": "plc1", "Messages": list(data)} | more


def data_set(payload: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"DataSetWriterId": 1, "Timestamp": AT, "Payload": payload} | more


def test_values_with_their_type_are_one_record(read: Read) -> None:
    payload = {
        "nCounter": {"Type": 4, "Body": 18},
        "상태": {"UaType": 12, "Value": "RUN"},
        "raw": 1.5,
        "list": [1],
    }
    assert read(TOPIC, network(data_set(payload))) == [
        Wide(
            stream_name(f"{TOPIC}/1"),
            f"{TOPIC}/1",
            [NS],
            [{"nCounter": 18, "상태": "RUN", "raw": 1.5, "list": "[1]"}],
        )
    ]


def test_fields_with_own_times_are_samples_that_keep_them(read: Read) -> None:
    payload = {
        "a": {"Value": 1.5, "SourceTimestamp": LATER},
        "b": {"Value": {"Type": 10, "Body": "x"}, "ServerTimestamp": LATER},
        "c": {"Value": 7},
        "d": {"Value": None, "SourceTimestamp": "never"},
    }
    (part,) = read(TOPIC, network(data_set(payload)))
    assert isinstance(part, Narrow)
    assert part.stream == narrow_name(f"{TOPIC}/1")
    later = 1_722_265_338 * 10**9
    assert (part.times, part.tags) == ([later, later, NS, None], ["a", "b", "c", "d"])
    assert (part.numbers, part.texts) == ([1.5, None, 7.0, None], [None, "x", None, None])
    assert part.flags == {3: ("unreadable-time",)}


def test_a_delta_holds_what_changed_and_a_keep_alive_nothing(read: Read) -> None:
    delta = data_set({"b": 2}, MessageType="ua-deltaframe")
    alive = {"DataSetWriterId": 1, "MessageType": "ua-keepalive", "SequenceNumber": 9}
    (part,) = read(TOPIC, network(delta, alive))
    assert isinstance(part, Wide) and part.rows == [{"b": 2}]
    assert read(TOPIC, network(alive)) == []


def test_each_writer_is_a_stream_and_a_batch_holds_many(read: Read) -> None:
    batch = [network(data_set({"x": 1}), data_set({"x": 2}, DataSetWriterId=2)), network(data_set({"x": 3}))]
    found = [(part.stream, part.rows[0]["x"]) for part in read(TOPIC, batch) if isinstance(part, Wide)]
    first, second = (stream_name(f"{TOPIC}/{writer}") for writer in (1, 2))
    assert found == [(first, 1), (second, 2), (first, 3)]


def test_writers_of_two_publishers_on_one_topic_are_told_apart(read: Read) -> None:
    streams = [
        read("ua", network(data_set({"x": 1}), PublisherId=who))[0].stream for who in ("urn:plc:1", "urn:plc:2")
    ]
    assert streams == [stream_name("ua/urn:plc:1/1"), stream_name("ua/urn:plc:2/1")]


def test_the_network_message_may_be_left_out_or_hold_one_data_set(read: Read) -> None:
    for sent in (data_set({"x": 1}), network(Messages=data_set({"x": 1}))):
        (part,) = read(TOPIC, sent)
        assert (part.stream, part.times) == (stream_name(f"{TOPIC}/1"), [NS])


@pytest.mark.parametrize(
    ("status", "flags"),
    [
        (0, ()),
        (0x40920000, ("uncertain-quality",)),
        (0x80310000, ("bad-quality",)),
        ({"Code": 2150891520, "Symbol": "BadNoCommunication"}, ("bad-quality",)),
        ("BadTimeout", ("bad-quality",)),
        ({"Symbol": "UncertainLastUsableValue"}, ("uncertain-quality",)),
        ("Good", ()),
        (True, ()),
    ],
)
def test_a_status_becomes_a_flag(read: Read, status: object, flags: tuple[str, ...]) -> None:
    (narrow,) = read("t/a", {"x": {"Value": 1, "SourceTimestamp": AT, "StatusCode": status}, "y": {"Value": 2}})
    assert narrow.flags.get(0, ()) == flags and 1 not in narrow.flags
    (wide,) = read("t/a", network(data_set({"x": {"Value": 1, "Status": status}})))
    assert wide.flags.get(0, ()) == flags
    (whole,) = read("t/a", network(data_set({"x": 1}, Status=status)))
    assert whole.flags.get(0, ()) == flags


def test_metadata_tells_of_the_fields_and_their_units(read: Read) -> None:
    unit = {
        "Type": 22,
        "Body": {"TypeId": {"Id": 887}, "Body": {"DisplayName": {"Text": "°C"}, "UnitId": 4408652}},
    }
    told = {
        "MessageType": "ua-metadata",
        "PublisherId": "plc1",
        "DataSetWriterId": 1,
        "MetaData": {
            "Name": "press",
            "Fields": [
                {
                    "Name": "온도",
                    "BuiltInType": 11,
                    "Properties": [{"Key": {"Name": "EngineeringUnits"}, "Value": unit}],
                },
                {"Name": "state", "BuiltInType": 12},
            ],
        },
    }
    (part,) = read("opcua/json/metadata/plc1/group", told)
    assert isinstance(part, Wide)
    assert part.stream == stream_name("opcua/json/metadata/plc1/group/1/metadata")
    assert part.rows == [{"Name": "온도", "BuiltInType": 11, "Unit": "°C"}, {"Name": "state", "BuiltInType": 12}]
    assert part.units == {"온도": "°C"}


def test_the_short_form_of_a_connector(read: Read) -> None:
    sent = {
        "temperature": {"SourceTimestamp": AT, "Value": 4558},
        "Tag 10": {"SourceTimestamp": LATER, "Value": "a"},
    }
    (part,) = read("azure-iot-operations/data/thermostat", sent)
    assert isinstance(part, Narrow)
    assert part.stream == "azure-iot-operations_data_thermostat-tags"
    assert list(zip(part.tags, part.times, part.numbers, part.texts, strict=True)) == [
        ("temperature", NS, 4558.0, None),
        ("Tag 10", 1_722_265_338 * 10**9, None, "a"),
    ]


@pytest.mark.parametrize(
    ("sent", "member"),
    [
        (network(data_set({"x": 1}), 7), "Messages"),  # type: ignore[arg-type]
        (network(data_set([1, 2])), "Payload"),  # type: ignore[arg-type]
        ({"MessageType": "ua-metadata", "MetaData": {"Fields": "none"}}, "MetaData.Fields"),
        ({"MessageType": "ua-metadata"}, "MetaData.Fields"),
    ],
)
def test_what_the_standard_does_not_allow_is_refused_as_a_whole(read: Read, sent: object, member: str) -> None:
    with pytest.raises(Undecodable) as fault:
        read(TOPIC, sent)
    assert (fault.value.key, fault.value.values["member"]) == ("payload-not-opcua", member)


def test_what_a_publisher_tells_of_itself_is_a_plain_record(read: Read) -> None:
    (part,) = read("opcua/json/status/plc1", {"MessageType": "ua-status", "PublisherId": "plc1", "Status": 2})
    assert isinstance(part, Wide) and part.stream == "opcua_json_status_plc1" and part.rows[0]["Status"] == 2


def test_fields_are_called_as_declared(read: Read) -> None:
    reading = Reading(keys={"x": "압력"}, stream="press")
    assert read(TOPIC, network(data_set({"x": 1, "y": 2})), reading)[0].rows == [{"압력": 1, "y": 2}]
    (narrow,) = read("a/b", {"x": {"Value": 1, "SourceTimestamp": AT}}, reading)
    assert (narrow.stream, narrow.tags) == ("press", ["압력"])
