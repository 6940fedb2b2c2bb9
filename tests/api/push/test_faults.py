"""When the disk is full, too much waits, or the server dies: what a client is told, and what is stored."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from aas_server.errors import Unavailable
from aas_server.ingest.service import Ingest
from aas_server.ingest.taking.bodies import Body
from aas_server.ingest.taking.pushes import Pushes
from aas_server.settings import Settings
from aas_server.store.sqlite import open_store
from connectors.errors import DoorError
from connectors.push import Door


def test_a_full_disk_is_told_and_nothing_is_stored(running, monkeypatch, until):
    journal = running.house.store.journal
    with monkeypatch.context() as patch:
        patch.setattr(type(journal), "append", _refuse)
        first = running.push("a", {"a": 1}, Accept_Language="ko")
        again = running.push("a", {"a": 1}, Idempotency_Key="one")
    assert (first.status, again.status) == (503, 503)
    assert first.headers["Retry-After"] == again.headers["Retry-After"] == "5"
    assert first.json["error"] in ("push-undecided", "store-disk-full")
    assert again.json["error"] == "store-disk-full"
    until(lambda: running.push("a", {"a": 1}, Idempotency_Key="one").status == 202)
    assert running.push("a", {"a": 1}, Idempotency_Key="one").headers["Idempotency-Replayed"] == "true"


def _refuse(*_):
    raise Unavailable("store-disk-full", file="journal.db")


def test_a_door_holds_no_more_than_its_bounds(until):
    door = Door("http", count=2, size=100)
    with pytest.raises(DoorError, match="door-closed"):
        door.push("a", b"x")
    gate, taken = threading.Event(), []
    door.start(lambda delivery: taken.append(delivery) or gate.wait(90))
    first = door.push("a", b"x" * 1000)
    with pytest.raises(DoorError, match="door-full"):
        door.push("a", b"x")
    until(lambda: taken)
    assert not first.withdraw()
    gate.set()
    taken[0].acknowledge(7)
    assert first.position.result(60) == 7
    second = door.push("a", b"x")
    door.stop()
    assert second.position.done() or second.message.payload == b"x"
    with pytest.raises(DoorError, match="door-closed"):
        door.push("a", b"x")


def test_a_key_whose_answer_was_lost_in_a_crash_is_known_by_the_journal(tmp_path):
    settings = Settings(data=tmp_path / "data", fold_seconds=0.05)
    store = open_store(settings.data)
    ingest = Ingest(store, settings, [])
    ingest.start()
    body = Body(".json", [b'{"a": 1}'])
    taking = ingest.pushes.open("a", body, "one")
    [chunk] = taking.chunks
    ingest.pushes.door.push("a", chunk.payload, taking.note.arrival).position.result(60)
    ingest.stop()  # nothing was noted of the message: the process died before
    again = Pushes(store, settings, Door("http", 10, 1000), lambda: None).open("a", body, "one")
    assert (list(again.chunks), again.note.messages, again.note.position) == ([], 1, 1)
    store.close()


def test_killed_under_load_what_was_answered_is_there_and_each_key_once(tmp_path, surroundings, until):
    data = tmp_path / "data"
    environment = surroundings()
    url = f"http://127.0.0.1:{environment['AAS_PORT']}"
    command = [sys.executable, "-W", "ignore", "-m", "aas_server", "serve", "--data", str(data)]
    answered: set[int] = set()

    def push(number: int) -> None:
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(number)}
        request = urllib.request.Request(f"{url}/ingest/a", b'{"n": %d}' % number, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                if answer.status == 202:
                    answered.add(number)
        except (OSError, urllib.error.URLError):
            pass

    for stopped_by in (signal.SIGKILL, signal.SIGINT):
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as server:
            until(lambda: _listens(int(environment["AAS_PORT"])))
            with ThreadPoolExecutor(4) as several:
                for number in range(60):
                    several.submit(push, number)
                if stopped_by == signal.SIGKILL:
                    until(lambda: len(answered) >= 20)
                    server.send_signal(stopped_by)
            server.send_signal(stopped_by)
            server.wait(timeout=120)
    assert answered == set(range(60))
    store = open_store(data)
    kept = sorted(entry.message.payload for entry in store.journal.read(0, 1000))
    store.close()
    assert kept == sorted(b'{"n": %d}' % number for number in range(60))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
