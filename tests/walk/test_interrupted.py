"""``aas demo`` killed in the middle: no process stays, and the next run goes on; nothing is lost or doubled."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from datetime import datetime

import msgspec
import psutil
import pytest

from aas_server.errors import AasError
from aas_server.store.sqlite import open_store
from connectors.simulator import Simulation

DEADLINE = 120.0


@pytest.mark.parametrize(
    "after", [500, pytest.param(4000, marks=pytest.mark.long)], ids=lambda after: f"after {after} messages"
)
def test_a_killed_demo_goes_on_where_it_was(aas, tmp_path, after):
    folder = tmp_path / "data"
    children = _kill_after(folder, after)
    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []
    ended = aas("demo", "--exit", "--data", folder)
    assert ended.code == 0, ended.err
    assert ended.last["records"] == _expected(folder)


def test_ctrl_c_ends_everything(tmp_path):
    command = [sys.executable, "-m", "aas_server", "demo", "--data", str(tmp_path / "data"), "--lang", "en"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline().startswith("Pages and API")
        _wait_for_messages(process, tmp_path / "data", 500)
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in err
    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []


def _kill_after(folder, messages: int) -> list[psutil.Process]:
    command = [sys.executable, "-m", "aas_server", "demo", "--exit", "--data", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _wait_for_messages(process, folder, messages)
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    return children


def _wait_for_messages(process, folder, messages: int) -> None:
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline and process.poll() is None:
        if (folder / "journal.db").exists() and _stored(folder) >= messages:
            return
        time.sleep(0.02)
    raise AssertionError(f"{messages} messages did not come in time")


def _stored(folder) -> int:
    try:
        store = open_store(folder)
    except AasError:
        return 0
    try:
        return store.journal.last()
    finally:
        store.close()


def _expected(folder) -> int:
    store = open_store(folder)
    try:
        begun = msgspec.json.decode(store.catalogue.get("demo", "simulator"))
    finally:
        store.close()
    return Simulation(begun["seed"], datetime.fromisoformat(begun["end"])).count.records
