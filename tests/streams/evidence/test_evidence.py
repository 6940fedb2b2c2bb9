"""Evidence of collection: days are counted as they were, and no later change stays unseen."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest

from aas_server.house import House
from aas_server.ingest import feeds
from aas_server.ingest.mending import catch_up
from aas_server.ingest.replaying import replay
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.streams.evidence import chain, day
from aas_server.streams.evidence.presence import Presence
from aas_server.streams.evidence.sealing import Sealing
from aas_server.streams.evidence.verifying import restate, verify
from aas_server.streams.keeping import Keeping
from aas_server.streams.replaying import Replaying
from connectors.message import Message

SOURCE = "mqtt://127.0.0.1:1883"
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)

Publish = Callable[..., None]


class Wednesday:
    """A clock that stands on the third day."""

    def now(self) -> datetime:
        return MONDAY + timedelta(days=2, hours=1)


@pytest.fixture
def publish(store: Store, tmp_path: Path) -> Publish:
    def sent(topic: str, *found: tuple[datetime, object], fold: bool = True) -> None:
        store.journal.append(
            [
                Message(SOURCE, topic, json.dumps(payload).encode(), int(arrival.timestamp() * 1e9), 1)
                for arrival, payload in found
            ]
        )
        if fold:
            catch_up(store, Settings(data=tmp_path / "data", zone="UTC"))

    return sent


def minutes(start: datetime, count: int, skip: range = range(0)) -> list[tuple[datetime, object]]:
    moments = [start + timedelta(minutes=number) for number in range(count) if number not in skip]
    return [(at, {"ts": at.isoformat(), "v": number}) for number, at in enumerate(moments)]


def seal(store: Store) -> list[day.StreamDay]:
    sealing = Sealing(store, Wednesday())
    while sealing.step():
        pass
    days = [entry.body["day"] for entry in chain.entries(store) if entry.kind == "day"]
    return [one for wanted in days for one in day.of_day(store, wanted)]


def test_each_day_is_counted_once_it_is_over(store: Store, publish: Publish) -> None:
    publish("press", *minutes(MONDAY + timedelta(hours=8), 100, skip=range(50, 60)))
    at = int((MONDAY + timedelta(hours=9)).timestamp() * 1e9)
    store.journal.append([Message(SOURCE, "press", b"{", at, 1)])
    publish("press", *minutes(MONDAY + timedelta(days=1, hours=8), 30))
    publish("press", *minutes(MONDAY + timedelta(days=2), 5))
    monday, tuesday = seal(store)
    assert (monday.day, monday.messages, monday.records) == ("2026-03-02", 90, 90)
    assert (monday.interval, monday.gaps, monday.expected, monday.coverage) == (60.0, 1, 100, 0.9)
    assert (tuesday.messages, tuesday.gaps, tuesday.coverage) == (30, 0, 1.0)
    assert monday.first == "2026-03-02T08:00:00Z"
    first, second = chain.entries(store)
    assert second.previous == first.hash
    assert first.body["messages"] + second.body["messages"] == 121
    assert verify(store).holds


def test_a_declared_interval_expects_the_whole_day(store: Store, publish: Publish) -> None:
    feeds.declare(store.catalogue, "press", feeds.Declaration(interval=60.0, state="adopted"))
    publish("press", *minutes(MONDAY, 720))
    publish("other", *minutes(MONDAY + timedelta(days=1), 1))
    monday, *tuesday = seal(store)
    assert (monday.expected, monday.coverage) == (1440, 0.5)
    silent = next(one for one in tuesday if one.stream == "press")
    assert (silent.records, silent.coverage) == (0, 0.0)


def test_a_day_without_anything_is_sealed_as_well(store: Store, publish: Publish) -> None:
    publish("press", *minutes(MONDAY - timedelta(days=3), 2))
    seal(store)
    days = [entry.body for entry in chain.entries(store)]
    assert [one["messages"] for one in days] == [2, 0, 0, 0, 0]
    assert verify(store).holds


def test_a_day_is_not_sealed_before_it_is_folded(store: Store, publish: Publish) -> None:
    publish("press", *minutes(MONDAY, 3), fold=False)
    assert seal(store) == []


def test_redelivered_and_unreadable_messages_are_told(store: Store, publish: Publish) -> None:
    at = int((MONDAY + timedelta(hours=1)).timestamp() * 1e9)
    publish("press", *minutes(MONDAY, 3))
    store.journal.append([], [Message(SOURCE, "press", b"{}", at, 1)])
    store.journal.append([Message(SOURCE, "press", b"{", at, 1), Message(SOURCE, "never/read", b"{", at, 1)])
    publish("press", *minutes(MONDAY + timedelta(days=1), 1))
    days = {one.stream: one for one in seal(store) if one.day == "2026-03-02"}
    assert (days["press"].duplicates, days["press"].quarantined) == (1, 1)
    assert sum(one.quarantined for one in days.values()) == 2


def test_uptime_is_the_time_we_were_connected(store: Store, publish: Publish) -> None:
    presence = Presence(store)
    for minute in range(0, 721):
        at = MONDAY + timedelta(minutes=minute)
        presence.look({SOURCE: minute > 360}, minute * 60.0, at)
    presence.write()
    presence.look({SOURCE: True}, 999_999.0, MONDAY + timedelta(hours=20))
    presence.write()
    publish("press", *minutes(MONDAY, 1))
    (monday, *_) = seal(store)
    assert monday.uptime == pytest.approx(0.25, abs=0.001)


@pytest.mark.parametrize("what", ["entry", "missing", "last", "day", "journal"])
def test_a_later_change_shows(store: Store, publish: Publish, what: str) -> None:
    publish("press", *minutes(MONDAY, 10))
    publish("press", *minutes(MONDAY + timedelta(days=1), 10))
    seal(store)
    assert verify(store).holds
    catalogue = store.catalogue
    if what == "entry":
        body = catalogue.get("evidence", f"{1:012d}").replace(b'"messages":10', b'"messages":11')
        catalogue.put("evidence", f"{1:012d}", body)
    elif what == "missing":
        catalogue.delete("evidence", f"{1:012d}")
    elif what == "last":
        catalogue.delete("evidence", f"{2:012d}")
    elif what == "day":
        id = "2026-03-02/press"
        catalogue.put(
            "evidence-day", id, catalogue.get("evidence-day", id).replace(b'"records":10', b'"records":12')
        )
    else:
        taken = store.journal.erase(lambda entry: b'"v": 3' in entry.message.payload)
        assert taken.messages == 2
    found = verify(store)
    assert not found.holds
    assert all(one.number in (1, 2) for one in found.findings)


@pytest.mark.parametrize("body", [b"", b"{", b'{"number":1}', b"\xff"])
@pytest.mark.parametrize(("section", "id"), [("evidence", f"{1:012d}"), ("evidence-day", "2026-03-02/press")])
def test_what_was_made_unreadable_shows_as_changed(
    store: Store, publish: Publish, section: str, id: str, body: bytes
) -> None:
    publish("press", *minutes(MONDAY, 10))
    publish("press", *minutes(MONDAY + timedelta(days=1), 10))
    seal(store)
    store.catalogue.put(section, id, body)
    found = verify(store)
    assert (found.holds, found.entries) == (False, 2)
    assert {one.state for one in found.findings} == {"changed"}


def test_a_hash_kept_elsewhere_must_be_in_the_chain(store: Store, publish: Publish) -> None:
    publish("press", *minutes(MONDAY, 10))
    seal(store)
    kept = verify(store).head
    assert verify(store, kept).holds
    store.catalogue.delete("evidence-head", "")
    store.catalogue.delete("evidence-last-day", "")
    for id, _ in store.catalogue.page("evidence"):
        store.catalogue.delete("evidence", id)
    assert verify(store).holds
    assert [one.key for one in verify(store, kept).findings] == ["evidence-head-missing"]


def test_an_erasure_that_the_chain_tells_of_explains_itself(store: Store, publish: Publish) -> None:
    publish("press", *minutes(MONDAY, 10))
    publish("press", *minutes(MONDAY + timedelta(days=1), 10))
    seal(store)
    store.journal.erase(lambda entry: b'"v": 3' in entry.message.payload)
    days = restate(store)
    assert [one.messages for one in days] == [9, 9]
    chain.append(store, Wednesday(), "erased", {"days": msgspec.to_builtins(days)})
    found = verify(store)
    assert found.holds and {one.state for one in found.findings} == {"explained"}
    store.journal.erase(lambda entry: b'"v": 4' in entry.message.payload)
    assert not verify(store).holds


def test_a_pruned_day_keeps_its_counts(store: Store, publish: Publish) -> None:
    publish("press", *minutes(MONDAY, 10))
    publish("press", *minutes(MONDAY + timedelta(days=1), 10))
    seal(store)
    assert store.journal.prune(10) == 10
    found = verify(store)
    assert found.holds and [one.state for one in found.findings] == ["gone"]


def test_what_is_sealed_before_it_is_pruned_stays_proved(house: House) -> None:
    at = int((MONDAY - timedelta(days=30)).timestamp() * 1e9)
    house.store.journal.append([Message(SOURCE, "press", b'{"v": 1}', at + number, 1) for number in range(5)])
    catch_up(house.store, house.settings)
    kept = Keeping(house.store, house.settings.model_copy(update={"journal_days": 10}), Wednesday()).run()
    assert kept.messages == 5
    (first, *_) = day.of_day(house.store, "2026-01-31")
    assert (first.messages, first.records) == (5, 5)
    assert verify(house.store).holds


def test_a_replay_is_told_in_the_chain(house: House) -> None:
    house.store.journal.append([Message(SOURCE, "press", b'{"v": 1}', 10**18, 1)])
    catch_up(house.store, house.settings)
    Replaying(house.store, house.clock, partial(replay, house.store, house.settings)).run("press", 0)
    (entry,) = chain.entries(house.store)
    assert (entry.kind, entry.body["stream"], entry.body["records"]) == ("replayed", "press", 1)


def test_an_erasure_is_told_in_the_chain_and_takes_whole_messages(house: House) -> None:
    devices = {
        "A": [{"ts": 1_700_000_000_000, "values": {"x": 1}}],
        "B": [{"ts": 1_700_000_000_000, "values": {"x": 2}}],
    }
    at = int((MONDAY - timedelta(days=30)).timestamp() * 1e9)
    message = Message(SOURCE, "v1/gateway/telemetry", json.dumps(devices).encode(), at, 1)
    house.store.journal.append([message])
    catch_up(house.store, house.settings)
    seal(house.store)
    first, second = house.desk().all()
    done = house.desk().erase(first.name, reason="", by="tester")
    assert (done.messages, done.records) == (1, 1)
    assert verify(house.store).holds
    assert house.desk().row(second.name).records == 1
    again = replay(house.store, house.settings, second.name)
    assert again.after == 1
    assert house.desk().row(second.name).records == 1
    (entry,) = [one for one in chain.entries(house.store) if one.kind == "erased"]
    assert entry.body["days"][0]["messages"] == 0
