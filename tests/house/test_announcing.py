"""Events at a broker: each change once it is committed, whether or not the broker was there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from aas_server.announcing import Announcing
from aas_server.runner import Runner
from aas_server.store.contract import Keys, Store
from aas_server.twin.events import Event
from aas_server.twin.events.feed import Feed
from connectors.mqtt import Subscription

Until = Callable[..., None]


@pytest.fixture
def runner() -> Iterator[Runner]:
    running = Runner()
    yield running
    running.close()


def put(store: Store, id: str) -> None:
    async def write() -> None:
        async with store.documents.write() as transaction:
            await transaction.put("submodel", id, json.dumps({"modelType": "Submodel", "id": id}).encode(), Keys())

    asyncio.run(write())


class Reader:
    """What arrives at the broker, as a client of it sees it."""

    def __init__(self, url: str) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self._subscription = Subscription(url, ["plant/#"], "reader")
        self.ready = self._subscription.ready
        self._subscription.start(self._take)

    def _take(self, delivery: Any) -> None:
        self.events.append((delivery.message.topic, json.loads(delivery.message.payload)))
        delivery.acknowledge()

    def stop(self) -> None:
        self._subscription.stop()


Start = Callable[..., Announcing]
Reading = Callable[[str], Reader]


@pytest.fixture
def announcing(store: Store, runner: Runner) -> Iterator[Start]:
    """Makes publishers of the store's events, not yet started; all are stopped in the end."""
    made: list[Announcing] = []

    def make(url: str, kind: type[Announcing] = Announcing) -> Announcing:
        feed = Feed(store.documents, "http://here/api/v3.1")
        made.append(kind(feed, store.catalogue, runner.run, url, "plant"))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def reading(until: Until) -> Iterator[Reading]:
    """Makes readers at a broker; all are stopped in the end."""
    with ExitStack() as ending:

        def make(url: str) -> Reader:
            reader = Reader(url)
            ending.callback(reader.stop)
            until(reader.ready)
            return reader

        yield make


@pytest.mark.broker
@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_what_changes_is_published_once(
    store: Store, announcing: Start, reading: Reading, mosquitto: Any, until: Until, version: str
) -> None:
    url = f"{mosquitto('allow_anonymous true').url}?version={version}"
    put(store, "urn:before")
    reader = reading(url)
    first = announcing(url)
    first.start()
    until(lambda: store.catalogue.page("announced"))
    put(store, "urn:a")
    put(store, "urn:b")
    until(lambda: len(reader.events) == 2)
    first.stop()
    put(store, "urn:c")
    announcing(url).start()
    until(lambda: len(reader.events) >= 3)
    assert [event["subject"] for _, event in reader.events] == ["urn:a", "urn:b", "urn:c"]
    assert {topic for topic, _ in reader.events} == {"plant/submodelrepository/submodel/created"}
    assert all(event["specversion"] == "1.0" for _, event in reader.events)


class StoppedAfterTheLast(Announcing):
    """Told to stop while the last of a page is on its way."""

    def _messages(self, events: Sequence[Event]) -> Iterator[tuple[str, bytes]]:
        yield from super()._messages(events)
        self._ending.set()


@pytest.mark.broker
def test_what_the_broker_has_before_a_stop_does_not_come_again(
    store: Store, announcing: Start, reading: Reading, mosquitto: Any, until: Until
) -> None:
    url = mosquitto("allow_anonymous true").url
    reader = reading(url)
    first = announcing(url, StoppedAfterTheLast)
    assert first.work() is False
    put(store, "urn:a")
    first.work()
    put(store, "urn:b")
    announcing(url).work()
    until(lambda: len(reader.events) >= 2)
    assert [event["subject"] for _, event in reader.events] == ["urn:a", "urn:b"]


@pytest.mark.broker
def test_a_broker_that_is_away_loses_nothing(
    tmp_path: Path, store: Store, announcing: Start, reading: Reading, mosquitto: Any, until: Until
) -> None:
    broker = mosquitto(f"allow_anonymous true\npersistence true\npersistence_location {tmp_path}/")
    reader = reading(broker.url)  # its session outlives the broker: what comes before it is back is kept for it
    working = announcing(broker.url)
    working.start()
    until(lambda: store.catalogue.page("announced"))
    broker.stop()
    put(store, "urn:a")
    until(lambda: working.error is not None)
    broker.start()
    until(lambda: reader.events)
    assert [event["subject"] for _, event in reader.events] == ["urn:a"]
