"""Reading Sparkplug B, processor time of one thread: ``python tests/bench/sparkplug.py``.

Messages of 100 metrics by alias with two times, as a gateway sends them; with the datatype in each metric and
without; and a birth of 1,000 metrics with units. The fastest of several rounds counts.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable

from connectors.message import Message
from connectors.payloads import decode
from connectors.sparkplug import Births

ROUNDS, MESSAGES, METRICS, BORN = 15, 100, 100, 1000
NOW = time.time_ns()


def varint(value: int) -> bytes:
    head = b""
    while value > 127:
        head += bytes((value % 128 + 128,))
        value //= 128
    return head + bytes((value,))


def part(tag: int, raw: bytes) -> bytes:
    return bytes((tag,)) + varint(len(raw)) + raw


def metric(alias: int, value: float, stamp: int, kind: bytes = b"\x20\x0a") -> bytes:
    raw = b"\x10" + varint(alias) + b"\x18" + varint(stamp) + kind + b"\x69" + struct.pack("<d", value)
    return part(0x12, raw)


def birth(names: int) -> bytes:
    unit = part(0x0A, b"engUnit") + part(0x12, b"\x08\x0c" + part(0x42, "°C".encode()))
    raw = b"\x08" + varint(NOW // 10**6)
    for alias in range(names):
        told = part(0x0A, b"Line 1/Press/Temperature %d" % alias) + b"\x10" + varint(alias) + b"\x20\x0a"
        raw += part(0x12, told + part(0x4A, unit) + b"\x69" + struct.pack("<d", alias / 8))
    return raw + b"\x18\x01"


def data(seq: int, kind: bytes) -> Message:
    stamp = NOW // 10**6 + seq
    metrics = b"".join(metric(alias, alias * 1.1 + seq, stamp + alias // 50, kind) for alias in range(METRICS))
    payload = b"\x08" + varint(stamp) + metrics + b"\x18" + varint(seq % 256)
    return Message("bench", "spBv1.0/plant/DDATA/edge/press", payload, NOW)


def fastest(work: Callable[[], object], count: int) -> float:
    """Microseconds of processor time for one of ``count`` things that ``work`` does."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best / count * 1e6


def main() -> None:
    births = Births(0)
    announced = Message("bench", "spBv1.0/plant/DBIRTH/edge/press", birth(BORN), NOW)
    decode(announced, births=births)
    for name, kind in (("with datatype", b"\x20\x0a"), ("without", b"")):
        messages = [data(number + 2, kind) for number in range(MESSAGES)]

        def read(messages: list[Message] = messages) -> None:
            for message in messages:
                decode(message, births=births)

        cost = fastest(read, MESSAGES * METRICS)
        print(f"{METRICS} metrics by alias, {name}: {cost:.2f} µs a metric, {1e6 / cost:,.0f} a second")
    cost = fastest(lambda: decode(announced, births=births), BORN)
    print(f"a birth of {BORN} metrics with units: {cost:.2f} µs a metric")


if __name__ == "__main__":
    main()
