"""From payload bytes to records, or to a reason why not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import payloads
from connectors.message import Message, Record, Undecodable, records
from connectors.payloads import Reading, form_of, narrow_name, stamps, stream_name

ARRIVAL = 1_764_000_000_000_000_000
STAMP = 1_698_986_710_000_000_000


def message(payload: bytes | str | object, topic: str = "line/press", **more: bool) -> Message:
    if not isinstance(payload, bytes):
        payload = (
            payload.encode() if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False).encode()
        )
    return Message("mqtt://broker:1883", topic, payload, ARRIVAL, 1, more.get("retain", False), 7)


def decode(sent: Message, reading: Reading = Reading()) -> list[Record]:  # noqa: B008
    return list(records(payloads.decode(sent, reading)))


def one(payload: bytes | str | object, topic: str = "line/press", **more: bool) -> Record:
    (record,) = decode(message(payload, topic, **more))
    return record


# --- flat JSON -------------------------------------------------------------------------------------------------


def test_an_object_is_one_record_with_its_time_still_among_the_fields() -> None:
    record = one(
        {"TimeStamp": "2020-10-16 04:57:47", "설비명": "650톤-우진2호기", "x@y z": 1, "ok": True, "r": None}
    )
    assert record.stream == "line_press"
    assert record.time == 1_602_791_867 * 10**9
    assert record.fields == {
        "TimeStamp": "2020-10-16 04:57:47",
        "설비명": "650톤-우진2호기",
        "x@y z": 1,
        "ok": True,
        "r": None,
    }
    assert record.flags == ()


def test_an_array_of_objects_is_many_records_and_an_empty_one_none() -> None:
    assert [r.fields["a"] for r in decode(message([{"a": 1}, {"a": 2}]))] == [1, 2]
    assert decode(message("[]")) == []
    assert decode(message("{}")) == []


def test_objects_inside_get_dotted_names_and_arrays_stay_text() -> None:
    record = one({"a": {"b": {"c": 1.5}, "d": "x"}, "list": [1, {"y": 2}]})
    assert record.fields == {"a.b.c": 1.5, "a.d": "x", "list": '[1,{"y":2}]'}


def test_numbers_keep_their_kind_and_their_digits() -> None:
    record = one('{"whole":3,"real":3.0,"bits":18446744073709551615,"text":"007"}')
    assert record.fields == {"whole": 3, "real": 3.0, "bits": 18446744073709551615, "text": "007"}
    assert isinstance(record.fields["real"], float)
    assert isinstance(record.fields["whole"], int)


def test_what_json_does_not_know_becomes_null_and_is_flagged() -> None:
    record = one('{"a":NaN,"b":-Infinity,"c":1}')
    assert record.fields == {"a": None, "b": None, "c": 1}
    assert record.flags == ("not-a-number",)


def test_a_name_twice_is_flagged_and_the_last_wins() -> None:
    assert one('{"a":1,"b":"\\":","a":2}').flags == ("duplicate-key",)
    assert one('{"a":1,"a":2}').fields == {"a": 2}
    assert one('{"a.b":1,"a":{"b":2}}').flags == ("duplicate-key",)
    assert one('{"text":"\\"a\\": 1"}').flags == ()


def test_the_declared_time_column_comes_before_well_known_names() -> None:
    payload = {"timestamp": 1_583_748_873, "made": "2020-10-16 04:57:47"}
    (record,) = decode(message(payload), Reading(time_column="made"))
    assert record.time == 1_602_791_867 * 10**9
    (record,) = decode(message(payload), Reading(time_column="not there"))
    assert record.time is None


def test_a_small_number_is_a_duration_not_a_time() -> None:
    assert one({"time": 12.5, "ts": "2020-03-09T10:14:33Z"}).time == 1_583_748_873 * 10**9
    assert one({"time": 12.5}).time is None
    assert one({"t": 25.1}).flags == ()
    assert (one({"t": "25.1"}).time, one({"t": "25.1"}).flags) == (None, ())
    assert one({"t": " 1602791867 "}).time == one({"date": "20201016", "t": "04:57"}).time + 17_867 * 10**9


def test_doubtful_times_are_flagged() -> None:
    assert one({"timestamp": 169898671000000000}).flags == ("implausible-time",)
    assert one({"timestamp": "2099-01-01 00:00:00", "a": 1}).flags == ("implausible-time",)
    assert one({"timestamp": "yesterday"}).flags == ("unreadable-time",)


def test_a_retained_message_is_flagged() -> None:
    assert one({"a": 1}, retain=True).flags == ("retained",)


def test_keys_that_are_ids_do_not_gather_in_memory() -> None:
    """A feed that makes new keys with every message, and one whose records have very many of them."""
    for number in range(2_000):
        one({f"id-{number}": 1})
    kept = stamps.candidates.cache_info().currsize
    assert kept < 2_000
    assert one({f"id-{number}": 1 for number in range(5_000)} | {"timestamp": STAMP}).time == STAMP
    assert stamps.candidates.cache_info().currsize == kept


def test_a_byte_order_mark_does_no_harm() -> None:
    assert one(b'\xef\xbb\xbf{"a":1}').fields == {"a": 1}


# --- KOSMO MOS TYPE 4 ------------------------------------------------------------------------------------------


def test_mos_with_a_common_time() -> None:
    found = decode(
        message(
            {
                "localtime": str(STAMP),
                "data": [
                    {"tag": "Product.CA03.Operation.RunState", "value": "RUN"},
                    {"tag": "Product.CA03.Production.ProductionQty", "value": "1"},
                ],
            },
            "mos/type-4/ca03",
        )
    )
    assert [r.fields for r in found] == [
        {"tag": "Product.CA03.Operation.RunState", "number": None, "text": "RUN"},
        {"tag": "Product.CA03.Production.ProductionQty", "number": 1.0, "text": None},
    ]
    assert {r.time for r in found} == {STAMP}
    assert {r.stream for r in found} == {"mos_type-4_ca03"}


def test_mos_with_a_time_for_each_tag() -> None:
    data = [
        {"tag": "a", "value": "1", "timestamp": STAMP},
        {"tag": "b", "value": "2", "timestamp": str(STAMP + 1)},
        {"tag": "c", "value": "3"},
        {"tag": "d", "value": "4", "timestamp": 169898671000000000},
        {"tag": "e", "value": "5", "timestamp": "noon"},
    ]
    found = decode(message({"localtime": "0", "data": data}, "mos/type-4/x"))
    assert [r.time for r in found] == [STAMP, STAMP + 1, None, 169898671000000000, None]
    assert [r.flags for r in found] == [(), (), (), ("implausible-time",), ("unreadable-time",)]


@pytest.mark.parametrize(
    ("value", "number", "text"),
    [
        ("1.50", 1.5, None),
        ("-3e2", -300.0, None),
        (" 12 ", 12.0, None),
        ("007", None, "007"),
        ("NaN", None, "NaN"),
        ("1e999", None, "1e999"),
        ("1E5", 100_000.0, None),
        (".5", 0.5, None),
        ("E101", None, "E101"),
        ("e5", None, "e5"),
        ("-E101", None, "-E101"),
        ("+", None, "+"),
        ("1_000", None, "1_000"),
        ("가동", None, "가동"),
        ("", None, ""),
        (None, None, None),
        (True, None, "true"),
        (2.5, 2.5, None),
        ("18446744073709551615", 18446744073709551615.0, "18446744073709551615"),
        (18446744073709551615, 18446744073709551615.0, "18446744073709551615"),
        ([1], None, "[1]"),
    ],
)
def test_mos_values_are_numbers_where_they_are_meant_so(
    value: object, number: float | None, text: str | None
) -> None:
    (record,) = decode(message({"localtime": STAMP, "data": [{"tag": "t", "value": value}]}, "mos/type-4/x"))
    assert record.fields == {"tag": "t", "number": number, "text": text}


def test_a_mos_value_that_json_does_not_know_is_null_and_flagged() -> None:
    sent = '{"localtime": 1698986710000000000, "data": [{"tag": "a", "value": NaN}, {"tag": "b", "value": "2"}]}'
    found = decode(message(sent, "mos/type-4/x"))
    assert [(r.fields["number"], r.fields["text"], r.flags) for r in found] == [
        (None, None, ("not-a-number",)),
        (2.0, None, ()),
    ]


# --- what cannot be read ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "topic", "key"),
    [
        (b"\xff\xfe\x00\x01", "a", "payload-not-utf8"),
        ("{'a': 1}", "a", "payload-not-json"),
        ('{"a": 1', "a", "payload-not-json"),
        ('{"a": 1e400}', "a", "payload-not-json"),
        ('{"a": NaN, "b": "\\ud800"}', "a", "payload-not-json"),
        ('[{"a": 1}, 2]', "a", "payload-array-of-values"),
        (b"", "mos/type-4/x", "payload-empty"),
        (b"\x08\x01\x02", "a", "payload-binary"),
        ("x" * 5000, "a", "payload-text-too-long"),
        ("[" * 100_000, "a", "payload-too-deep"),
        (b"\x08\xa8", "spBv1.0/Waico/NBIRTH/Edge1", "sparkplug-payload"),
        ('{"a": 1}', "mos/type-4/x", "payload-not-mos"),
        ('{"localtime": 0, "data": [{"value": 1}]}', "mos/type-4/x", "payload-not-mos"),
        ('{"localtime": 0, "data": {}}', "mos/type-4/x", "payload-not-mos"),
    ],
)
def test_a_reason_is_given(payload: bytes | str, topic: str, key: str) -> None:
    with pytest.raises(Undecodable) as fault:
        decode(message(payload, topic))
    assert fault.value.key == key
    assert fault.value.values["topic"] == topic


@given(st.binary(max_size=200), st.sampled_from(["a/b", "mos/type-4/x"]))
def test_no_bytes_break_the_reader(payload: bytes, topic: str) -> None:
    try:
        found = decode(message(payload, topic))
    except Undecodable:
        return
    for record in found:
        for value in record.fields.values():
            json.dumps(value).encode()


# --- streams ---------------------------------------------------------------------------------------------------


def test_topics_that_lose_nothing_keep_their_words() -> None:
    assert stream_name("factory/injection-cell-1/shots") == "factory_injection-cell-1_shots"
    assert stream_name("mos/type-4/injection-cell-1") == "mos_type-4_injection-cell-1"


@given(
    st.sets(
        st.text(alphabet="aAb/_-. 가\0", min_size=1, max_size=6) | st.just("a-tags") | st.just("a_-tags"),
        min_size=2,
    )
)
def test_no_two_topics_share_a_name_and_all_are_safe(topics: set[str]) -> None:
    names = {name(topic).lower() for topic in topics for name in (stream_name, narrow_name)}
    assert len(names) == 2 * len(topics)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,99}", name) for name in names)


@pytest.mark.parametrize("topic", ["../../etc/passwd", "/", "..", "con", "공장/사출", "x" * 500, "-rf", "a\0b"])
def test_names_never_leave_their_folder(topic: str, tmp_path: Path) -> None:
    name = stream_name(topic)
    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,99}", name)
    assert (tmp_path / name).parent == tmp_path
    assert name not in {"con", "nul"}


def test_the_topic_alone_decides_the_form() -> None:
    assert form_of("mos/type-4/x") == "mos-type-4"
    assert form_of("factory/mos/type-4/x") is None
