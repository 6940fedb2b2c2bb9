"""Power loss: the order in which bytes reach the disk, from the system calls of ingest at work.

What is synced outlives a power cut, nothing else may count as kept: a message is synced before its acknowledgement
leaves, a Parquet file before the log names it, the log before the journal's mark moves.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from aas_server.store.contract import Store
from connectors.broker import EmbeddedBroker
from connectors.mqtt import new_client, parse_url

Until = Callable[[Callable[[], object]], None]
PROGRAM = Path(__file__).with_name("ingest_process.py")
CALLS = "fsync,fdatasync,pwrite64,sendto,link,linkat,rename,renameat,renameat2"
MESSAGES = 60
_CALL = re.compile(r"(\d+) +(?:<\.\.\. )?(\w+)(?:\(| resumed>)(.*)")
_LOG = re.compile(r"_delta_log/(\d{20})\.json")
_MARKER = re.compile(r"marker-(\d+)")


@dataclass(frozen=True)
class Call:
    """A system call: ``begun`` and ``done`` are numbers of lines of the trace."""

    name: str
    text: str
    begun: int
    done: int


@pytest.fixture(scope="module")
def strace() -> str:
    program = shutil.which("strace")
    if program is None:
        pytest.skip("strace is not installed (apt install strace)")
    if subprocess.run([program, "-f", "true"], capture_output=True, check=False).returncode:
        pytest.skip("strace may not trace here (ptrace is not allowed)")
    return program


@pytest.fixture
def broker() -> Iterator[str]:
    with EmbeddedBroker() as running:
        yield running.url


@pytest.fixture
def calls(strace: str, broker: str, folder: Path, store: Store, until: Until, tmp_path: Path) -> list[Call]:
    """Ingest traced while messages come in and are folded several times."""
    trace = tmp_path / "trace"
    command = [strace, "-f", "--seccomp-bpf", "-y", "-s", "5000", "-e", f"trace={CALLS}", "-o", str(trace)]
    with subprocess.Popen(
        [*command, sys.executable, str(PROGRAM), str(folder), broker, "1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        publish(broker, lambda number: until(lambda: store.lake.folded("plant_1") > number))
        until(lambda: store.journal.mark("fold") >= MESSAGES)
        process.communicate(timeout=120)
    return parsed(trace.read_text(errors="replace").splitlines())


def publish(broker: str, folded: Callable[[int], None]) -> None:
    """Messages one by one, and now and then until they are folded."""
    address = parse_url(broker)
    client = new_client(address, "factory", persistent=False)
    client.connect(address.host, address.port)
    client.loop_start()
    try:
        for number in range(MESSAGES):
            payload = json.dumps({"number": number, "note": f"marker-{number}"})
            client.publish("plant/1", payload, qos=1).wait_for_publish(90)
            if number % 20 == 19:
                folded(number)
    finally:
        client.disconnect()
        client.loop_stop()


def parsed(lines: list[str]) -> list[Call]:
    """Calls in the order in which they were done; of two threads' calls one may begin in the middle of another."""
    found: list[Call] = []
    begun: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(lines):
        if (match := _CALL.match(line)) is None:
            continue
        thread, name, text = match.groups()
        if text.endswith("<unfinished ...>"):
            begun[thread] = number, text
            continue
        first, before = begun.pop(thread, (number, ""))
        found.append(Call(name, before + text, first, number))
    return found


def synced(calls: list[Call], of: Callable[[str], bool]) -> list[Call]:
    return [
        call
        for call in calls
        if call.name in ("fsync", "fdatasync") and of(call.text) and call.text.endswith("= 0")
    ]


def into_journal(call: Call) -> bool:
    return call.name == "pwrite64" and "journal.db-wal>" in call.text


def test_the_order_in_which_everything_reaches_the_disk(calls: list[Call], folder: Path) -> None:
    acknowledged_after_sync(calls)
    named_after_sync(calls, folder / "lake" / "plant_1")
    marked_after_sync(calls)


def acknowledged_after_sync(calls: list[Call]) -> None:
    """A PUBACK (MQTT 3.1.1, 3.4: 0x40, length 2) leaves when as many messages, at least, are on the disk."""
    acknowledgements = [
        call
        for call in calls
        if call.name == "sendto" and re.search(r"TCP|socket", call.text) and ', "@\\2' in call.text
    ]
    syncs = synced(calls, lambda text: "journal.db-wal>" in text)
    durable: dict[str, int] = {}
    for write in filter(into_journal, calls):
        after = next(sync.done for sync in syncs if sync.begun > write.begun)
        for marker in _MARKER.findall(write.text):
            durable.setdefault(marker, after)
    assert len(durable) == MESSAGES
    sent = 0
    for call in acknowledgements:
        sent += call.text.count("@\\2")
        assert sent <= sum(line < call.begun for line in durable.values())
    assert sent == MESSAGES


def commits(calls: list[Call]) -> dict[str, Call]:
    """The calls by which commits of the table got their names."""
    return {
        match[1]: call
        for call in calls
        if call.name.startswith(("link", "rename")) and (match := _LOG.search(call.text.rpartition('"')[0] + '"'))
    }


def named_after_sync(calls: list[Call], table: Path) -> None:
    named = commits(calls)
    assert len(named) >= 3
    for version, call in named.items():
        actions = [
            json.loads(line) for line in (table / "_delta_log" / f"{version}.json").read_text().splitlines()
        ]
        added = [action["add"]["path"] for action in actions if "add" in action]
        assert added
        for path in added:
            assert any(sync.done < call.begun for sync in synced(calls, lambda text, path=path: path in text))  # type: ignore[misc]


def marked_after_sync(calls: list[Call]) -> None:
    """From a commit of the table to the sync of its log and the log's folder the mark stays where it is."""
    marks = [call for call in calls if into_journal(call) and "fold" in call.text]
    assert len(marks) >= 3
    for version, call in commits(calls).items():
        log = synced(calls, lambda text, version=version: f"{version}.json>" in text)  # type: ignore[misc]
        listed = synced(calls, lambda text: "_delta_log>" in text)
        durable = max(next(sync.done for sync in of if sync.begun > call.begun) for of in (log, listed))
        assert not [mark for mark in marks if call.begun < mark.done < durable]
        assert [mark for mark in marks if mark.begun > durable]
