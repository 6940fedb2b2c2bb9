"""The embedded broker: on loopback only, and gone when we are."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from connectors.broker import EmbeddedBroker
from connectors.errors import BrokerError
from connectors.mqtt import Subscription
from connectors.replay import publish

REPOSITORY = Path(__file__).parents[2]


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_gone(process: psutil.Process) -> bool:
    """Ended; where nobody collects orphans it is left as a zombie."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_it_starts_accepts_and_ends(until: Callable[..., None]) -> None:
    with EmbeddedBroker() as broker:
        port = port_of(broker.url)
        assert is_open(port)
        assert broker.start() == broker.url
    assert not is_open(port)
    broker.stop()
    with pytest.raises(BrokerError, match="embedded-broker-not-started"):
        _ = broker.url


def test_only_loopback_is_listened_on() -> None:
    with EmbeddedBroker() as broker:
        listening = [
            connection.laddr.ip
            for child in psutil.Process().children()
            for connection in child.net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port_of(broker.url)
        ]
    assert listening == ["127.0.0.1"]


def test_a_taken_port_is_said() -> None:
    with EmbeddedBroker() as first:
        port = port_of(first.url)
        with pytest.raises(BrokerError) as fault:
            EmbeddedBroker(port).start()
    assert fault.value.key == "embedded-broker-port-taken"
    assert fault.value.values == {"port": port}


def test_it_writes_no_file_and_dies_with_its_parent(tmp_path: Path, until: Callable[..., None]) -> None:
    script = "from connectors.broker import EmbeddedBroker as B; b = B(); print(b.start(), flush=True); input()"
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    with parent:
        assert parent.stdout is not None
        port = port_of(parent.stdout.readline().decode().strip())
        (child,) = psutil.Process(parent.pid).children()
        parent.kill()
    until(lambda: not is_open(port) and is_gone(child))
    assert list(tmp_path.iterdir()) == []


def test_a_large_message_passes(
    embedded: str, collector: Callable[..., object], until: Callable[..., None]
) -> None:
    got: list[int] = []
    subscription = Subscription(embedded, ["#"], "large")
    subscription.start(lambda delivery: (got.append(len(delivery.message.payload)), delivery.acknowledge())[1])
    try:
        until(subscription.ready)
        publish(embedded, [("camera", b"x" * 15 * 2**20)], client_id="camera")
        until(lambda: got == [15 * 2**20])
    finally:
        subscription.stop()
