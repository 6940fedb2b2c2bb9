"""The servers of a data folder: a lock while each runs, and where it can be reached.

On SQLite there is one; on PostgreSQL several may hold a folder, each with a file of its own."""

from __future__ import annotations

import fcntl
import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

from aas_server.errors import Conflict

NAME = "server.lock"
TRIES = 10
PAUSE = 0.05
_MOST = 1000
"""Servers on one folder: far more than anyone runs, so that a search ends."""


@dataclass(frozen=True, slots=True)
class Running:
    """A running server: its address, and the brokers it listens to."""

    url: str
    brokers: tuple[str, ...]


@contextmanager
def held(folder: Path, server: Running, shared: bool = False) -> Iterator[None]:
    """Hold the folder for a server, with ``shared`` beside others. The lock ends with the process, whatever ends
    it.

    Raises ``Conflict`` where another server holds it and it can't be shared.
    """
    for number in itertools.islice(itertools.count(1), _MOST if shared else 1):
        with _file(folder, number).open("a+b") as file:
            if not _lock(file, TRIES if number == 1 else 1):
                continue
            file.truncate(0)
            file.write(msgspec.json.encode(server))
            file.flush()
            try:
                yield
            finally:
                file.truncate(0)
            return
    other = running(folder)
    raise Conflict("server-runs-already", data=folder, url=other.url if other else "?")


def running(folder: Path) -> Running | None:
    """A server that runs on this folder, or ``None``."""
    return next(iter(all_running(folder)), None)


def all_running(folder: Path) -> list[Running]:
    """All servers that run on this folder, in the order in which they came."""
    numbers = itertools.takewhile(lambda number: _file(folder, number).exists(), itertools.count(1))
    found = [_running(_file(folder, number)) for number in numbers]
    return [server for server in found if server is not None]


def _file(folder: Path, number: int) -> Path:
    return folder / (NAME if number == 1 else f"server-{number}.lock")


def _lock(file: BinaryIO, tries: int) -> bool:
    """Take the lock. Who only looks (``running``) holds it for a moment, so a second try may succeed."""
    for _ in range(tries):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            time.sleep(PAUSE)
    return False


def _running(path: Path) -> Running | None:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            # Between its lock and its note, and again at its end, a server has said nothing.
            with suppress(msgspec.DecodeError):
                return msgspec.json.decode(file.read(), type=Running)
        return None
