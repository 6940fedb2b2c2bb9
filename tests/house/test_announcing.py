"""Events at a broker: each change once it is committed, whether or not the broker was there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aas_server.announcing import Announcing
from aas_server.runner import Runner
from aas_server.store.contract import Keys, Store
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

    def __init__(self, url: str, until: Until) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self._subscription = Subscription(url, ["plant/#"], "reader")
        self._subscription.start(self._take)
        until(self._subscription.ready)

    def _take(self, delivery: Any) -> None:
        self.events.append((delivery.message.topic, json.loads(delivery.message.payload)))
        delivery.acknowledge()

    def stop(self) -> None:
        self._subscription.stop()


def announcing(store: Store, runner: Runner, url: str) -> Announcing:
    return Announcing(Feed(store.documents, "http://here/api/v3.1"), store.catalogue, runner.run, url, "plant")


@pytest.mark.broker
@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_what_changes_is_published_once(
    store: Store, runner: Runner, mosquitto: Any, until: Until, version: str
) -> None:
    url = f"{mosquitto('allow_anonymous true').url}?version={version}"
    put(store, "urn:before")
    reader = Reader(url, until)
    first = announcing(store, runner, url)
    first.start()
    until(lambda: store.catalogue.page("announced"))
    put(store, "urn:a")
    put(store, "urn:b")
    until(lambda: len(reader.events) == 2)
    first.stop()
    put(store, "urn:c")
    second = announcing(store, runner, url)
    second.start()
    until(lambda: len(reader.events) == 3)
    second.stop()
    reader.stop()
    assert [event["subject"] for _, event in reader.events] == ["urn:a", "urn:b", "urn:c"]
    assert {topic for topic, _ in reader.events} == {"plant/submodelrepository/submodel/created"}
    assert all(event["specversion"] == "1.0" for _, event in reader.events)


@pytest.mark.broker
def test_a_broker_that_is_away_loses_nothing(store: Store, runner: Runner, mosquitto: Any, until: Until) -> None:
    broker = mosquitto("allow_anonymous true")
    working = announcing(store, runner, broker.url)
    working.start()
    until(lambda: store.catalogue.page("announced"))
    broker.stop()
    put(store, "urn:a")
    until(lambda: working.error is not None)
    broker.start()
    reader = Reader(broker.url, until)
    until(lambda: len(reader.events) == 1)
    working.stop()
    reader.stop()
