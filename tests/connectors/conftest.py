"""Brokers to test against, and the means to wait without sleeping blindly."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors.broker import EmbeddedBroker
from connectors.message import Delivery

SHARED = Path(__file__).parents[3] / "shared"


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until something holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    tick = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        tick.wait(0.01)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Collector:
    """Takes deliveries; acknowledges them where it is told to."""

    def __init__(self, acknowledge: bool = True) -> None:
        self.deliveries: list[Delivery] = []
        self._acknowledge = acknowledge

    def __call__(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)
        if self._acknowledge:
            delivery.acknowledge()

    @property
    def payloads(self) -> list[bytes]:
        return [delivery.message.payload for delivery in self.deliveries]


class Mosquitto:
    """A real mosquitto on a free port of loopback, with a configuration of the test's own."""

    def __init__(self, folder: Path, settings: str) -> None:
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._config = folder / "mosquitto.conf"
        self._config.write_text(f"listener {self.port} 127.0.0.1\nmax_queued_messages 0\nuser root\n{settings}\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["mosquitto", "-c", str(self._config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(lambda: _listens(self.port))

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(20)

    def publish(self, topic: str, text: str, *options: str) -> None:
        """Publish with mosquitto's own client."""
        subprocess.run(
            ["mosquitto_pub", "-p", str(self.port), "-q", "1", "-t", topic, "-m", text, *options], check=True
        )


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return True
    except OSError:
        return False


@pytest.fixture(name="until")
def until_fixture() -> Callable[..., None]:
    return until


@pytest.fixture
def collector() -> type[Collector]:
    return Collector


@pytest.fixture(name="free_port")
def free_port_fixture() -> int:
    return free_port()


@pytest.fixture
def embedded() -> Iterator[str]:
    with EmbeddedBroker() as broker:
        yield broker.url


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Callable[[str], Mosquitto]]:
    if shutil.which("mosquitto") is None:
        pytest.skip("mosquitto is not installed (apt install mosquitto mosquitto-clients)")
    running: list[Mosquitto] = []

    def start(settings: str = "allow_anonymous true") -> Mosquitto:
        broker = Mosquitto(tmp_path, settings)
        broker.start()
        running.append(broker)
        return broker

    yield start
    for broker in running:
        broker.stop()


@pytest.fixture
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("needs ../shared")
    return SHARED
