"""A receiver and a subscription for tests, the embedded broker, and a certificate authority."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors.broker import EmbeddedBroker
from connectors.message import Delivery
from connectors.mqtt import Plan, Subscription


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


@dataclass(frozen=True)
class Pair:
    """PEM files."""

    certificate: Path
    key: Path


class Authority:
    """A certificate authority, by the openssl command; ``root`` is its own certificate."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self.root = folder / f"{name}-ca.pem"
        self._key = folder / f"{name}-ca.key"
        _openssl(
            *(
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "30",
            ),
            *("-subj", f"/CN={name} CA", "-keyout", str(self._key), "-out", str(self.root)),
        )

    def issue(self, name: str, *, days: int = 30, host: str = "IP:127.0.0.1", password: str | None = None) -> Pair:
        """``days`` below 0: it has expired already."""
        pair = Pair(self._folder / f"{self._name}-{name}.pem", self._folder / f"{self._name}-{name}.key")
        request, extra = pair.key.with_suffix(".csr"), pair.key.with_suffix(".ext")
        extra.write_text(f"subjectAltName={host}\n")
        secret = ("-passout", f"pass:{password}") if password else ("-nodes",)
        _openssl(
            *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", *secret),
            *("-subj", f"/CN={name}", "-keyout", str(pair.key), "-out", str(request)),
        )
        _openssl(
            *("x509", "-req", "-in", str(request), "-CA", str(self.root), "-CAkey", str(self._key)),
            *("-CAcreateserial", "-days", str(days), "-extfile", str(extra), "-out", str(pair.certificate)),
        )
        return pair


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


@pytest.fixture
def collector() -> type[Collector]:
    return Collector


@contextmanager
def _listening(
    url: str,
    receive: Callable[[Delivery], object],
    filters: Sequence[str] = ("#",),
    client: str = "aas-test",
    plan: Plan | None = None,
    *,
    window: int = 1000,
    keepalive: int = 60,
    **planned: Any,
) -> Iterator[Subscription]:
    subscription = Subscription(url, filters, client, window, keepalive, plan or Plan(**planned))
    subscription.start(receive)
    try:
        yield subscription
    finally:
        subscription.stop()


@pytest.fixture(scope="session")
def listening() -> Callable[..., AbstractContextManager[Subscription]]:
    """A subscription at work, whether or not the broker lets it in."""
    return _listening


@pytest.fixture
def subscribed(until: Callable[..., None]) -> Callable[..., AbstractContextManager[Subscription]]:
    """A subscription that is granted all that it asks for."""

    @contextmanager
    def run(url: str, receive: Callable[[Delivery], object], *how: Any, **more: Any) -> Iterator[Subscription]:
        with _listening(url, receive, *how, **more) as subscription:
            until(subscription.ready)
            yield subscription

    return run


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
