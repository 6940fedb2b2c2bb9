"""A receiver for tests, and the embedded broker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.broker import EmbeddedBroker
from connectors.message import Delivery


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


@pytest.fixture
def collector() -> type[Collector]:
    return Collector


@pytest.fixture
def embedded() -> Iterator[str]:
    with EmbeddedBroker() as broker:
        yield broker.url


@pytest.fixture
def authority(tmp_path: Path) -> Callable[[str], Authority]:
    """Makes certificate authorities by name."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed (apt install openssl)")
    return lambda name: Authority(tmp_path, name)
