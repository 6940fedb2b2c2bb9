"""ThingsBoard's device and gateway interfaces, in their plain form and in all the others that are allowed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.message import Part, Undecodable, Wide
from connectors.payloads import Reading, stream_name

Read = Callable[..., list[Part]]
MS = 1_451_649_600_512
NS = MS * 10**6
DEVICE, GATEWAY = "v1/devices/me/telemetry", "v1/gateway/telemetry"


def wide(stream: str, topic: str, *records: tuple[int | None, dict[str, object]]) -> Wide:
    return Wide(stream, topic, [time for time, _ in records], [row for _, row in records])  # type: ignore[misc]


@pytest.mark.parametrize(
    ("sent", "records"),
    [
        ({"temperature": 22.5, "on": True}, [(None, {"temperature": 22.5, "on": True})]),
        ({"ts": MS, "values": {"a": 1, "b": "x", "c": None}}, [(NS, {"a": 1, "b": "x", "c": None})]),
        (
            [{"ts": MS, "values": {"a": 1}}, {"ts": MS + 1, "values": {"b": 2}}],
            [(NS, {"a": 1}), (NS + 10**6, {"b": 2})],
        ),
        ([{"ts": MS, "values": {"a": 1}}, {"b": 2}], [(NS, {"a": 1}), (None, {"b": 2})]),
        ({"ts": str(MS), "values": {"a": {"b": 1}, "l": [1]}}, [(NS, {"a.b": 1, "l": "[1]"})]),
        ({"ts": 0, "values": {"a": 1}}, [(None, {"a": 1})]),
    ],
)
def test_a_device(read: Read, sent: object, records: list[tuple[int | None, dict[str, object]]]) -> None:
    assert read(DEVICE, sent) == [wide("v1_devices_me_telemetry", DEVICE, *records)]
    assert read("v2/t", sent) == [wide("v2_t", "v2/t", *records)]


def test_a_time_with_its_values_is_told_on_any_topic(read: Read) -> None:
    assert read("x/y", [{"ts": MS, "values": {"a": 1}}]) == [wide("x_y", "x/y", (NS, {"a": 1}))]
    assert read("x/y", {"P": [{"ts": MS, "values": {"a": 1}}]}) == [
        wide(stream_name("x/y/P"), "x/y/P", (NS, {"a": 1}))
    ]


def test_a_gateway_has_a_stream_a_device(read: Read) -> None:
    sent = {
        "펌프 A": [{"ts": MS, "values": {"t": 1}}, {"ts": MS + 1, "values": {"t": 2}}],
        "Pump/B": [{"ts": MS, "values": {"t": 3, "n": {"x": 1}}}, {"t": 4}],
        "idle": [],
    }
    assert read(GATEWAY, sent) == [
        wide(stream_name(f"{GATEWAY}/펌프 A"), f"{GATEWAY}/펌프 A", (NS, {"t": 1}), (NS + 10**6, {"t": 2})),
        wide(stream_name(f"{GATEWAY}/Pump/B"), f"{GATEWAY}/Pump/B", (NS, {"t": 3, "n.x": 1}), (None, {"t": 4})),
    ]


def test_a_gateway_whose_devices_are_declared_to_be_one_stream(read: Read) -> None:
    sent = {"A": [{"ts": MS, "values": {"t": 1}}], "B": [{"ts": MS, "values": {"t": 2}}]}
    parts = read(GATEWAY, sent, Reading(stream="pumps"))
    assert parts == [wide("pumps", GATEWAY, (NS, {"device": who, "t": t})) for who, t in (("A", 1), ("B", 2))]


def test_attributes_and_connections_are_told_apart_from_telemetry(read: Read) -> None:
    attributes = "v1/gateway/attributes"
    assert read(attributes, {"A": {"serial": "7"}}) == [
        wide(stream_name(f"{attributes}/A"), f"{attributes}/A", (None, {"serial": "7"}))
    ]
    assert read("v1/gateway/connect", {"device": "A", "type": "pump"}) == [
        wide("v1_gateway_connect", "v1/gateway/connect", (None, {"device": "A", "type": "pump"}))
    ]
    assert read("v1/devices/me/attributes", {"version": "1.2"})[0].stream == "v1_devices_me_attributes"


@pytest.mark.parametrize("gateway", [False, True])
def test_doubts_are_flagged_in_the_quick_way_as_in_the_careful_one(read: Read, gateway: bool) -> None:
    rows = [{"ts": MS, "values": {"a": 1}}, {"ts": 5, "values": {"a": 2}}, {"ts": "never", "values": {"a": 3}}]
    careful = [*rows, {"ts": MS, "values": {"a": {"b": 1}}}]
    for sent in (rows, careful):
        (part,) = read(GATEWAY if gateway else DEVICE, {"A": sent} if gateway else sent, retain=True)
        assert {row: part.flags[row] for row in range(3)} == {
            0: ("retained",),
            1: ("retained", "implausible-time"),
            2: ("retained", "unreadable-time"),
        }


def test_a_name_twice_is_flagged(read: Read) -> None:
    (part,) = read(DEVICE, '{"ts":1451649600512,"values":{"a":1,"a":2}}')
    assert isinstance(part, Wide) and part.rows == [{"a": 2}] and part.flags == {0: ("duplicate-key",)}
    (part,) = read(DEVICE, '{"ts":1451649600512,"values":{"a":"\\":"}}')
    assert part.flags == {}


@pytest.mark.parametrize(
    ("topic", "sent", "key"),
    [
        (GATEWAY, {"A": [1]}, "payload-array-of-values"),
        (GATEWAY, {"A": "x"}, "payload-array-of-values"),
        (GATEWAY, [{"A": []}], "payload-other-form"),
        (GATEWAY, "12", "payload-other-form"),
        (DEVICE, [1, 2], "payload-array-of-values"),
        (DEVICE, [{"ts": MS, "values": {"a": 1}}, 7], "payload-array-of-values"),
        (DEVICE, "", "payload-empty"),
        (DEVICE, "{'a': 1}", "payload-not-json"),
        (DEVICE, b'{"a": "\xff"}', "payload-not-utf8"),
    ],
)
def test_what_is_no_telemetry_is_refused(read: Read, topic: str, sent: object, key: str) -> None:
    with pytest.raises(Undecodable) as fault:
        read(topic, sent)
    assert fault.value.key == key
