"""What benches of brokers share: a mosquitto with a wide window, and a publisher that costs next to nothing."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from serving import free_port

WINDOW = 1000


@contextmanager
def mosquitto(folder: Path) -> Iterator[int]:
    port = free_port()
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages {WINDOW}\n"
    )
    with subprocess.Popen(["mosquitto", "-c", str(config)], stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 10
            while not _listens(port):
                if time.monotonic() > deadline:
                    raise SystemExit("mosquitto does not start")
                time.sleep(0.02)
            yield port
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def publish(port: int, count: int) -> None:
    """Send ``count`` messages of some 100 bytes over one socket, at most ``WINDOW`` ahead of the answers."""
    packets = []
    for number in range(count):
        topic = b"plant/press/%d" % (number % 50)
        payload = b'{"timestamp_ms":%d,"temperature":%.2f,"pressure":%.2f,"state":"RUN","shot":%d}' % (
            *(1733904005123 + number, 180 + number % 977 / 100, 6 + number % 331 / 100, number),
        )
        body = len(topic).to_bytes(2) + topic + (number % 65535 + 1).to_bytes(2) + payload
        packets.append(b"\x32" + bytes([len(body) & 127 | 128, len(body) >> 7]) + body)
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(b"\x10\x10\x00\x04MQTT\x04\x02\x00\x00\x00\x04pubs")
        answered, sent = -4, 0
        while answered < 4 * count:
            ahead = min(sent + 200, answered // 4 + WINDOW, count)
            if ahead > sent and answered >= 0:
                line.sendall(b"".join(packets[sent:ahead]))
                sent = ahead
            answered += len(line.recv(65536))
