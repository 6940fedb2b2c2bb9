"""One server a data folder: a lock while it runs, and where it can be reached."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

from aas_server.errors import Conflict

NAME = "server.lock"
TRIES = 10
PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Running:
    """A running server: its address, and the brokers it listens to."""

    url: str
    brokers: tuple[str, ...]


@contextmanager
def held(folder: Path, server: Running) -> Iterator[None]:
    """Hold the folder for a server. The lock ends with the process, whatever ends it.

    Raises ``Conflict`` where another server holds it.
    """
    with (folder / NAME).open("a+b") as file:
        if not _lock(file):
            other = running(folder)
            raise Conflict("server-runs-already", data=folder, url=other.url if other else "?")
        file.truncate(0)
        file.write(msgspec.json.encode(server))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _lock(file: BinaryIO) -> bool:
    """Take the lock. Who only looks (``running``) holds it for a moment, so a second try may succeed."""
    for _ in range(TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            time.sleep(PAUSE)
    return False


def running(folder: Path) -> Running | None:
    """The server that runs on this folder, or ``None``."""
    try:
        file = (folder / NAME).open("rb")
    except FileNotFoundError:
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return msgspec.json.decode(file.read(), type=Running)
        return None
