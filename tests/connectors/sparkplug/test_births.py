"""Births, aliases, sequence numbers and deaths."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.message import Undecodable
from connectors.sparkplug import ONLINE

DOUBLE, INT32, INT64, STRING = 10, 3, 4, 12


@pytest.fixture
def born(listener: Any, encode: Any) -> Any:
    """A listener that has heard the births of a node (session 7) and of its press."""
    listener.hear("NBIRTH", node_birth(encode, 7))
    listener.hear("DBIRTH", press_birth(encode, 1), "press")
    return listener


def node_birth(encode: Any, session: int) -> bytes:
    bd_seq = encode.metric(name="bdSeq", datatype=INT64, long_value=session)
    return bytes(
        encode.payload(bd_seq, encode.metric(name="load", alias=9, datatype=DOUBLE, double_value=0.5), seq=0)
    )


def press_birth(encode: Any, seq: int, *, temperature: int = 1, state: int = 2) -> bytes:
    told = encode.property_set(engUnit="°C", engLow=0.0, engHigh=400.0, documentation="금형 온도")
    return bytes(
        encode.payload(
            encode.metric(
                name="temperature", alias=temperature, datatype=DOUBLE, properties=told, double_value=20.0
            ),
            encode.metric(name="state", alias=state, datatype=STRING, string_value="idle"),
            encode.metric(name="count", alias=3, datatype=INT32, int_value=2**32 - 1),
            seq=seq,
        )
    )


def data(encode: Any, seq: int, value: float = 21.5, alias: int = 1) -> bytes:
    return bytes(encode.payload(encode.metric(alias=alias, double_value=value), seq=seq))


def flags_of(parts: Any) -> list[tuple[str, ...]]:
    return [part.flags.get(row, ()) for part in parts for row in range(len(part.times))]


def test_a_birth_gives_values_units_and_presence(listener: Any, encode: Any) -> None:
    listener.hear("NBIRTH", node_birth(encode, 7))
    (part,) = listener.hear("DBIRTH", press_birth(encode, 1), "press")
    assert encode.values([part]) == {"temperature": 20.0, "state": "idle", "count": -1.0, ONLINE: 1.0}
    assert part.topic == "spBv1.0/plant/+/edge/press"
    assert part.units == {"temperature": "°C"}
    assert listener.births.units(part.topic) == {"temperature": "°C"}
    assert listener.births.titles(part.topic) == {"temperature": "금형 온도"}


def test_a_node_has_a_stream_of_its_own(listener: Any, encode: Any) -> None:
    (node,) = listener.hear("NBIRTH", node_birth(encode, 7))
    (press,) = listener.hear("DBIRTH", press_birth(encode, 1), "press")
    assert node.topic == "spBv1.0/plant/+/edge"
    assert node.stream != press.stream
    (again,) = listener.hear("DDATA", data(encode, 2), "press")
    assert again.stream == press.stream


def test_data_is_read_by_alias_and_by_name(born: Any, encode: Any) -> None:
    raw = encode.payload(
        encode.metric(alias=1, double_value=21.5),
        encode.metric(name="state", string_value="run"),
        encode.metric(alias=3, int_value=2**32 - 2),
        seq=2,
    )
    parts = born.hear("DDATA", raw, "press")
    assert encode.values(parts) == {"temperature": 21.5, "state": "run", "count": -2.0}
    assert parts[0].flags == {}


def test_a_metrics_time_is_its_own_else_the_payloads(born: Any, encode: Any) -> None:
    own = encode.metric(alias=1, timestamp=1_733_904_000_123, double_value=1.0)
    raw = encode.payload(own, encode.metric(alias=1, double_value=2.0), seq=2, timestamp=1_733_904_001_000)
    (part,) = born.hear("DDATA", raw, "press")
    assert part.times == [1_733_904_000_123_000_000, 1_733_904_001_000_000_000]


@pytest.mark.parametrize(
    ("stamp", "time", "flag"),
    [(None, None, ()), (0, None, ()), (1000, 10**9, ("implausible-time",)), (2**63, None, ("unreadable-time",))],
)
def test_a_doubtful_time_is_flagged(
    born: Any, encode: Any, stamp: int | None, time: int | None, flag: Any
) -> None:
    raw = encode.payload(encode.metric(alias=1, double_value=1.0), seq=2, timestamp=stamp)
    parts = born.hear("DDATA", raw, "press")
    assert (parts[0].times, flags_of(parts)) == ([time], [flag])


def test_historical_and_transient_values_are_kept_and_flagged(born: Any, encode: Any) -> None:
    raw = encode.payload(
        encode.metric(alias=1, is_historical=1, double_value=1.0),
        encode.metric(alias=1, is_transient=1, double_value=2.0),
        encode.metric(alias=1, double_value=3.0),
        seq=2,
    )
    assert flags_of(born.hear("DDATA", raw, "press")) == [("historical",), ("transient",), ()]


def test_a_datatype_told_anew_is_flagged_and_taken(born: Any, encode: Any) -> None:
    raw = encode.payload(encode.metric(alias=1, datatype=INT32, int_value=2**32 - 1), seq=2)
    parts = born.hear("DDATA", raw, "press")
    assert encode.values(parts) == {"temperature": -1.0}
    assert flags_of(parts) == [("datatype-mismatch",)]


def test_what_a_birth_did_not_announce_is_flagged(born: Any, encode: Any) -> None:
    parts = born.hear(
        "DDATA", encode.payload(encode.metric(name="new", datatype=DOUBLE, double_value=1.0), seq=2), "press"
    )
    assert encode.values(parts) == {"new": 1.0}
    assert flags_of(parts) == [("not-in-birth",)]


def test_an_unknown_alias_keeps_the_message_whole_for_later(born: Any, encode: Any) -> None:
    mixed = encode.payload(
        encode.metric(alias=1, double_value=1.0), encode.metric(alias=99, double_value=2.0), seq=2
    )
    with pytest.raises(Undecodable) as caught:
        born.hear("DDATA", mixed, "press", at=10)
    assert (caught.value.key, caught.value.values["metrics"]) == ("sparkplug-unknown-alias", "99")
    assert born.asked(at=10) == ["spBv1.0/plant/NCMD/edge"]


def test_names_and_types_in_data_need_no_birth(listener: Any, encode: Any) -> None:
    raw = encode.payload(
        encode.metric(name="speed", datatype=INT32, int_value=2**32 - 5),
        encode.metric(name="state", string_value="Execute"),
        encode.metric(name="rate", double_value=1.5),
        seq=3,
    )
    parts = listener.hear("DDATA", raw, "line")
    assert encode.values(parts) == {"speed": -5.0, "state": "Execute", "rate": 1.5}
    assert parts[0].flags == {}
    assert listener.asked(at=0) == ["spBv1.0/plant/NCMD/edge"]


def test_a_whole_number_of_unknown_type_waits_for_the_birth(listener: Any, encode: Any) -> None:
    with pytest.raises(Undecodable) as caught:
        listener.hear("DDATA", encode.payload(encode.metric(name="speed", int_value=2**32 - 5), seq=3), "line")
    assert (caught.value.key, caught.value.values["metrics"]) == ("sparkplug-unknown-alias", "speed")


def test_many_unknown_metrics_are_told_shortly(listener: Any, encode: Any) -> None:
    with pytest.raises(Undecodable) as caught:
        listener.hear("NDATA", encode.payload(*(encode.metric(alias=one, int_value=1) for one in range(5000))))
    assert len(str(caught.value.values["metrics"])) < 100


def test_the_sequence_goes_round(born: Any, encode: Any) -> None:
    for seq in [*range(2, 256), *range(256), 0]:
        parts = born.hear("DDATA", data(encode, seq % 256), "press")
        assert flags_of(parts) == [()]


def test_a_gap_is_flagged_once_and_a_birth_is_asked_for(born: Any, encode: Any) -> None:
    assert flags_of(born.hear("DDATA", data(encode, 2), "press")) == [()]
    assert flags_of(born.hear("DDATA", data(encode, 6), "press", at=10)) == [("sequence-gap",)]
    assert flags_of(born.hear("DDATA", data(encode, 7), "press", at=11)) == [()]
    assert born.asked(at=11) == []
    assert born.asked(at=12.5) == ["spBv1.0/plant/NCMD/edge"]


def test_a_gap_before_a_message_that_is_set_aside_is_told_with_the_next(born: Any, encode: Any) -> None:
    born.hear("DDATA", data(encode, 2), "press")
    for seq in (6, 7):
        with pytest.raises(Undecodable):
            born.hear("DDATA", data(encode, seq, alias=99), "press")
    assert flags_of(born.hear("DDATA", data(encode, 8), "press")) == [("sequence-gap",)]
    assert flags_of(born.hear("DDATA", data(encode, 9), "press")) == [()]


def test_a_gap_before_a_message_without_metrics_is_told_with_the_next(born: Any, encode: Any) -> None:
    born.hear("DDATA", encode.payload(seq=6), "press")
    assert flags_of(born.hear("DDATA", data(encode, 7), "press")) == [("sequence-gap",)]


def test_messages_that_come_late_close_the_gap(born: Any, encode: Any) -> None:
    born.hear("DDATA", data(encode, 2), "press")
    assert flags_of(born.hear("DDATA", data(encode, 5), "press")) == [("sequence-gap",)]
    assert flags_of(born.hear("NDATA", data(encode, 4, alias=9))) == [("out-of-order",)]
    assert flags_of(born.hear("DDATA", data(encode, 3), "press")) == [("out-of-order",)]
    assert flags_of(born.hear("DDATA", data(encode, 6), "press")) == [()]
    assert born.asked(at=30) == []


def test_the_births_of_devices_are_counted_as_well(born: Any, encode: Any) -> None:
    parts = born.hear("DBIRTH", press_birth(encode, 4), "other")
    assert set(flags_of(parts)) == {("sequence-gap",)}


def test_a_device_that_dies_is_offline_until_it_is_born(born: Any, encode: Any) -> None:
    (part,) = born.hear("DDEATH", encode.payload(seq=2), "press")
    assert encode.values([part]) == {ONLINE: 0.0}
    assert part.times == [1_733_904_005_000_000_000]
    with pytest.raises(Undecodable):
        born.hear("DDATA", data(encode, 3), "press")
    born.hear("DBIRTH", press_birth(encode, 4), "press")
    assert encode.values(born.hear("DDATA", data(encode, 5), "press")) == {"temperature": 21.5}


def test_a_node_that_dies_takes_its_devices_along(born: Any, encode: Any) -> None:
    will = encode.payload(encode.metric(name="bdSeq", datatype=INT64, long_value=7), timestamp=1000)
    parts = born.hear("NDEATH", will, at=5)
    assert [(part.topic, part.tags, part.numbers, part.times) for part in parts] == [
        ("spBv1.0/plant/+/edge", [ONLINE], [0.0], [None]),
        ("spBv1.0/plant/+/edge/press", [ONLINE], [0.0], [None]),
    ]
    with pytest.raises(Undecodable):
        born.hear("DDATA", data(encode, 2), "press")


def test_the_will_of_an_older_session_is_ignored(born: Any, encode: Any) -> None:
    born.hear("NBIRTH", node_birth(encode, 8))
    born.hear("DBIRTH", press_birth(encode, 1), "press")
    old = encode.payload(encode.metric(name="bdSeq", datatype=INT64, long_value=7))
    assert born.hear("NDEATH", old) == []
    assert encode.values(born.hear("DDATA", data(encode, 2), "press")) == {"temperature": 21.5}


def test_the_will_of_an_unknown_session_is_told_with_a_doubt(born: Any, encode: Any) -> None:
    parts = born.hear("NDEATH", encode.payload(encode.metric(name="bdSeq", datatype=INT64, long_value=6)))
    assert [(encode.values([part]), part.flags) for part in parts] == [
        ({ONLINE: 0.0}, {0: ("other-session",)})
    ] * 2
    assert encode.values(born.hear("DDATA", data(encode, 2), "press")) == {"temperature": 21.5}


def test_aliases_that_are_no_one_metrics_alone_are_not_used(listener: Any, encode: Any) -> None:
    names = [encode.metric(name=name, alias=0, datatype=DOUBLE, double_value=1.0) for name in "ab"]
    listener.hear("NBIRTH", encode.payload(*names, seq=0))
    with pytest.raises(Undecodable):
        listener.hear("NDATA", encode.payload(encode.metric(alias=0, double_value=2.0), seq=1))
    parts = listener.hear("NDATA", encode.payload(encode.metric(name="a", alias=0, double_value=2.0), seq=2))
    assert encode.values(parts) == {"a": 2.0}


def test_an_alias_stands_for_a_name_that_the_birth_wrote_otherwise(born: Any, encode: Any) -> None:
    parts = born.hear(
        "DDATA", encode.payload(encode.metric(name="temp", alias=1, double_value=2.0), seq=2), "press"
    )
    assert encode.values(parts) == {"temperature": 2.0}


def test_a_new_session_ends_what_devices_announced(born: Any, encode: Any) -> None:
    born.hear("NBIRTH", node_birth(encode, 8))
    with pytest.raises(Undecodable):
        born.hear("DDATA", data(encode, 1), "press")
    born.hear("DBIRTH", press_birth(encode, 2, temperature=2, state=1), "press")
    assert encode.values(born.hear("DDATA", data(encode, 3, alias=2), "press")) == {"temperature": 21.5}


def test_a_birth_that_the_broker_kept_starts_no_sequence(listener: Any, encode: Any) -> None:
    (part,) = listener.hear("NBIRTH", node_birth(encode, 7), retain=True)
    assert set(flags_of([part])) == {("retained",)}
    assert flags_of(listener.hear("NDATA", data(encode, 77, alias=9))) == [()]


def test_two_brokers_have_nodes_of_the_same_name(born: Any, encode: Any) -> None:
    with pytest.raises(Undecodable):
        born.hear("DDATA", data(encode, 2), "press", source="mqtt://other")
    assert encode.values(born.hear("DDATA", data(encode, 2), "press")) == {"temperature": 21.5}


def test_sessions_at_one_broker_hear_the_same_node(born: Any, encode: Any) -> None:
    """Shared subscriptions spread a node's messages over our sessions."""
    assert encode.values(born.hear("DDATA", data(encode, 2), "press", source="mqtt://memory#2")) == {
        "temperature": 21.5
    }
