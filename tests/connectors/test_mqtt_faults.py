"""Brokers and networks that fail: restarts, cuts, stalls, nonsense, floods. The feed goes on after each."""

from __future__ import annotations

import resource
import select
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from connectors.mqtt.backoff import Backoff
from connectors.replay import publish

Until = Callable[..., None]
Listen = Callable[..., Any]
Make = Callable[..., Any]


class Proxy:
    """Stands between us and a broker; can stall (take and pass nothing) and cut."""

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"mqtt://127.0.0.1:{self._listener.getsockname()[1]}"
        self._passing = threading.Event()
        self._passing.set()
        self._ending = False
        self._changing = threading.Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self.connections = 0
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def stall(self) -> None:
        self._passing.clear()

    def go_on(self) -> None:
        self._passing.set()

    def cut(self) -> None:
        """As a cable that is pulled and a router that forgets: both ends are reset."""
        with self._changing:
            for pair in self._pairs:
                for end in pair:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    end.close()
            self._pairs = []

    def close(self) -> None:
        self._ending = True
        self._passing.set()
        self._thread.join()
        self.cut()
        self._listener.close()

    def _work(self) -> None:
        while not self._ending:
            if self._passing.wait(0.02):
                with self._changing:
                    self._step()

    def _step(self) -> None:
        ways = {begin: (begin, end) for a, b in self._pairs for begin, end in ((a, b), (b, a))}
        for one in select.select([self._listener, *ways], [], [], 0.02)[0]:
            if one is self._listener:
                self._accept()
            elif one.fileno() >= 0:
                self._pass(*ways[one])

    def _accept(self) -> None:
        ours, _ = self._listener.accept()
        try:
            self._pairs.append((ours, socket.create_connection(self._target)))
            self.connections += 1
        except OSError:
            ours.close()

    def _pass(self, begin: socket.socket, end: socket.socket) -> None:
        try:
            data = begin.recv(65536)
            if data:
                end.sendall(data)
                return
        except OSError:
            pass
        for pair in [pair for pair in self._pairs if begin in pair]:
            self._pairs.remove(pair)
            for one in pair:
                one.close()


@contextmanager
def passing(port: int) -> Iterator[Proxy]:
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.close()


def numbered(start: int, count: int) -> list[tuple[str, bytes]]:
    return [("line", b"%d" % number) for number in range(start, start + count)]


@pytest.mark.broker
def test_a_cut_loses_nothing(mosquitto: Make, collector: Any, until: Until, listening: Listen) -> None:
    broker = mosquitto()
    got = collector()
    with passing(broker.port) as proxy, listening(proxy.url, got, longest_wait=1.0) as subscription:
        until(subscription.ready)
        for round_ in range(3):
            publish(broker.url, numbered(round_ * 100, 100), client_id="press")
            proxy.cut()
            until(lambda round_=round_: proxy.connections >= round_ + 2)
            until(subscription.ready)
        until(lambda: set(got.payloads) == {payload for _, payload in numbered(0, 300)})
        assert subscription.state().error == ""


@pytest.mark.broker
def test_a_connection_that_is_half_open_is_noticed(
    mosquitto: Make, collector: Any, until: Until, listening: Listen
) -> None:
    broker = mosquitto()
    got = collector()
    with passing(broker.port) as proxy, listening(proxy.url, got, keepalive=1, longest_wait=1.0) as subscription:
        until(subscription.ready)
        proxy.stall()
        until(lambda: subscription.state().error == "broker-lost-keepalive")
        assert not subscription.ready()
        until(lambda: subscription.state().retry is not None)
        proxy.cut()
        proxy.go_on()
        until(subscription.ready)
        publish(broker.url, numbered(0, 10), client_id="press")
        until(lambda: {payload for _, payload in numbered(0, 10)} <= set(got.payloads))


@pytest.mark.broker
def test_the_broker_is_restarted_again_and_again(
    mosquitto: Make, collector: Any, until: Until, tmp_path: Path, listening: Listen
) -> None:
    broker = mosquitto(
        f"allow_anonymous true\npersistence true\npersistence_location {tmp_path}/\nautosave_interval 1"
    )
    got = collector()
    with listening(broker.url, got, longest_wait=1.0) as subscription:
        for round_ in range(3):
            until(subscription.ready)
            publish(broker.url, numbered(round_ * 100, 100), client_id="press")
            broker.stop()
            until(lambda: not subscription.ready())
            broker.start()
        until(lambda: set(got.payloads) == {payload for _, payload in numbered(0, 300)})


CONNACK = b"\x20\x02\x00\x00"


@pytest.mark.parametrize(
    "nonsense",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        CONNACK + b"\x36\x05\x00\x01t\x00\x01",
        CONNACK + b"\x90\x00",
        CONNACK + b"\xf0\x00",
        CONNACK + b"\x30\xff\xff\xff\xff\xff",
        CONNACK + b"\xd0\x05xxxxx",
        CONNACK + b"\x40\x00",
        b"\x20\x00",
        b"\x20\x05\x00\x00\x00\x00\x00",
        CONNACK + CONNACK + b"\x90\x03\x00\x01\x99",
        CONNACK + b"\xe0\x02\xff\xff",
        b"\xff" * 100,
    ],
)
@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_a_hostile_broker_does_not_end_the_feed(
    nonsense: bytes, version: str, collector: Any, until: Until, listening: Listen
) -> None:
    answers: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        while len(answers) < 3:
            line, _ = listener.accept()
            with line, suppress(OSError):  # whenever the subscription hangs up
                line.recv(4096)
                answers.append(nonsense)
                line.sendall(nonsense)
                line.settimeout(0.1)
                while line.recv(4096):
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        url = f"mqtt://127.0.0.1:{listener.getsockname()[1]}?version={version}"
        with listening(url, collector(), longest_wait=0.1) as subscription:
            until(lambda: len(answers) >= 3)
            assert not subscription.ready()
        thread.join()


@pytest.mark.broker
def test_a_message_of_100_mb_is_taken_without_its_payload(
    mosquitto: Make, collector: Any, until: Until, tmp_path: Path, listening: Listen
) -> None:
    broker = mosquitto()
    picture = tmp_path / "picture"
    with picture.open("wb") as file:
        file.truncate(100 * 2**20)
    got = collector()
    with listening(broker.url, got, largest=2**20, longest_wait=1.0) as subscription:
        until(subscription.ready)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for version in ("mqttv311", "mqttv5"):
            command = ["mosquitto_pub", "-p", str(broker.port), "-q", "1", "-t", "cam", "-f", str(picture)]
            subprocess.run([*command, "-V", version], check=True)
        broker.publish("line", "after")
        until(lambda: len(got.deliveries) >= 3)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert [d.message.left_out for d in got.deliveries] == [100 * 2**20 - 1024] * 2 + [0]
    assert got.payloads[-1] == b"after"
    assert grown < 40 * 1024


def test_the_pauses_between_tries_grow_are_spread_and_bounded() -> None:
    backoff = Backoff(20)
    pauses = [backoff.pause() for _ in range(8)]
    for pause, whole in zip(pauses, [1, 2, 4, 8, 16, 20, 20, 20], strict=True):
        assert whole / 2 <= pause <= whole
    backoff.over()
    assert backoff.pause() <= 1
    assert len({Backoff(1).pause() for _ in range(20)}) > 1
