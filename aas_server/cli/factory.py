"""``aas factory``: the demonstration's factory, as a process of its own. It tells its progress in lines of JSON.

It ends with its parent: standard input is a pipe from the demo, and its end means that the demo is gone.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
import msgspec

from aas_server.cli import options
from connectors.recording import open_recording
from connectors.replay import publish
from connectors.simulator import Simulation

CLIENT_ID = "aas-demo-factory"
GRACE = 3.0
"""Seconds for the broker to acknowledge what is on its way, once the parent has closed our input. A parent that
was killed takes its broker with it: then nobody will."""
Payloads = Iterator[tuple[str, bytes]]


@click.command("factory", hidden=True, help="help-factory")
@click.option("--broker", required=True)
@click.option("--skip", type=int, default=0)
@click.option("--seed", type=int, default=1)
@click.option("--end")
@click.option("--from", "recording", type=click.Path(path_type=Path))
@options.time
@options.label
@click.option("--topic", default="")
@click.option("--live", is_flag=True)
def factory(
    broker: str,
    skip: int,
    seed: int,
    end: str | None,
    recording: Path | None,
    time: str | None,
    label: str | None,
    topic: str,
    live: bool,
) -> None:
    """Publish what the plant has to say."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends us
    stop = threading.Event()
    threading.Thread(target=_watch_parent, args=(stop,), daemon=True).start()
    if recording is not None:
        opened = open_recording(recording, time=time, label=label)
        messages: Payloads = opened.messages(topic)
        _tell(total=opened.rows)
    else:
        simulation = Simulation(seed, datetime.fromisoformat(end or ""))
        messages = _paced(simulation, stop) if live else simulation.messages()
        if not live:
            _tell(total=simulation.count.messages)
    published = publish(
        broker,
        messages,
        client_id=CLIENT_ID,
        skip=skip,
        progress=lambda done: _tell(done=done),
        stop=stop,
    )
    _tell(published=skip + published.messages)


def _paced(simulation: Simulation, stop: threading.Event) -> Payloads:
    """The plant in real time: each message when it is due."""
    for due, topic, payload in simulation.live():
        if stop.wait(max(0.0, due - time.time())):
            return
        yield topic, payload


def _watch_parent(stop: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        continue
    stop.set()
    time.sleep(GRACE)
    os._exit(1)


def _tell(**facts: int) -> None:
    sys.stdout.write(msgspec.json.encode(facts).decode() + "\n")
    sys.stdout.flush()
