from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from aas_server.errors import Unavailable
from aas_server.ingest.gateway import Gateway
from aas_server.messages import error_text
from aas_server.settings import Settings
from aas_server.store.contract import Journal, Store
from connectors.message import Message

Until = Callable[[Callable[[], object]], None]


class Disk:
    """A journal whose disk can be full."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.full = False
        self.broken = False
        self.refused = 0

    def append(self, messages: Sequence[Message], redelivered: Sequence[Message] = ()) -> int:
        if self.full or self.broken:
            self.refused += 1
            raise (
                RuntimeError("nobody foresaw this")
                if self.broken
                else Unavailable("store-disk-full", file="journal.db")
            )
        return self._journal.append(messages, redelivered)

    def __getattr__(self, name: str) -> object:
        return getattr(self._journal, name)


@pytest.fixture
def disk(store: Store) -> Disk:
    return Disk(store.journal)


@pytest.fixture
def open_gateway(disk: Disk, settings: Settings) -> Iterator[Callable[..., Gateway]]:
    opened: list[Gateway] = []

    def make(*sources: Any, limit: int = 100, **bounds: int) -> Gateway:
        bounded = settings.model_copy(update={"receive_window": 100, "queue_limit": limit} | bounds)
        gateway = Gateway(disk, sources, bounded, lambda _: None)
        gateway.start()
        opened.append(gateway)
        return gateway

    yield make
    for gateway in opened:
        gateway.stop()


def payloads(store: Store) -> list[str]:
    return [entry.message.payload.decode() for entry in store.journal.read(0, 100_000)]


def texts(count: int, first: int = 0) -> list[bytes]:
    return [b"%d" % number for number in range(first, first + count)]


def test_every_message_is_kept_then_acknowledged(
    store: Store, broker: Any, open_gateway: Callable[..., Gateway], until: Until
) -> None:
    open_gateway(broker)
    broker.publish(*texts(50))
    until(lambda: not broker.unacknowledged)
    assert payloads(store) == [text.decode() for text in texts(50)]


def test_nothing_is_acknowledged_before_it_is_kept(
    store: Store, disk: Disk, broker: Any, open_gateway: Callable[..., Gateway], until: Until
) -> None:
    gateway = open_gateway(broker)
    assert gateway.ready()
    disk.full = True
    broker.publish(*texts(5))
    until(lambda: gateway.error)
    assert (len(broker.unacknowledged), payloads(store)) == (5, [])
    assert not gateway.ready()
    assert gateway.error is not None
    assert gateway.error.key == "store-disk-full"
    disk.full = False
    until(lambda: not broker.unacknowledged)
    until(gateway.ready)
    assert payloads(store) == ["0", "1", "2", "3", "4"]


def test_a_full_queue_holds_the_source_back(
    store: Store, disk: Disk, broker: Any, open_gateway: Callable[..., Gateway], until: Until
) -> None:
    open_gateway(broker, limit=10)
    disk.full = True
    broker.publish(b"first")
    until(lambda: disk.refused)
    publishing = threading.Thread(target=broker.publish, args=texts(30), daemon=True)
    publishing.start()
    until(lambda: len(broker.unacknowledged) >= 11)
    publishing.join(0.2)
    assert publishing.is_alive()
    assert len(broker.unacknowledged) < 31
    disk.full = False
    publishing.join()
    until(lambda: not broker.unacknowledged)
    assert len(payloads(store)) == 31


def test_large_messages_hold_the_source_back_by_their_bytes(
    store: Store, disk: Disk, broker: Any, open_gateway: Callable[..., Gateway], until: Until
) -> None:
    open_gateway(broker, queue_bytes=1000)
    disk.full = True
    broker.publish(b"first")
    until(lambda: disk.refused)
    publishing = threading.Thread(target=broker.publish, args=[b"x" * 300] * 6, daemon=True)
    publishing.start()
    until(lambda: len(broker.unacknowledged) >= 5)
    publishing.join(0.2)
    assert publishing.is_alive()
    assert len(broker.unacknowledged) == 5
    disk.full = False
    publishing.join()
    broker.publish(b"x" * 2000)
    until(lambda: not broker.unacknowledged)
    assert len(payloads(store)) == 8


def test_a_stop_ends_with_a_full_queue_and_a_full_disk(
    store: Store, disk: Disk, renumbering: Any, open_gateway: Callable[..., Gateway], until: Until
) -> None:
    """The source's thread waits for room, and a source waits for its thread when it is stopped."""
    publishing = threading.Thread(target=renumbering.publish, args=texts(30, 1), daemon=True)

    class Waiting:
        def __getattr__(self, name: str) -> object:
            return getattr(renumbering, name)

        def stop(self) -> None:
            publishing.join()
            renumbering.stop()

    gateway = open_gateway(Waiting(), limit=10)
    disk.full = True
    renumbering.publish(b"0")
    until(lambda: disk.refused)
    publishing.start()
    until(lambda: len(renumbering.unacknowledged) >= 11)
    stopping = threading.Thread(target=gateway.stop, daemon=True)
    stopping.start()
    stopping.join(60)
    assert not stopping.is_alive()
    disk.full = False
    open_gateway(renumbering)
    until(lambda: not renumbering.unacknowledged)
    assert payloads(store) == [str(number) for number in range(31)]


