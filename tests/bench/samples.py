"""Samples a second, a hundred to a message: ``python tests/bench/samples.py [--minutes M]``.

A publisher (bytes made beforehand, QoS 1) sends MOS blocks through a real mosquitto to ``aas serve``, a process of
its own, on SQLite (``synchronous=FULL``). First as fast as it goes: durable samples a second (in the journal, so
acknowledged) with 100 samples a message against 1 sample a message, in the same run; the goal is 20 times as many.
Then for so many minutes at half that peak: the journal's tail (messages that are durable but not in the lake yet)
must stay bounded. The full run is ten minutes.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from brokering import WINDOW, mosquitto
from serving import seconds_used, server

from aas_server.ingest.fold import MARK
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.store.sqlite import open_store

LIMIT = 20.0
SAMPLES = 100
TAIL_SECONDS = 20.0
"""What may wait to be folded: records wait five seconds for their fold, another fold runs meanwhile."""
DEVICES = 10
_KINDS = 2_000
"""Different payloads that are made beforehand; what differs between two rounds is their time alone."""


class Publisher:
    """Sends MOS blocks over one socket, at most ``WINDOW`` ahead of the broker's answers."""

    def __init__(self, port: int, samples: int) -> None:
        self._line = socket.create_connection(("127.0.0.1", port))
        self._line.sendall(b"\x10\x10\x00\x04MQTT\x04\x02\x00\x00\x00\x04pubs")
        self._line.recv(4)
        self._bodies = bodies(samples)
        self._sent = self._answered = self._bytes = 0
        self._begun = time.time_ns()

    def send(self, count: int, rate: float | None = None) -> None:
        """``rate``: messages a second, without one as fast as the answers come."""
        begun, end = time.perf_counter(), self._sent + count
        first = self._sent
        while self._answered < end:
            room = min(self._answered + WINDOW, end, self._sent + 100)
            if rate is not None:
                room = min(room, first + int((time.perf_counter() - begun) * rate))
            if room > self._sent:
                self._line.sendall(b"".join(map(self._packet, range(self._sent, room))))
                self._sent = room
            if self._sent > self._answered:
                self._bytes += len(self._line.recv(65536))
                self._answered = self._bytes // 4
            else:
                time.sleep(0.001)

    def _packet(self, number: int) -> bytes:
        topic, before, after = self._bodies[number % _KINDS]
        stamp = b"%d" % (self._begun + number * 1_000_000)
        body = topic + (number % 65535 + 1).to_bytes(2) + before + stamp + after
        size, left = b"", len(body)
        while left:
            size += bytes([left & 127 | (128 if left > 127 else 0)])
            left >>= 7
        return b"\x32" + size + body


def bodies(samples: int) -> list[tuple[bytes, bytes, bytes]]:
    """MOS blocks of so many samples: the topic as MQTT has it, and the payload before and after its time."""
    draw = random.Random(4)
    return [_body(number, samples, draw) for number in range(_KINDS)]


def _body(number: int, samples: int, draw: random.Random) -> tuple[bytes, bytes, bytes]:
    topic = b"mos/type-4/device%d" % (number % DEVICES)
    tags = [
        {"tag": f"Line1.Cell.Station{tag:03d}.Value", "value": f"{draw.gauss(50, 2):.2f}"}
        for tag in range(samples)
    ]
    data = json.dumps(tags, separators=(",", ":")).encode()
    return len(topic).to_bytes(2) + topic, b'{"localtime":"', b'","data":' + data + b"}"


@dataclass
class Tail:
    """How many messages were durable, but not in the lake, as it was looked at."""

    seen: list[int]

    def third(self, number: int) -> int:
        share = max(1, len(self.seen) // 3)
        part = self.seen[number * share : (number + 1) * share]
        return max(part, default=0)


def durable(store: Store, upto: int) -> None:
    while store.journal.last() < upto:
        time.sleep(0.01)


def folded(store: Store, seconds: float = 600) -> bool:
    deadline = time.monotonic() + seconds
    while store.journal.mark(MARK) < store.journal.last():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def peak(store: Store, port: int, samples: int, messages: int) -> float:
    """Durable samples a second."""
    publisher = Publisher(port, samples)
    start = store.journal.last()
    begun = time.perf_counter()
    publisher.send(messages)
    durable(store, start + messages)
    rate = messages * samples / (time.perf_counter() - begun)
    print(f"{samples} a message: {rate:,.0f} samples a second", file=sys.stderr)
    return rate


def steady(store: Store, port: int, rate: float, minutes: float) -> Tail:
    """Messages at a rate, looked at once a second."""
    publisher = Publisher(port, SAMPLES)
    thread = threading.Thread(target=publisher.send, args=(int(rate * minutes * 60), rate))
    thread.start()
    tail = Tail([])
    while thread.is_alive():
        tail.seen.append(store.journal.last() - store.journal.mark(MARK))
        thread.join(1)
    print(f"messages that wait, second by second: {tail.seen}", file=sys.stderr)
    return tail


def measure(folder: Path, messages: Sequence[int], minutes: float) -> dict[str, object]:
    settings = Settings(data=folder / "data")
    open_store(settings.data).close()
    with mosquitto(folder) as port:
        arguments = ("-m", "aas_server", "serve", "--broker", f"mqtt://127.0.0.1:{port}")
        with server(settings, *arguments) as (_, process):
            store = open_store(settings.data)
            small = peak(store, port, 1, messages[0])
            large = peak(store, port, SAMPLES, messages[1])
            caught_up = folded(store)
            used = seconds_used(process)
            rate = large / SAMPLES / 2
            tail = steady(store, port, rate, minutes)
            used = (seconds_used(process) - used) / (minutes * 60)
            memory = _memory(process)
            # What one fold takes comes and goes; beyond that a tail that is longer in the last third grows.
            grown = tail.third(2) - tail.third(1) - settings.fold_records / SAMPLES
            bounded = caught_up and tail.third(2) <= rate * TAIL_SECONDS and grown <= 0
            store.close()
    ratio = large / small
    return {
        "small_samples_per_second": round(small),
        "samples_per_second": round(large),
        "ratio": round(ratio, 1),
        "limit": LIMIT,
        "steady_samples_per_second": round(rate * SAMPLES),
        "minutes": minutes,
        "tail_seconds_by_third": [round(tail.third(third) / rate, 1) for third in range(3)],
        "tail_seconds_limit": TAIL_SECONDS,
        "cpus": round(used, 2),
        "memory_mb": memory,
        "kept": ratio >= LIMIT and bounded,
    }


def _memory(process: psutil.Process) -> int:
    family = [process, *process.children(recursive=True)]
    return round(sum(one.memory_info().rss for one in family) / 2**20)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--small", type=int, default=50_000)
    parser.add_argument("--large", type=int, default=20_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="aas-bench-") as scratch:
        print(json.dumps(measure(Path(scratch), (chosen.small, chosen.large), chosen.minutes)))
