"""A receiver for tests, the embedded broker, and a certificate authority."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

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
