"""Durable messages a second, against a bare subscriber: ``python tests/bench/gateway.py [--rounds N]``.

A publisher (bytes made beforehand, QoS 1) sends through a real mosquitto to one subscriber: in turns our gateway
with its journal on SQLite (WAL, ``synchronous=FULL``), and a bare paho subscriber with manual acknowledgement.
It only counts. Both have the same window and processes of their own. A message counts for us once it is committed.
The goal is a ratio of 0.8 or more. The whole of ingest (decoding, folding in the same process) is shown beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from brokering import WINDOW, mosquitto, publish
from paho.mqtt.client import Client, MQTTMessage

from aas_server.ingest.gateway import Gateway
from aas_server.ingest.service import Ingest
from aas_server.settings import Settings
from aas_server.store.sqlite import open_store
from connectors.mqtt import Subscription, new_client, parse_url

LIMIT = 0.8
SIDES = ("gateway", "bare", "ingest")


# --- the subscribers, each in its own process --------------------------------------------------------------------


def bare(url: str, count: int, done: threading.Event) -> Callable[[], object]:
    """paho alone: count and acknowledge."""
    broker = parse_url(url)
    client: Client = new_client(broker, "bench", persistent=True)
    client.manual_ack_set(True)
    got = 0

    def on_message(client: Client, _: Any, message: MQTTMessage) -> None:
        nonlocal got
        got += 1
        client.ack(message.mid, message.qos)
        if got == count:
            done.set()

    subscribed = threading.Event()
    client.on_connect = lambda *_: client.subscribe("#", 1)
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_message = on_message
    client.connect(broker.host, broker.port)
    client.loop_start()
    subscribed.wait(10)
    return client.disconnect


def ours(url: str, count: int, done: threading.Event, folder: str, whole: bool) -> Callable[[], object]:
    """Our gateway on a journal of its own, or with ``whole`` all of ingest."""
    settings = Settings(data=Path(folder), receive_window=WINDOW)
    store = open_store(settings.data)
    source = Subscription(url, ["#"], "bench", WINDOW)

    def committed(position: int) -> None:
        if position >= count:
            done.set()

    def watch() -> None:
        while store.journal.last() < count:
            time.sleep(0.02)
        done.set()

    feed = Ingest(store, settings, [source]) if whole else Gateway(store.journal, [source], settings, committed)
    feed.start()
    if whole:
        threading.Thread(target=watch, daemon=True).start()
    while not source.ready():
        time.sleep(0.01)
    return feed.stop


def subscriber(side: str, url: str, count: int, folder: str) -> None:
    done = threading.Event()
    end = bare(url, count, done) if side == "bare" else ours(url, count, done, folder, side == "ingest")
    before = os.times()
    print("ready", flush=True)
    done.wait()
    after = os.times()
    print(after.user + after.system - before.user - before.system, flush=True)
    end()


# --- the rest ----------------------------------------------------------------------------------------------------


def measure(side: str, port: int, count: int, folder: Path) -> dict[str, float]:
    command = [sys.executable, __file__, side, f"mqtt://127.0.0.1:{port}", str(count), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        begun = time.perf_counter()
        publish(port, count)
        used = float(process.stdout.readline())
        seconds = time.perf_counter() - begun
        process.wait(60)
    return {"rate": count / seconds, "cpu_us": used / count * 1e6}


def main(rounds: int, count: int) -> None:
    found: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
    for round_ in range(rounds):
        for side in SIDES if round_ % 2 else SIDES[::-1]:
            folder = Path(tempfile.mkdtemp(prefix="aas-bench-"))
            try:
                with mosquitto(folder) as port:
                    found[side].append(measure(side, port, count, folder / "data"))
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            print(
                round_ + 1, side, {key: round(value, 1) for key, value in found[side][-1].items()}, file=sys.stderr
            )
    rates = {side: statistics.median(one["rate"] for one in found[side]) for side in SIDES}
    ratio = statistics.median(
        ours["rate"] / theirs["rate"] for ours, theirs in zip(found["gateway"], found["bare"], strict=True)
    )
    print(
        json.dumps(
            {
                "messages_per_second": {side: round(rate) for side, rate in rates.items()},
                "cpu_us_per_message": {
                    side: round(statistics.median(one["cpu_us"] for one in found[side]), 1) for side in SIDES
                },
                "ratio": round(ratio, 2),
                "limit": LIMIT,
                "kept": ratio >= LIMIT,
            }
        )
    )


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in SIDES:
        subscriber(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
    else:
        parser = argparse.ArgumentParser()
        parser.add_argument("--rounds", type=int, default=5)
        parser.add_argument("--messages", type=int, default=100_000)
        chosen = parser.parse_args()
        main(chosen.rounds, chosen.messages)
