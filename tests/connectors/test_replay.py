"""Publishing: everything acknowledged, or a clear error in bounded time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.broker import EmbeddedBroker
from connectors.errors import BrokerError
from connectors.mqtt import Subscription
from connectors.replay import Published, publish

Until = Callable[..., None]


def numbered(count: int) -> Iterator[tuple[str, bytes]]:
    return ((f"a/{number % 3}", str(number).encode()) for number in range(count))


@pytest.fixture
def listening(embedded: str, collector: Any, until: Until) -> Iterator[Any]:
    got = collector()
    subscription = Subscription(embedded, ["#"], "listener")
    subscription.start(got)
    until(subscription.ready)
    yield got
    subscription.stop()


def test_skipped_messages_are_left_out_and_progress_is_told(embedded: str, listening: Any, until: Until) -> None:
    told: list[int] = []
    done = publish(embedded, numbered(2000), client_id="p", skip=500, progress=told.append)
    assert done == Published(1500)
    until(lambda: len(listening.deliveries) == 1500)
    assert listening.payloads[0] == b"500"
    assert told == sorted(told)
    assert told[-1] == 2000


def test_a_stop_ends_it_with_what_is_on_its_way(embedded: str, listening: Any, until: Until) -> None:
    stop = threading.Event()

    def endless() -> Iterator[tuple[str, bytes]]:
        for number in range(10**9):
            if number == 100:
                stop.set()
            yield "a", str(number).encode()

    done = publish(embedded, endless(), client_id="p", stop=stop)
    until(lambda: len(listening.deliveries) == done.messages)
    assert done.messages == 100


def test_a_rate_is_kept(embedded: str) -> None:
    began = time.monotonic()
    publish(embedded, numbered(50), client_id="p", rate=100)
    assert time.monotonic() - began > 0.4


def test_no_broker_is_a_clear_error(free_port: int) -> None:
    with pytest.raises(BrokerError) as fault:
        publish(f"mqtt://127.0.0.1:{free_port}", numbered(1), client_id="p")
    assert fault.value.key == "broker-not-there"
    assert fault.value.values["url"] == f"mqtt://127.0.0.1:{free_port}"


def test_a_broker_that_goes_away_is_a_clear_error() -> None:
    broker = EmbeddedBroker()
    url = broker.start()

    def messages() -> Iterator[tuple[str, bytes]]:
        for number, message in enumerate(numbered(10_000)):
            if number == 3000:
                broker.stop()
            yield message

    with pytest.raises(BrokerError) as fault:
        publish(url, messages(), client_id="p", patience=3.0)
    assert fault.value.key == "broker-went-away"
    assert 0 < int(str(fault.value.values["done"])) <= 3000


def test_it_goes_on_when_the_broker_comes_back(collector: Any, until: Until, free_port: int) -> None:
    broker = EmbeddedBroker(free_port)
    url = broker.start()
    again = EmbeddedBroker(free_port)
    got = collector()
    subscription = Subscription(url, ["#"], "listener")

    def messages() -> Iterator[tuple[str, bytes]]:
        for number, message in enumerate(numbered(2000)):
            if number == 1000:
                broker.stop()
                again.start()
                subscription.start(got)
                until(subscription.ready)
            yield message

    try:
        assert publish(url, messages(), client_id="p").messages == 2000
        until(lambda: got.payloads[-1:] == [b"1999"])
        assert set(got.payloads) >= {str(number).encode() for number in range(1000, 2000)}
    finally:
        subscription.stop()
        again.stop()
