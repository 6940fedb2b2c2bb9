"""Reading payloads against parsing their JSON alone: ``python tests/bench/decoding.py``.

Processor time of one thread for a message of 100 samples of each form, and as a ratio to what a JSON parser
(msgspec, into plain objects) takes for the same bytes. Both are measured in turns; the fastest slice of each
counts.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import msgspec

from connectors.message import Message
from connectors.payloads import decode

SAMPLES = 100
SLICES, CALLS = 15, 200
NOW = time.time_ns()
SECOND = 10**9
EPOCH = NOW - 60 * SECOND


def messages() -> dict[str, tuple[str, object, int]]:
    """Name → topic, payload and number of samples."""
    count = range(SAMPLES)
    tags = [f"Product.CA03.Operation.Value{number}" for number in count]
    telemetry = [{"ts": EPOCH // 10**6 + n, "values": {"temperature": 20 + n / 8, "pressure": 1.5}} for n in count]
    field = {"SourceTimestamp": "2026-01-05T10:14:33.1234567Z"}
    return {
        "MOS TYPE 4, numbers as text": (
            "mos/type-4/ca03",
            {"localtime": EPOCH, "data": [{"tag": tag, "value": str(n / 8)} for n, tag in enumerate(tags)]},
            SAMPLES,
        ),
        "MOS TYPE 4, a state in five, own stamps": (
            "mos/type-4/ca03",
            {
                "localtime": "0",
                "data": [
                    {"tag": tag, "value": str(n / 8) if n % 5 else "RUN", "timestamp": EPOCH + n}
                    for n, tag in enumerate(tags)
                ],
            },
            SAMPLES,
        ),
        "ThingsBoard device, 100 times": ("v1/devices/me/telemetry", telemetry, SAMPLES),
        "ThingsBoard gateway, 10 devices": (
            "v1/gateway/telemetry",
            {f"Pump {n}": telemetry[n * 10 : n * 10 + 10] for n in range(10)},
            SAMPLES,
        ),
        "flat row of 100 tags": (
            "factory1/data/_all",
            {"timestamp": EPOCH // 1000, "date": "2026-01-05"} | {f"plc001@tag{n}": n / 8 for n in count},
            SAMPLES,
        ),
        "100 flat records": (
            "line/press",
            [{"ts": EPOCH // 10**6 + n, "a": n / 8, "b": 1.5} for n in count],
            SAMPLES,
        ),
        "OPC UA, 100 fields with times": (
            "aio/data/x",
            {f"Tag {n}": field | {"Value": n / 8} for n in count},
            SAMPLES,
        ),
        "UMH, one value": ("umh/v1/a/b/_raw/t", {"timestamp_ms": EPOCH // 10**6, "value": 1.5}, 1),
        "bare value": ("Enterprise A/Line 1/Pump/Current", 1.3302, 1),
    }


def fastest(*works: Callable[[], object]) -> list[float]:
    """Seconds of processor time a call, of each of some works that take turns."""
    best = [float("inf")] * len(works)
    for _ in range(SLICES):
        for number, work in enumerate(works):
            start = time.process_time()
            for _ in range(CALLS):
                work()
            best[number] = min(best[number], (time.process_time() - start) / CALLS)
    return best


def main() -> None:
    parser = msgspec.json.Decoder()
    for name, (topic, content, samples) in messages().items():
        payload = json.dumps(content, separators=(",", ":")).encode()
        message = Message("bench", topic, payload, NOW, 1)
        read, parsed = fastest(lambda m=message: decode(m), lambda p=payload: parser.decode(p))  # type: ignore[misc]
        each = read / samples * 1e6
        print(
            f"{name:42} {each:6.2f} µs a sample, {read * 1e6:6.1f} µs a message, {read / parsed:5.2f} × the parser"
        )


if __name__ == "__main__":
    main()
