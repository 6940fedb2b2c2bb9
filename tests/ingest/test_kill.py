"""``kill -9`` in the middle of traffic, on real brokers: everything published is there once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTMessageInfo

from aas_server.ingest.service import catch_up
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.store.parquet import reader
from connectors.broker import EmbeddedBroker
from connectors.mqtt import new_client, parse_url

Until = Callable[[Callable[[], object]], None]
PROGRAM = Path(__file__).with_name("ingest_process.py")
SHARE = 1500
"""Messages a round."""


@pytest.fixture
def iotcore() -> Iterator[str]:
    with EmbeddedBroker() as broker:
        yield broker.url


@pytest.fixture
def real(mosquitto: Callable[..., Any]) -> str:
    return str(mosquitto().url)


@pytest.fixture(params=[pytest.param("real", marks=pytest.mark.broker), "iotcore"], ids=["mosquitto", "iotcore"])
def broker_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


@pytest.mark.parametrize("qos", [1, 2])
def test_every_message_is_there_once(
    broker_url: str, qos: int, folder: Path, store: Store, settings: Settings, until: Until
) -> None:
    kill_again_and_again(broker_url, qos, 4, folder, store, settings, until)


@pytest.mark.broker
@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("qos", [1, 2])
def test_every_message_is_there_once_after_a_hundred_kills(
    real: str, qos: int, folder: Path, store: Store, settings: Settings, until: Until
) -> None:
    kill_again_and_again(real, qos, 100, folder, store, settings, until)


def kill_again_and_again(
    broker_url: str, qos: int, rounds: int, folder: Path, store: Store, settings: Settings, until: Until
) -> None:
    messages = rounds * SHARE
    address = parse_url(broker_url)
    client = new_client(address, "factory", persistent=False)
    process = _ingest(folder, broker_url, qos)
    client.connect(address.host, address.port)
    client.loop_start()
    try:
        for round_ in range(rounds):
            enough = store.journal.last() + 50
            sent = _publish(client, round_, qos)
            until(lambda enough=enough: store.journal.last() > enough)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            process = _ingest(folder, broker_url, qos)
            sent[-1].wait_for_publish(90)
        until(lambda: store.journal.last() >= messages)
    finally:
        client.disconnect()
        client.loop_stop()
        process.communicate(timeout=120)
    found = [json.loads(entry.message.payload)["number"] for entry in store.journal.read(0, 10 * messages)]
    assert found == list(range(messages))
    catch_up(store, settings)
    with reader({"records": store.lake.paths(store.lake.pin("plant_1"))}) as database:
        stored = database.execute("SELECT number FROM records ORDER BY position").fetchall()
    assert [number for (number,) in stored] == found
    assert store.journal.quarantined_count() == 0


def _publish(client: Client, round_: int, qos: int) -> list[MQTTMessageInfo]:
    numbers = range(round_ * SHARE, (round_ + 1) * SHARE)
    return [client.publish("plant/1", json.dumps({"number": number, "v": 1.5}), qos=qos) for number in numbers]


def _ingest(folder: Path, broker: str, qos: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(folder), broker, str(qos)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process
