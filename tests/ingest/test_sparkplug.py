"""Sparkplug B end to end: gateways that are not ours, on a real broker, and the recorded sample."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from aas_server.ingest import feeds, told
from aas_server.ingest.feeds import Declaration
from aas_server.ingest.replaying import replay
from aas_server.ingest.service import Ingest, catch_up
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.store.parquet import reader
from connectors.message import Message
from connectors.mqtt import Subscription
from connectors.payloads import narrow_name
from connectors.sparkplug import ONLINE

HERE = Path(__file__).parent / "gateways"
Until = Callable[..., None]
Start = Callable[..., "Gateway"]
Listen = Callable[..., Ingest]


@dataclass
class Gateway:
    """A gateway's process, which publishes a value for each line it is told."""

    process: subprocess.Popen[str]
    said: Queue[str] = field(default_factory=Queue)

    def __post_init__(self) -> None:
        threading.Thread(target=self._hear, daemon=True).start()

    def expect(self, said: str) -> None:
        assert self.said.get(timeout=90) == said

    def say(self, value: float) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{value}\n")
        self.process.stdin.flush()
        self.expect("said")

    def _hear(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.put(line.strip())

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(60)


@pytest.fixture(scope="session")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Both libraries need an older paho than ours: each is installed into a folder of its own."""
    folder = tmp_path_factory.mktemp("gateways")

    def install(name: str) -> Path:
        target = folder / name
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target), "--no-deps"]
        done = subprocess.run(
            [*command, "-r", str(HERE / f"{name}.lock")], capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.skip(f"pip can't install {name} here: {done.stderr.strip().splitlines()[-1:]}")
        return target

    return install


@pytest.fixture
def gateway(libraries: Callable[[str], Path]) -> Iterator[Start]:
    running: list[Gateway] = []

    def start(name: str, port: int) -> Gateway:
        program = HERE / f"run_{name.replace('-', '_')}.py"
        surroundings = os.environ | {"PYTHONPATH": str(libraries(name)), "PYTHONDONTWRITEBYTECODE": "1"}
        process = subprocess.Popen(
            [sys.executable, str(program), str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=surroundings,
        )
        running.append(Gateway(process))
        running[-1].expect("born")
        return running[-1]

    yield start
    for one in running:
        one.kill()
        for pipe in (one.process.stdin, one.process.stdout):
            if pipe is not None:
                pipe.close()


def rows(store: Store, stream: str) -> list[tuple[Any, ...]]:
    """Tag, number, text and flags, in the order of the journal."""
    with reader({"records": store.lake.paths(store.lake.pin(stream))}) as database:
        return database.execute("SELECT tag, number, text, flags FROM records ORDER BY position").fetchall()


@pytest.mark.broker
def test_a_gateway_that_was_there_before_us(
    mosquitto: Any,
    gateway: Start,
    listen: Listen,
    store: Store,
    settings: Settings,
    until: Until,
) -> None:
    """It sends aliases alone: we ask for its birth, know it over a restart of ours, and hear of its death. What
    came before its birth is read by a replay."""
    broker = mosquitto()
    heard: list[str] = []
    witness = Subscription(broker.url, ["spBv1.0/#"], "witness")
    witness.start(lambda delivery: heard.append(delivery.message.topic))
    until(witness.ready)
    node = gateway("pysparkplug", broker.port)
    until(lambda: "spBv1.0/plant/DBIRTH/pysparkplug/press" in heard)
    witness.stop()
    press = narrow_name("spBv1.0/plant/+/pysparkplug/press")
    first = listen(broker.url)
    node.say(11.5)
    node.expect("born")
    until(lambda: store.live.get(press).get("started"))
    node.say(12.5)
    until(lambda: store.live.get(press)["pressure"].value == 12.5)
    first.stop()
    assert [one.key for one in store.journal.quarantined()] == ["sparkplug-unknown-alias"]

    second = listen(broker.url)
    node.say(13.5)
    until(lambda: store.live.get(press)["pressure"].value == 13.5)
    node.kill()
    until(lambda: store.live.get(press)[ONLINE].value == 0.0)
    assert second.settle()
    assert rows(store, press) == [
        ("pressure", 0.0, None, None),
        ("상태", None, "가동", None),
        ("offset", -1.0, None, None),
        ("profile", None, "[1,-2,3]", None),
        ("started", None, "true", None),
        (ONLINE, 1.0, None, None),
        ("pressure", 12.5, None, None),
        ("offset", -12.0, None, None),
        ("pressure", 13.5, None, None),
        ("offset", -13.0, None, None),
        (ONLINE, 0.0, None, None),
    ]
    assert store.journal.quarantined_count() == 1
    assert store.live.get(narrow_name("spBv1.0/plant/+/pysparkplug"))[ONLINE].value == 0.0

    again = replay(store, settings, press)
    assert (again.released, store.journal.quarantined_count()) == (1, 0)
    assert rows(store, press)[:3] == [
        ("pressure", 11.5, None, "alias-from-later-birth"),
        ("offset", -11.0, None, "alias-from-later-birth"),
        ("pressure", 0.0, None, None),
    ]


@pytest.mark.broker
def test_a_gateway_that_speaks_by_names(
    mosquitto: Any, gateway: Start, listen: Listen, store: Store, until: Until
) -> None:
    broker = mosquitto()
    ingest = listen(broker.url)
    node = gateway("mqtt-spb-wrapper", broker.port)
    node.say(2.5)
    stream = narrow_name("spBv1.0/plant/+/wrapper")
    until(lambda: store.live.get(stream).get("pressure"))
    node.kill()
    until(lambda: store.live.get(stream)[ONLINE].value == 0.0)
    assert ingest.settle()
    assert [row for row in rows(store, stream) if row[0] != "bdSeq"] == [
        ("DATA/pressure", 1.5, None, None),
        ("DATA/state", None, "idle", None),
        ("DATA/count", 7.0, None, None),
        (ONLINE, 1.0, None, None),
        ("pressure", 2.5, None, "not-in-birth"),
        (ONLINE, 0.0, None, "other-session"),
    ]
    assert store.journal.quarantined_count() == 0


@pytest.mark.shared
def test_the_recorded_sample(
    recording: Callable[[str], Iterator[Message]], store: Store, settings: Settings
) -> None:
    """Fifty-four messages: a historical value, a jump of the sequence to an alias nobody announced, a death."""
    store.journal.append(list(recording("sparkplug_b.jsonl")))
    catch_up(store, settings)
    node, loop = narrow_name("spBv1.0/Waico/+/Edge1"), narrow_name("spBv1.0/Waico/+/Edge1/Loop1")
    assert sorted(store.lake.streams()) == sorted([node, loop])
    assert rows(store, node) == [
        ("bdSeq", 0.0, None, None),
        ("Node Control/Rebirth", None, "false", None),
        (ONLINE, 1.0, None, None),
        (ONLINE, 0.0, None, None),
    ]
    stored = rows(store, loop)
    assert Counter(tag for tag, *_ in stored) == SAMPLE
    assert [row for row in stored if row[3]] == [
        ("Current", 0.493544, None, "conflicting"),
        ("Current", 1.23, None, "historical,conflicting"),
    ]
    last = [number for tag, number, *_ in stored if tag == "Current"][-2]
    assert store.live.get(loop)["Current"].value == last
    assert round(sum(number for tag, number, *_ in stored if tag == "Temperature"), 4) == 3980.5918
    assert told.units(store.catalogue, loop) == {
        "Current": "A",
        "Pressure": "bar",
        "Temperature": "°C",
        "Thermocouple": "°C",
        "Voltage": "V",
    }
    assert stored[-1] == (ONLINE, 0.0, None, None)
    (set_aside,) = store.journal.quarantined()
    assert (set_aside.position, set_aside.key) == (53, "sparkplug-unknown-alias")
    assert set_aside.values["metrics"] == "99"


SAMPLE = {
    "Accelerometer1RMS": 50,
    "Accelerometer2RMS": 50,
    "Current": 51,
    "Pressure": 32,
    "Temperature": 50,
    "Thermocouple": 47,
    "Voltage": 50,
    "Volume Flow RateRMS": 32,
    ONLINE: 2,
}
"""Counted with the library that wrote the sample."""


@pytest.mark.shared
def test_a_device_under_a_name_of_its_own(
    recording: Callable[[str], Iterator[Message]], store: Store, settings: Settings
) -> None:
    """Its node's death is told in its stream, too."""
    declared = Declaration(topic="spBv1.0/Waico/+/Edge1/Loop1", joins=True, form="sparkplug-b")
    feeds.declare(store.catalogue, "loop", declared)
    store.journal.append(list(recording("sparkplug_b.jsonl")))
    catch_up(store, settings)
    assert sorted(store.lake.streams()) == sorted(["loop", narrow_name("spBv1.0/Waico/+/Edge1")])
    stored = rows(store, "loop")
    assert Counter(tag for tag, *_ in stored) == SAMPLE
    assert stored[-1] == (ONLINE, 0.0, None, None)
