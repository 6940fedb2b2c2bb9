"""Floods, giants, slow disks and clocks that jump, through mosquitto: nothing is lost, memory is bounded."""

from __future__ import annotations

import resource
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from aas_server.ingest.gateway import Gateway
from aas_server.ingest.service import Ingest
from aas_server.messages import text
from aas_server.settings import Settings
from aas_server.store.contract import Journal, Store
from connectors.message import Delivery, Message, Receiver
from connectors.mqtt import Plan, Subscription
from connectors.replay import publish

Until = Callable[..., None]
Make = Callable[..., Any]
pytestmark = pytest.mark.broker


class SlowDisk:
    """A journal that commits only while it is let."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.may = threading.Event()
        self.tried = False

    def append(self, messages: Sequence[Message], redelivered: Sequence[Message] = ()) -> int:
        self.tried = True
        self.may.wait(60)
        return self._journal.append(messages, redelivered)

    def __getattr__(self, name: str) -> object:
        return getattr(self._journal, name)


class Counting(Subscription):
    """Knows how many deliveries it has handed over."""

    count = 0

    def start(self, receive: Receiver) -> None:
        def counted(delivery: Delivery) -> None:
            self.count += 1
            receive(delivery)

        super().start(counted)


@contextmanager
def running(feed: Gateway | Ingest) -> Iterator[None]:
    feed.start()
    try:
        yield
    finally:
        feed.stop()


def payloads(store: Store) -> list[int]:
    return [int(entry.message.payload) for entry in store.journal.read(0, 1_000_000)]


def numbered(count: int, start: int = 0) -> Iterator[tuple[str, bytes]]:
    return (("line", b"%d" % number) for number in range(start, start + count))


def grown(before: int) -> int:
    """Megabytes since ``before`` (kilobytes)."""
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024


@pytest.mark.parametrize("qos", [0, 1, 2])
def test_a_slow_disk_holds_the_broker_back(
    qos: int, mosquitto: Make, store: Store, settings: Settings, until: Until
) -> None:
    broker = mosquitto("allow_anonymous true\nmax_inflight_messages 50")
    disk = SlowDisk(store.journal)
    source = Counting(broker.url, [f"#;qos={qos}"], "aas-test")
    gateway = Gateway(disk, [source], settings.model_copy(update={"queue_limit": 200}), lambda _: None)  # type: ignore[arg-type]
    with running(gateway):
        until(source.ready)
        publish(broker.url, numbered(2000), client_id="press")
        until(lambda: disk.tried)
        until(lambda: source.count >= 50)
        # With QoS 0 it is our queue that is full, else the broker's window.
        assert source.count <= 402
        disk.may.set()
        until(lambda: store.journal.last() == 2000)
    assert payloads(store) == list(range(2000))


def test_a_message_of_100_mb_goes_to_quarantine_and_the_feed_goes_on(
    mosquitto: Make, store: Store, settings: Settings, until: Until, tmp_path: Path
) -> None:
    broker = mosquitto()
    picture = tmp_path / "picture"
    with picture.open("wb") as file:
        file.truncate(100 * 2**20)
    source = Subscription(broker.url, ["#"], "aas-test", plan=Plan(largest=settings.max_message))
    ingest = Ingest(store, settings, [source])
    with running(ingest):
        until(ingest.ready)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        subprocess.run(
            ["mosquitto_pub", "-p", str(broker.port), "-q", "1", "-t", "cam", "-f", str(picture)], check=True
        )
        broker.publish("line/1", '{"v": 1}')
        until(lambda: store.journal.last() == 2)
        assert ingest.settle()
        assert grown(before) < 100
    (quarantined,) = store.journal.quarantined()
    assert quarantined.topic == "cam"
    assert "max_message" in text(quarantined.key, "en", **quarantined.values)
    assert [stream.topic for stream in ingest.state().streams] == ["line/1"]


def test_a_flood_of_topics_is_taken_in_with_bounded_memory(
    mosquitto: Make, store: Store, settings: Settings, until: Until
) -> None:
    count = 50_000
    broker = mosquitto()
    source = Subscription(broker.url, ["#"], "aas-test")
    gateway = Gateway(store.journal, [source], settings, lambda _: None)
    flood = ((f"flood/{number}/{'x' * 50}", b"%d" % number) for number in range(count))
    with running(gateway):
        until(source.ready)
        publish(broker.url, ((f"warm/{number}", b"0") for number in range(2000)), client_id="press")
        until(lambda: store.journal.last() == 2000)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        publish(broker.url, flood, client_id="press")
        until(lambda: store.journal.last() == count + 2000)
        assert grown(before) < 32
    assert payloads(store)[2000:] == list(range(count))


def test_a_clock_that_jumps_changes_neither_order_nor_what_is_a_redelivery(
    mosquitto: Make, store: Store, settings: Settings, until: Until
) -> None:
    broker = mosquitto()
    offset = [0]
    plan = Plan(clock=lambda: time.time_ns() + offset[0] * 3600 * 10**9)
    expected = 0
    for jump in (0, -1, 1, 0):
        offset[0] = jump
        source = Subscription(broker.url, ["#"], "aas-test", plan=plan)
        with running(Gateway(store.journal, [source], settings, lambda _: None)):
            until(source.ready)
            publish(broker.url, numbered(10, expected), client_id="press")
            expected += 10
            until(lambda expected=expected: store.journal.last() == expected)
    entries = store.journal.read(0, 1000)
    assert [int(entry.message.payload) for entry in entries] == list(range(40))
    hours = [round((entry.message.arrival - time.time_ns()) / 3.6e12) for entry in entries]
    assert hours == [0] * 10 + [-1] * 10 + [1] * 10 + [0] * 10


def test_what_comes_again_after_the_clock_was_set_back_is_known(
    mosquitto: Make, store: Store, settings: Settings, until: Until
) -> None:
    broker = mosquitto()
    offset = [1]
    plan = Plan(clock=lambda: time.time_ns() + offset[0] * 3600 * 10**9)

    class Deaf(Subscription):
        """Its acknowledgements are lost on the way."""

        def start(self, receive: Receiver) -> None:
            super().start(lambda delivery: receive(_Deaf(delivery)))

    deaf = Deaf(broker.url, ["#"], "aas-test", plan=plan)
    with running(Gateway(store.journal, [deaf], settings, lambda _: None)):
        until(deaf.ready)
        publish(broker.url, numbered(10), client_id="press")
        until(lambda: store.journal.last() == 10)
    offset[0] = -1
    source = Subscription(broker.url, ["#"], "aas-test", plan=plan)
    with running(Gateway(store.journal, [source], settings, lambda _: None)):
        until(source.ready)
        publish(broker.url, numbered(5, 10), client_id="press")
        until(lambda: store.journal.last() == 15)
    assert payloads(store) == list(range(15))
    assert store.journal.redelivered() == 10


class _Deaf:
    def __init__(self, delivery: Delivery) -> None:
        self.message = delivery.message
        self.duplicate = delivery.duplicate
        self.since_connect = delivery.since_connect

    def acknowledge(self, position: int = 0) -> None:
        """Nobody hears it."""
