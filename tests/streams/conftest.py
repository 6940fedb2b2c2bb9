"""A house whose journal a test fills, as a gateway would."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aas_server.house import House
from aas_server.ingest.mending import catch_up
from aas_server.settings import Settings
from connectors.message import Message

SOURCE = "mqtt://127.0.0.1:1883"
Publish = Callable[..., None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", zone="UTC")


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    with House(settings) as opened:
        yield opened


@pytest.fixture
def publish(house: House) -> Publish:
    """Journal payloads under a topic (a text as it is, else as JSON) and fold them."""

    def sent(topic: str, *payloads: Any, fold: bool = True, source: str = SOURCE) -> None:
        house.store.journal.append(
            [
                Message(
                    source, topic, (one if isinstance(one, str) else json.dumps(one)).encode(), time.time_ns(), 1
                )
                for one in payloads
            ]
        )
        if fold:
            catch_up(house.store, house.settings)

    return sent