def test_what_nobody_foresaw_is_told_and_tried_again(
    store: Store,
    disk: Disk,
    broker: Any,
    open_gateway: Callable[..., Gateway],
    until: Until,
    capsys: pytest.CaptureFixture[str],
) -> None:
    gateway = open_gateway(broker)
    disk.broken = True
    broker.publish(*texts(5))
    until(lambda: disk.refused >= 2)
    assert not gateway.ready()
    assert gateway.error is not None
    assert "nobody foresaw this" in error_text(gateway.error, "ko")
    disk.broken = False
    until(gateway.ready)
    until(lambda: not broker.unacknowledged)
    assert payloads(store) == ["0", "1", "2", "3", "4"]
    said = "".join(capsys.readouterr())
    assert said.count("ingest-stands-still") == 1
    assert "Traceback" in said


def test_a_gateway_whose_thread_is_gone_is_not_ready(broker: Any, open_gateway: Callable[..., Gateway]) -> None:
    gateway = open_gateway(broker)
    assert gateway.ready()
    gateway.stop()
    broker.start(lambda _: None)
    assert not gateway.ready()


def test_a_message_over_the_limit_is_acknowledged_and_only_its_head_kept(
    store: Store, broker: Any, open_gateway: Callable[..., Gateway], until: Until
) -> None:
    first = open_gateway(broker, max_message=5000)
    broker.publish(b"a" * 5000, b"b" * 5001, b"after")
    until(lambda: not broker.unacknowledged)
    whole, cut, after = (entry.message for entry in store.journal.read(0, 10))
    assert (len(whole.payload), whole.left_out) == (5000, 0)
    assert (cut.payload, cut.left_out) == (b"b" * 1024, 5001 - 1024)
    assert after.payload == b"after"
    broker.deaf = True
    broker.publish(b"c" * 6000)
    until(lambda: store.journal.last() == 4)
    first.stop()
    broker.deaf = False
    open_gateway(broker, max_message=5000)
    until(lambda: not broker.unacknowledged)
    assert (store.journal.last(), store.journal.redelivered()) == (4, 1)


def test_a_stop_with_a_full_disk_ends_and_the_rest_comes_again(
    store: Store, disk: Disk, broker: Any, open_gateway: Callable[..., Gateway], until: Until
) -> None:
    gateway = open_gateway(broker)
    broker.publish(*texts(3))
    until(lambda: not broker.unacknowledged)
    disk.full = True
    broker.publish(*texts(4, 3))
    until(lambda: disk.refused)
    gateway.stop()
    disk.full = False
    open_gateway(broker)
    until(lambda: not broker.unacknowledged)
    assert payloads(store) == [str(number) for number in range(7)]


def test_lost_acknowledgements_bring_nothing_in_twice(
    store: Store, broker: Any, open_gateway: Callable[..., Gateway], until: Until
) -> None:
    first = open_gateway(broker)
    broker.publish(*texts(20))
    until(lambda: not broker.unacknowledged)
    broker.deaf = True
    broker.publish(*texts(30, 20))
    until(lambda: len(payloads(store)) == 50)
    first.stop()
    broker.deaf = False
    open_gateway(broker)
    broker.publish(*texts(10, 50))
    until(lambda: not broker.unacknowledged)
    assert payloads(store) == [str(number) for number in range(60)]
    assert store.journal.redelivered() == 30


def test_a_value_that_repeats_is_kept_over_restarts(
    store: Store, broker: Any, open_gateway: Callable[..., Gateway], until: Until
) -> None:
    """The same bytes under the same packet ids, over and over; every acknowledgement arrives."""
    for start in range(4):
        gateway = open_gateway(broker)
        broker.publish(*[b'{"state":"RUN"}'] * 120)
        until(lambda: not broker.unacknowledged)
        gateway.stop()
        assert len(payloads(store)) == 120 * (start + 1)
    assert store.journal.redelivered() == 0


def test_a_source_that_appears_later_is_judged_by_its_own_tail(
    store: Store, conforming: Any, renumbering: Any, open_gateway: Callable[..., Gateway], until: Until
) -> None:
    conforming.name, renumbering.name = "mqtt://one", "mqtt://two"
    first = open_gateway(conforming)
    conforming.deaf = True
    conforming.publish(*texts(5))
    until(lambda: len(payloads(store)) == 5)
    first.stop()
    second = open_gateway(renumbering)
    renumbering.publish(*texts(300, 100))
    until(lambda: not renumbering.unacknowledged)
    second.stop()
    conforming.deaf = False
    open_gateway(conforming)
    until(lambda: not conforming.unacknowledged)
    assert len(payloads(store)) == 305
