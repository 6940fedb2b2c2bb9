"""Every stream is listed, those that nobody described yet among them."""

from __future__ import annotations

import time

import msgspec

from aas_server.ingest import feeds
from aas_server.ingest.feeds import Declaration
from aas_server.store.contract import StreamFacts
from connectors.message import Message


def test_streams_are_listed_from_their_first_message(house, publish):
    publish("line/press", {"timestamp": "2026-01-01T00:00:00Z", "pressure": 1.5}, {"pressure": 2.5})
    publish("line/oven", '{"a": ')
    rows, after = house.desk().page(10)
    assert after is None
    press = next(row for row in rows if row.topic == "line/press")
    oven = next(row for row in rows if row.topic == "line/oven")
    assert (press.name, press.state, press.messages, press.records) == ("line_press", "discovered", 2, 2)
    assert (oven.state, oven.records, oven.quarantined) == ("discovered", 0, 1)
    assert press.lag == oven.lag == 0 and press.source == oven.source == "mqtt://127.0.0.1:1883"


def test_the_keys_that_tools_rely_on_come_first(house, publish):
    publish("line/press", {"pressure": 1.5})
    told = house.desk().row("line/press").as_json()
    counts = ["messages", "records", "duplicates", "quarantined"]
    assert list(told)[:10] == ["name", "source", "state", *counts, "first", "last", "lag"]


def test_what_the_broker_sent_again_is_counted_for_its_stream(house, publish):
    publish("line/press", {"pressure": 1.5})
    again = Message("mqtt://127.0.0.1:1883", "line/press", b"{}", time.time_ns(), 1)
    house.store.journal.append([], [again, again])
    assert house.desk().row("line_press").duplicates == 2


def test_what_waits_in_the_journal_lags(house, publish):
    publish("line/press", {"pressure": 1.5})
    publish("line/press", {"pressure": 1.6}, fold=False)
    assert 0 < house.desk().row("line_press").lag < 60


def test_pages_go_on_where_the_last_one_ended(house, publish):
    for number in range(7):
        publish(f"line/{number}", {"a": 1})
    feeds.declare(house.store.catalogue, "line_x", Declaration(topic="line/x", state="adopted"))
    names, after = [], ""
    while after is not None:
        rows, after = house.desk().page(3, after)
        assert len(rows) <= 3
        names += [row.name for row in rows]
    assert names == [*(f"line_{number}" for number in range(7)), "line_x"]
    adopted, _ = house.desk().page(3, state="adopted")
    assert [row.name for row in adopted] == ["line_x"]
    found, _ = house.desk().page(3, search="LINE/4")
    assert [row.name for row in found] == ["line_4"]


def test_a_stream_is_looked_at_closely(house, publish):
    publish(
        "line/press",
        *({"timestamp": 1767225600 + second, "pressure (bar)": second / 2, "mode": None} for second in range(20)),
        {"timestamp": 1767225620, "pressure (bar)": 7.5, "mode": "AUTO", "count": 3},
    )
    publish("line/press", '{"a": ', "{]", '{"b"')
    shown = house.desk().show("line/press")
    fields = {one.name: one for one in shown.fields}
    assert fields["pressure (bar)"].type == "double" and fields["pressure (bar)"].example == 7.5
    assert fields["pressure (bar)"].field.unit.symbol == "bar"
    assert fields["mode"].nulls == 20 / 21 and fields["mode"].example == "AUTO"
    assert fields["count"].type == "int64"
    assert shown.interval == 1.0
    assert len(shown.sample) == 10 and shown.sample[-1]["count"] == 3
    assert {one.key: one.count for one in shown.reasons}["payload-not-json"] == 3
    unread, after = house.desk().unread("line_press", 2)
    assert len(unread) == 2 and after == unread[-1].position
    assert len(house.desk().unread("line_press", 2, after)[0]) == 1


def test_listing_costs_by_the_page_not_by_the_number_of_streams(house):
    for number in range(3000):
        facts = StreamFacts(f"s{number:05}", f"t/{number}", "m", "wide", 1, 1, 0, None, None, 1)
        house.store.catalogue.put("stream", facts.name, msgspec.json.encode(facts))
    desk = house.desk()
    desk.page(1)
    started = time.thread_time()
    rows, _ = desk.page(100, "s02000")
    spent = time.thread_time() - started
    assert len(rows) == 100 and spent < 0.5, spent
