"""Two servers on one folder and one PostgreSQL share a subscription; one is killed: nothing is lost or doubled."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from aas_server import databases, server_file
from aas_server.settings import load
from aas_server.store.contract import Store
from aas_server.store.parquet import reader
from connectors.replay import publish

MESSAGES = 4000
FILTER = "$share/servers/plant/#"
Until = Callable[..., None]
pytestmark = pytest.mark.broker


@contextmanager
def serving(data: Path, broker: str, filter_: str = FILTER) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "aas_server", "serve", "--data", str(data), "--broker", broker]
    process = subprocess.Popen(
        [*command, "--filter", filter_, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=120)


@pytest.fixture
def environment(
    new_postgres: Callable[[], str], monkeypatch: pytest.MonkeyPatch, surroundings: Callable[[], dict[str, str]]
) -> Iterator[Callable[[], None]]:
    """PostgreSQL, short times, and with each call another port."""
    monkeypatch.setenv("AAS_DATABASE_URL", new_postgres())
    monkeypatch.setenv("AAS_TAKEOVER_SECONDS", "1")
    monkeypatch.setenv("AAS_FOLD_SECONDS", "0.5")
    yield lambda: monkeypatch.setenv("AAS_PORT", surroundings()["AAS_PORT"])


@pytest.fixture
def opened(environment: Callable[[], None], tmp_path: Path) -> Iterator[Store]:
    store = databases.open_store(load(None, data=tmp_path / "data"))
    yield store
    store.close()


def started(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate()
    return str(json.loads(line)["url"])


def ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health/ready") as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def numbers(store: Store) -> list[int]:
    return [json.loads(entry.message.payload)["number"] for entry in store.journal.read(0, 10 * MESSAGES)]


@pytest.mark.parametrize("killed", [0, pytest.param(1, marks=pytest.mark.long)], ids=["the-first", "the-second"])
def test_one_of_two_is_killed_in_the_middle(
    killed: int, mosquitto: Any, until: Until, tmp_path: Path, environment: Callable[[], None], opened: Store
) -> None:
    broker = mosquitto()
    data = tmp_path / "data"
    environment()
    with serving(data, broker.url) as one:
        urls = [started(one)]
        environment()
        with serving(data, broker.url) as two:
            urls.append(started(two))
            until(lambda: all(ready(url) for url in urls))
            assert {server.url for server in server_file.all_running(data)} == set(urls)
            messages = (
                ("plant/1", json.dumps({"number": number, "v": 1.5}).encode()) for number in range(MESSAGES)
            )
            publishing = threading.Thread(
                target=publish,
                args=(broker.url, messages),
                kwargs={"client_id": "factory", "rate": 1000},
                daemon=True,
            )
            publishing.start()
            until(lambda: opened.journal.last() > MESSAGES // 4)
            (one, two)[killed].send_signal(signal.SIGKILL)
            publishing.join()
            until(lambda: opened.journal.last() >= MESSAGES)
            survivor = server_file.running(data)
            assert survivor is not None
            assert survivor.url == urls[1 - killed]
            until(lambda: folded(opened) >= MESSAGES)
            # The session of the dead one is ended: the broker queues nothing for it any more.
            until(lambda: not (data / ("client-id" if killed == 0 else "client-id-2")).exists())
    assert Counter(numbers(opened)) == Counter(range(MESSAGES))
    assert {entry.message.source for entry in opened.journal.read(0, 10 * MESSAGES)} == {
        broker.url,
        f"{broker.url}#2",
    }
    assert folded(opened) == MESSAGES
    assert opened.journal.quarantined_count() == 0


def folded(store: Store) -> int:
    files = store.lake.paths(store.lake.pin("plant_1"))
    if not files:
        return 0
    with reader({"records": files}) as database:
        row = database.execute("SELECT count(DISTINCT number), count(*) FROM records").fetchone()
    assert row is not None
    assert row[0] == row[1]
    return int(row[0])


def test_without_a_shared_filter_a_second_server_is_refused(
    mosquitto: Any, tmp_path: Path, environment: Callable[[], None], opened: Store
) -> None:
    broker = mosquitto()
    data = tmp_path / "data"
    environment()
    with serving(data, broker.url, "plant/#") as one:
        started(one)
        environment()
        with serving(data, broker.url, "plant/#") as two:
            _, said = two.communicate(timeout=120)
            assert two.returncode == 2
            assert "$share/" in said


@pytest.mark.long
def test_client_ids_stay_over_restarts(
    mosquitto: Any, until: Until, tmp_path: Path, environment: Callable[[], None], opened: Store
) -> None:
    broker = mosquitto()
    data = tmp_path / "data"
    found = []
    for _ in range(2):
        environment()
        with serving(data, broker.url) as one:
            first = started(one)
            environment()
            with serving(data, broker.url) as two:
                second = started(two)
                until(lambda first=first, second=second: ready(first) and ready(second))
                found.append([(data / name).read_text() for name in ("client-id", "client-id-2")])
    assert found[0] == found[1]
    assert len(set(found[0])) == 2
