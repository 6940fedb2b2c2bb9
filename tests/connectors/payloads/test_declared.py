"""What was declared of a topic: its form, names of members, the column of the time, the zone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.message import Narrow, Part, Undecodable, Wide
from connectors.payloads import Form, Reading

Read = Callable[..., list[Part]]
AT = 1_733_904_005_123

SHAPES: dict[Form, object] = {
    "flat-json": {"a": 1, "b": {"c": 2}},
    "mos-type-4": {"localtime": AT, "data": [{"tag": "t", "value": "1"}]},
    "umh": {"timestamp_ms": AT, "value": 1},
    "bare-value": "12.5",
    "rich-object": {"timestamp": AT, "value": 1, "unit": "A"},
    "opcua-pubsub": {"MessageId": "1", "MessageType": "ua-data", "Messages": [{"Payload": {"x": 1}}]},
    "opcua-fields": {"x": {"Value": 1}},
    "thingsboard-gateway": {"A": [{"ts": AT, "values": {"x": 1}}]},
}
ALSO_READ_AS: dict[Form, set[Form]] = {
    # any object is a record where that is declared
    "flat-json": {
        "flat-json",
        "mos-type-4",
        "umh",
        "rich-object",
        "opcua-pubsub",
        "opcua-fields",
        "thingsboard-gateway",
    },
    # "umh" is its short form
    "rich-object": {"rich-object", "umh"},
    # a gateway's attributes are an object a device
    "thingsboard-gateway": {"thingsboard-gateway", "opcua-fields"},
}


@pytest.mark.parametrize("sent", SHAPES)
@pytest.mark.parametrize("declared", SHAPES)
def test_a_declared_form_is_read_exactly_or_not_at_all(read: Read, declared: Form, sent: Form) -> None:
    reading = Reading(form=declared, stream="s")
    if declared == "bare-value" or sent in ALSO_READ_AS.get(declared, {declared}):
        (part,) = read("x/y", SHAPES[sent], reading)
        assert part.stream == "s"
        assert isinstance(part, Narrow) is (declared in ("mos-type-4", "umh", "bare-value", "rich-object"))
        return
    with pytest.raises(Undecodable) as fault:
        read("x/y", SHAPES[sent], reading)
    told = fault.value.values
    assert fault.value.key in {
        "payload-other-form",
        "payload-not-mos",
        "payload-array-of-values",
        "payload-bare-value",
    }
    assert told["topic"] == "x/y"
    if fault.value.key == "payload-other-form":
        assert (told["form"], told["found"]) == (declared, sent)


def test_a_form_that_a_shape_would_tell_otherwise(read: Read) -> None:
    (part,) = read("x/y", {"timestamp": AT, "value": 1}, Reading(form="flat-json"))
    assert isinstance(part, Wide) and part.stream == "x_y" and part.times == [AT * 10**6]
    (single,) = read("x/y", '{"a": 1}', Reading(form="bare-value"))
    assert isinstance(single, Narrow) and single.texts == ['{"a": 1}']


def test_an_empty_message_where_objects_are_declared(read: Read) -> None:
    for form in SHAPES:
        if form == "bare-value":
            continue
        with pytest.raises(Undecodable) as fault:
            read("x/y", " ", Reading(form=form))
        assert fault.value.key == "payload-empty"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("plain", 1),
        ("a.b.c", 2),
        ("list[0]", 3),
        ("list[2].x", 4),
        ("list[1][1]", 5),
        ("a.list[0].온도 값", 6),
        ("[0]", 7),
        ("dot.ted", 8),
        ("list[2]", '{"x":4}'),
        ("a.b", '{"c":2}'),
    ],
)
def test_a_member_is_found_by_its_path(read: Read, path: str, value: object) -> None:
    sent = {
        "plain": 1,
        "a": {"b": {"c": 2}, "list": [{"온도 값": 6}]},
        "list": [3, [0, 5], {"x": 4}],
        "[0]": 7,
        "dot.ted": 8,
    }
    (part,) = read("x/y", sent, Reading(keys={path: "wanted", "not.there[9]": "never"}))
    assert isinstance(part, Wide)
    row = part.rows[0]
    assert row["wanted"] == value and "never" not in row
    assert path in ("list[0]", "list[2].x", "list[1][1]", "a.list[0].온도 값", "list[2]", "a.b") or path not in row
    assert len(row) >= 6 and part.flags == {}


def test_two_members_of_one_name_are_flagged(read: Read) -> None:
    (part,) = read("x/y", {"a": 1, "b": 2}, Reading(keys={"a": "b"}))
    assert part.flags == {0: ("duplicate-key",)}


def test_the_column_of_the_time_by_its_path_or_by_its_name(read: Read) -> None:
    sent = {"timestamp": 1, "head": {"made": "2020-10-16 04:57:47"}}
    for column in ("head.made", "언제"):
        (part,) = read("x/y", [sent, sent], Reading(time_column=column, keys={"head.made": "언제"}))
        assert part.times == [1_602_791_867 * 10**9] * 2
    (part,) = read("x/y", [{"t": "x", "made": "2020-10-16 04:57:47"}] * 2, Reading(time_column="made", zone="UTC"))
    assert part.times == [(1_602_791_867 + 9 * 3600) * 10**9] * 2


def test_tags_are_called_as_declared(read: Read) -> None:
    sent = {"localtime": AT, "data": [{"tag": "Product.A", "value": "1"}, {"tag": "B", "value": "2"}]}
    (part,) = read("mos/type-4/x", sent, Reading(keys={"Product.A": "속도"}))
    assert isinstance(part, Narrow) and part.tags == ["속도", "B"]
    (single,) = read("l/edge/t", {"timestamp": AT, "value": 1, "unit": "A"}, Reading(keys={"edge/t": "전류"}))
    assert isinstance(single, Narrow) and (single.tags, single.units) == (["전류"], {"전류": "A"})


def test_units_beside_values_are_offered(read: Read) -> None:
    sent = {
        "temperature": {"value": 23.4, "unit": "°C", "raw_value": 234},
        "p": {"q": {"value": 1, "unit": "bar"}},
    }
    (part,) = read("x/y", sent)
    assert part.units == {"temperature.value": "°C", "p.q.value": "bar"}
    (part,) = read("x/y", sent, Reading(keys={"temperature.value": "온도"}))
    assert part.units == {"온도": "°C", "p.q.value": "bar"}
