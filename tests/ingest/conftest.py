"""A broker in memory, an open store, and ingest at work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from aas_server.ingest.service import Ingest
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.store.sqlite import open_store
from connectors.message import Message, Receiver
from connectors.mqtt import Subscription


@dataclass
class HandedOver:
    """A delivery of the broker in memory."""

    message: Message
    duplicate: bool = False
    since_connect: int | None = None
    acknowledged: bool = False
    broker: Broker | None = None

    def acknowledge(self, position: int = 0) -> None:
        self.acknowledged = True
        if self.broker is not None:
            self.broker.take_acknowledgement(self)


@dataclass
class Broker:
    """A source that keeps a session: what is not acknowledged is sent again after the next connect.

    ``renumbers``: like rumqttd it counts packet ids from 1 again and sets no DUP flag; else like mosquitto.
    """

    name: str = "mqtt://memory"
    renumbers: bool = False
    deaf: bool = False
    unacknowledged: list[HandedOver] = field(default_factory=list)
    receive: Receiver | None = None
    _id: int = 0
    _count: int | None = None
    _known: bool = False
    _changing: threading.Lock = field(default_factory=threading.Lock)

    def start(self, receive: Receiver) -> None:
        self.receive = receive
        self._count = 0 if self._known else None
        self._known = True
        again, self.unacknowledged = self.unacknowledged, []
        if self.renumbers:
            self._id = 0
        for old in again:
            packet_id = self._next() if self.renumbers else old.message.packet_id
            self._hand_over(old.message.topic, old.message.payload, packet_id, not self.renumbers)

    def ready(self) -> bool:
        return self.receive is not None

    def stop(self) -> None:
        self.receive = None

    def publish(self, *payloads: bytes, topic: str = "line/1") -> None:
        for payload in payloads:
            self._hand_over(topic, payload, self._next(), False)

    def take_acknowledgement(self, delivery: HandedOver) -> None:
        """A deaf broker never hears it: the acknowledgement was lost on the way."""
        with self._changing:
            if not self.deaf:
                self.unacknowledged = [one for one in self.unacknowledged if one is not delivery]

    def _hand_over(self, topic: str, payload: bytes, packet_id: int, duplicate: bool) -> None:
        assert self.receive is not None
        message = Message(self.name, topic, payload, time.time_ns(), 1, False, packet_id)
        delivery = HandedOver(message, duplicate, self._count, broker=self)
        if self._count is not None:
            self._count += 1
        with self._changing:
            self.unacknowledged.append(delivery)
        self.receive(delivery)

    def _next(self) -> int:
        self._id = self._id % 100 + 1 if self.renumbers else self._id % 65535 + 1
        return self._id


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    opened = open_store(folder)
    yield opened
    opened.close()


@pytest.fixture
def settings(folder: Path) -> Settings:
    return Settings(data=folder, fold_seconds=0.05, zone="UTC")


@pytest.fixture
def open_ingest(store: Store, settings: Settings) -> Iterator[Callable[..., Ingest]]:
    """Starts ingest from sources, with settings that are changed; ended at the end of the test."""
    opened: list[Ingest] = []

    def start(*sources: Any, **changed: object) -> Ingest:
        opened.append(Ingest(store, settings.model_copy(update=changed), sources))
        opened[-1].start()
        return opened[-1]

    yield start
    while opened:
        opened.pop().stop()


@pytest.fixture
def listen(
    open_ingest: Callable[..., Ingest], settings: Settings, until: Callable[..., None]
) -> Callable[..., Ingest]:
    """Ingest from a broker's URL, once all is subscribed."""

    def start(url: str, **changed: object) -> Ingest:
        ingest = open_ingest(Subscription(url, ["#"], "listener", settings.receive_window), **changed)
        until(ingest.ready)
        return ingest

    return start


@pytest.fixture(params=[False, True], ids=["keeps-ids", "renumbers"])
def broker(request: pytest.FixtureRequest) -> Broker:
    return Broker(renumbers=request.param)


@pytest.fixture
def renumbering() -> Broker:
    return Broker(renumbers=True)


@pytest.fixture
def conforming() -> Broker:
    return Broker()


@pytest.fixture
def deliver() -> Callable[..., HandedOver]:
    """One delivery as a source hands it over."""

    def make(
        payload: str, packet_id: int = 1, since: int | None = None, *, dup: bool = False, topic: str = "t"
    ) -> HandedOver:
        return HandedOver(Message("m", topic, payload.encode(), 1, 1, False, packet_id), dup, since)

    return make


@pytest.fixture
def journalled() -> Callable[[Sequence[tuple[str, int]]], list[Message]]:
    return lambda sent: [Message("m", "t", payload.encode(), 1, 1, False, id) for payload, id in sent]
