"""One value a message: which device's stream it is a tag of, what kind of value it is, and when it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.message import Narrow, Part, Wide
from connectors.payloads import Reading, narrow_name, stream_name

Read = Callable[..., list[Part]]
STAMP = 1_733_904_005_123


@pytest.fixture
def sample(read: Read) -> Callable[..., tuple[str, str, float | None, str | None, int | None, tuple[str, ...]]]:
    """Stream, tag, number, text, time and flags of the one sample that a message holds."""

    def only(*sent: Any, **more: Any) -> tuple[Any, ...]:
        (part,) = read(*sent, **more)
        assert isinstance(part, Narrow) and len(part.tags) == 1
        flags = part.flags.get(0, ())
        return part.stream, part.tags[0], part.numbers[0], part.texts[0], part.times[0], flags

    return only


Sample = Callable[..., tuple[Any, ...]]


# --- which device, which tag ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic", "device", "tag"),
    [
        ("plant/line1/pump/current", "plant/line1/pump", "current"),
        (
            "Enterprise A/Site 1/Line 1/Status/StateCurrentStr",
            "Enterprise A/Site 1/Line 1",
            "Status/StateCurrentStr",
        ),
        ("l/Admin/ProdDefectiveCount/0/AccCount", "l", "Admin/ProdDefectiveCount/0/AccCount"),
        (
            "Enterprise B/Site1/fillerproduction/fillingline01/filler/processdata/state/code",
            "Enterprise B/Site1/fillerproduction/fillingline01/filler",
            "processdata/state/code",
        ),
        ("Enterprise A/Dallas/Line 1/OEE/Quality", "Enterprise A/Dallas/Line 1", "OEE/Quality"),
        ("a/ISO7459/inspection_data.timestamp", "a/ISO7459", "inspection_data.timestamp"),
        ("공장/사출 1호기/온도", "공장/사출 1호기", "온도"),
        ("umh/v1/acme/plant/_raw/weather/temperature", "umh/v1/acme/plant/_raw", "weather/temperature"),
        ("umh.v1.acme.plant._raw.weather.temperature", "umh.v1.acme.plant._raw", "weather.temperature"),
        ("orders/4711", "orders", "4711"),
        ("status/x", "status", "x"),
        ("temperature", "", "temperature"),
        ("/temperature", "", "/temperature"),
    ],
)
def test_the_device_is_found_in_the_topic(sample: Sample, topic: str, device: str, tag: str) -> None:
    assert sample(topic, "1")[:2] == (narrow_name(device), tag)


def test_ten_thousand_tags_make_one_stream(read: Read) -> None:
    streams = {part.stream for number in range(10_000) for part in read(f"plant/press/tag{number}", "1")}
    assert streams == {narrow_name("plant/press")}


def test_topics_that_are_ids_share_a_stream_and_tell_which_they_were(read: Read) -> None:
    made = [f"2026{number:06}" for number in range(2_000)] + ["6f1c2f0e-8d5b-4c55-9c3e-5d2a3d6d7a10"]
    parts = [part for order in made for part in read(f"orders/{order}", {"qty": 1})]
    assert {(part.stream, part.topic) for part in parts} == {(stream_name("orders/+"), "orders/+")}
    assert [part.rows[0] for part in parts if isinstance(part, Wide)] == [{"topic_id": o, "qty": 1} for o in made]
    assert read("lamp/1", {"on": True})[0].stream == "lamp_1"


@pytest.mark.parametrize(
    ("device", "stream", "tag"),
    [
        ("plant/line1", "plant_line1-tags", "pump/edge/current"),
        ("plant/line1/#", "plant_line1-tags", "pump/edge/current"),
        ("plant/+/pump/#", narrow_name("plant/+/pump"), "line1/pump/edge/current"),
        ("plant/line1/pump/edge/current", "plant_line1_pump_edge_current-tags", "current"),
        ("another/#", "plant_line1_pump-tags", "edge/current"),
    ],
)
def test_a_declared_device_comes_first(sample: Sample, device: str, stream: str, tag: str) -> None:
    assert sample("plant/line1/pump/edge/current", "1", Reading(device=device))[:2] == (stream, tag)


def test_a_declared_stream_and_declared_tags(sample: Sample) -> None:
    reading = Reading(stream="pump", device="a", keys={"b/c": "전류"})
    assert sample("a/b/c", "1.5", reading)[:3] == ("pump", "전류", 1.5)


def test_one_topic_with_values_and_objects_gives_two_streams(read: Read) -> None:
    assert [read("a/b", payload)[0].stream for payload in ("1", {"x": 1}, "2")] == ["a-tags", "a_b", "a-tags"]


# --- bare values ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "number", "text"),
    [
        ("100.5", 100.5, None),
        ('"100.5"', 100.5, None),
        (" 7\n", 7.0, None),
        ("-3e2", -300.0, None),
        ("Execute", None, "Execute"),
        ('"Execute"', None, "Execute"),
        ("가동 중", None, "가동 중"),
        ("ON", None, "ON"),
        ("true", None, "true"),
        ("False", None, "False"),
        ("007", None, "007"),
        ("12,5", None, "12,5"),
        ("", None, None),
        ("  \n", None, None),
        ("null", None, None),
        ('""', None, ""),
        ('"\\ud800"', None, '"\\ud800"'),
        ("18446744073709551615", 1.8446744073709552e19, "18446744073709551615"),
        ("9007199254740993", 9007199254740992.0, "9007199254740993"),
        ("1e999", None, "1e999"),
        ("2025-11-24T10:00:00Z", None, "2025-11-24T10:00:00Z"),
        ("[1, 2.5, null]", None, "[1,2.5,null]"),
        ("안녕" * 2000, None, "안녕" * 2000),
    ],
)
def test_a_bare_value_stays_what_it_is(
    sample: Sample, payload: str, number: float | None, text: str | None
) -> None:
    assert sample("a/b", payload) == ("a-tags", "b", number, text, None, ())


@pytest.mark.parametrize("payload", ["NaN", "nan", "-Infinity", "inf", "1.#QNAN", '"NaN"'])
def test_what_stands_for_no_number_is_flagged(sample: Sample, payload: str) -> None:
    assert sample("a/b", payload)[2:] == (None, payload.strip('"'), None, ("not-a-number",))


def test_a_retained_value_is_flagged(sample: Sample) -> None:
    assert sample("a/b", "1", retain=True)[-1] == ("retained",)


# --- values with their time -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number", "text"),
    [
        (23.4, 23.4, None),
        (True, None, "true"),
        ("RUN", None, "RUN"),
        ("9.5", 9.5, None),
        (None, None, None),
        (18446744073709551615, 1.8446744073709552e19, "18446744073709551615"),
        ([1, 2], None, "[1,2]"),
    ],
)
def test_umh(sample: Sample, value: object, number: float | None, text: str | None) -> None:
    got = sample("umh/v1/acme/_raw/t", {"timestamp_ms": STAMP, "value": value})
    assert got == (narrow_name("umh/v1/acme/_raw"), "t", number, text, STAMP * 10**6, ())


def test_umh_relational_is_an_object_of_its_topic(read: Read) -> None:
    (part,) = read("umh/v1/acme/_work_order/create", {"timestamp_ms": STAMP, "order": {"id": 7, "쪽": [1]}})
    assert isinstance(part, Wide)
    assert part.stream == stream_name("umh/v1/acme/_work_order/create")
    assert part.rows == [{"timestamp_ms": STAMP, "order.id": 7, "order.쪽": "[1]"}]
    assert part.times == [STAMP * 10**6]


def test_a_rich_object_keeps_its_unit(read: Read) -> None:
    rich = {
        "timestamp": "2024-03-20T14:30:00.123Z",
        "type": {"id": 1, "name": "Temperature"},
        "value": 72.5,
        "unit": "°C",
        "metadata": {"uri": "opc://plc1/DB1.DBD12", "asset": {"id": 101, "name": "Pump-101"}},
    }
    (part,) = read("a/pump/edge/temperature", rich)
    assert part == Narrow(
        "a_pump-tags",
        "a/pump/#",
        [1_710_945_000_123_000_000],
        ["edge/temperature"],
        [72.5],
        [None],
        units={"edge/temperature": "°C"},
    )


@pytest.mark.parametrize(
    ("more", "flags"),
    [
        ({"ts": "2099-01-01"}, ("implausible-time",)),
        ({"ts": "yesterday"}, ("unreadable-time",)),
        ({"ts": STAMP, "quality": "Bad"}, ("bad-quality",)),
        ({"ts": STAMP, "quality": "GOOD"}, ()),
    ],
)
def test_doubts_about_a_value(sample: Sample, more: dict[str, object], flags: tuple[str, ...]) -> None:
    assert sample("a/b", {"value": 1} | more)[-1] == flags


@pytest.mark.parametrize(
    "row",
    [
        {"value": 1},
        {"value": 1, "timestamp": STAMP, "pressure": 3},
        {"value": {"x": 1}, "timestamp": STAMP},
        {"value": 1, "type": "A", "ts": STAMP},
        {"timestamp": STAMP, "description": "Running", "color": "#00FF00", "type": {"id": 1}, "metadata": {}},
    ],
)
def test_what_says_more_than_one_value_is_a_record(read: Read, row: dict[str, object]) -> None:
    (part,) = read("a/b", row)
    assert isinstance(part, Wide) and part.stream == "a_b"
