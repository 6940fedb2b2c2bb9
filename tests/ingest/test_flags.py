"""Equal, contradicting and late records are kept and flagged, in one fold and from fold to fold."""

from __future__ import annotations

import json

import pytest

from aas_server.ingest import counts, feeds, noted
from aas_server.ingest.mending import catch_up
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.store.parquet import reader
from connectors.message import Message

NOW = 1_700_000_000_000_000_000


def shot(second: float, **fields: object) -> Message:
    time = NOW + int(second * 1e9)
    return Message("m", "shots", json.dumps({"time": time, **fields}).encode(), time)


def tag(second: int, **values: object) -> Message:
    time = NOW + second * 10**9
    data = [{"tag": name, "value": str(value)} for name, value in values.items()]
    return Message("m", "mos/type-4/d", json.dumps({"localtime": time, "data": data}).encode(), time)


def told(store: Store, stream: str = "shots") -> list[str | None]:
    with reader({"records": store.lake.paths(store.lake.pin(stream))}) as database:
        return [one for (one,) in database.execute("SELECT flags FROM records").fetchall()]


@pytest.fixture(params=[1, 100], ids=["one by one", "at once"])
def bring(request: pytest.FixtureRequest, store: Store, settings: Settings):
    """Brings messages in, so many a fold."""

    def take_in(*messages: Message) -> None:
        for start in range(0, len(messages), request.param):
            store.journal.append(messages[start : start + request.param])
            catch_up(store, settings)

    return take_in


def test_equal_records_are_both_flagged(store: Store, bring) -> None:
    bring(shot(0, v=1), shot(1, v=2), shot(1, v=2), shot(2, v=2))
    assert told(store) == [None, "repeated", "repeated", None]
    assert feeds.facts(store.catalogue, "shots").flagged == 2


def test_records_that_contradict_each_other_are_both_flagged(store: Store, bring) -> None:
    bring(shot(0, v=1), shot(0, v=2), shot(1, v=2), shot(1), shot(2, v="x"), shot(2, v="x"), shot(2, v=5))
    assert told(store) == ["conflicting"] * 4 + [
        "misfit,repeated,conflicting",
        "misfit,repeated,conflicting",
        "conflicting",
    ]
    assert feeds.facts(store.catalogue, "shots").flagged == 7


def test_a_tag_is_compared_with_itself(store: Store, bring) -> None:
    bring(tag(0, A=1, B=2), tag(1, A=1, B=2), tag(1, A=1, B=3))
    assert told(store, "mos_type-4_d") == [None, None, "repeated", "conflicting", "repeated", "conflicting"]


def test_a_late_record_is_told_from_one_a_little_out_of_order(store: Store, bring) -> None:
    bring(shot(0, v=0), shot(100, v=1), shot(99.5, v=2), shot(39, v=3), shot(101, v=4))
    assert told(store) == [None, None, None, "late", None]
    assert noted.of(store.catalogue, "shots").unordered == 2


def test_an_implausible_time_makes_nothing_late(store: Store, bring) -> None:
    future = Message("m", "shots", b'{"time": 4070908800000000000, "v": 7}', NOW)
    bring(future, shot(1, v=2), future)
    assert told(store) == ["implausible-time", None, "implausible-time"]


def test_an_implausible_time_is_neither_the_first_nor_the_last_of_a_stream(store: Store, bring) -> None:
    early = Message("m", "shots", b'{"time": 169898671000000000, "v": 7}', NOW)
    future = Message("m", "shots", b'{"time": 4070908800000000000, "v": 7}', NOW)
    bring(early, future, shot(1, v=2))
    facts = feeds.facts(store.catalogue, "shots")
    assert facts.first == facts.last == NOW + 10**9
    again = counts.counted(store, counts.Counted(facts, noted.of(store.catalogue, "shots")))
    assert (again.facts, again.noted.newest) == (facts, facts.last // 1000)


def test_records_without_a_time_are_not_compared(store: Store, bring) -> None:
    bring(*[Message("m", "shots", b'{"v": 1}', NOW)] * 3)
    assert told(store) == [None] * 3


def test_a_column_that_comes_later_makes_a_difference(store: Store, bring) -> None:
    bring(shot(0, v=1), shot(0, v=1, w=None), shot(0, v=1.0, w="new"))
    assert told(store) == ["repeated,conflicting", "repeated,conflicting", "conflicting"]


def test_fields_are_noted_as_they_come_go_and_change(store: Store, bring) -> None:
    bring(shot(0, v=1, old="a"), shot(1, v=2), shot(2, v=2.5, new=True))
    fields = noted.of(store.catalogue, "shots").fields
    assert (fields["old"].last, fields["new"].first, fields["v"].last) == (NOW, NOW + 2 * 10**9, NOW + 2 * 10**9)
    assert fields["v"].type == "double"
