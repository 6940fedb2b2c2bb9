"""Places for servers on one data folder, each with a client id of its own at the brokers.

A broker keeps a session under a client id, so it must stay the same over restarts, and two servers must not throw
each other out. Where a folder is shared a server locks the first place that is free; the lock ends with the
process.
"""

from __future__ import annotations

import itertools
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from aas_server.store import durable
from aas_server.store.filelock import FileLock

_MOST = 1000
_TRIES, _PAUSE = 5, 0.05
"""Who only looks whether a place is held (``left``) holds it for a moment."""


class Slot:
    """A place, held until ``release``. ``number`` counts from 1."""

    def __init__(self, folder: Path, number: int, lock: FileLock | None) -> None:
        self.number = number
        self._lock = lock
        self._writing = threading.Lock()
        self._file = _file(folder, number)

    def client_id(self, wanted: str | None) -> str:
        """The id at brokers: the one that is set, with the place's number where it is not the first, else one of
        the place's own."""
        if wanted is not None:
            return wanted if self.number == 1 else f"{wanted}-{self.number}"
        if not self._file.exists():
            durable.write(self._file, f"aas-server-{secrets.token_hex(4)}".encode())
        return self._file.read_text()

    def source(self, url: str) -> str:
        """A source's name: redeliveries are known by a session's own last messages in the journal."""
        return url if self.number == 1 else f"{url}#{self.number}"

    def memory(self, url: str) -> SlotMemory:
        """Which filters the session at a broker holds."""
        return SlotMemory(self._file.with_name(f"{self._file.name}.filters"), url, self._writing)

    def brokers(self) -> Sequence[str]:
        """The brokers at which there is, or may be, a session."""
        return sorted(self.memory("").all())

    def forget(self) -> None:
        """The sessions are ended: the place's next holder begins with new ones."""
        self._file.with_name(f"{self._file.name}.filters").unlink(missing_ok=True)
        self._file.unlink(missing_ok=True)

    def release(self) -> None:
        """Leave the place to others. Safe to call twice."""
        if self._lock is not None:
            self._lock.release()


class SlotMemory:
    """Implements ``connectors.mqtt.FilterMemory``: one file a place, by broker."""

    def __init__(self, file: Path, url: str, writing: threading.Lock) -> None:
        self._file = file
        self._url = url
        self._writing = writing

    def all(self) -> dict[str, list[str]]:
        """By the broker's URL without login."""
        if not self._file.exists():
            return {}
        return msgspec.json.decode(self._file.read_bytes(), type=dict[str, list[str]])

    def filters(self) -> Sequence[str]:
        return self.all().get(self._url, [])

    def keep(self, filters: Sequence[str]) -> None:
        with self._writing:
            known = self.all()
            if known.get(self._url) != list(filters):
                durable.write(self._file, msgspec.json.encode(known | {self._url: list(filters)}))


def take(folder: Path, shared: bool) -> Slot:
    """The first free place. Where the folder is not shared there is one, guarded by the server's own lock."""
    if not shared:
        return Slot(folder, 1, None)
    for number in itertools.islice(itertools.count(1), _MOST):
        for _ in range(_TRIES):
            if (slot := take_over(folder, number)) is not None:
                return slot
            time.sleep(_PAUSE)
    raise AssertionError(f"more than {_MOST} servers on {folder}")


def left(folder: Path) -> Iterator[int]:
    """Numbers of places that bear a session and that nobody holds at this moment."""
    for file in sorted(folder.glob("client-id*.filters")):
        number = file.name.removeprefix("client-id").removesuffix(".filters").removeprefix("-") or "1"
        if number.isdecimal() and (lock := _locked(folder, int(number))) is not None:
            lock.release()
            yield int(number)


def take_over(folder: Path, number: int) -> Slot | None:
    """A certain place; ``None`` where somebody holds it."""
    lock = _locked(folder, number)
    return None if lock is None else Slot(folder, number, lock)


def _file(folder: Path, number: int) -> Path:
    return folder / ("client-id" if number == 1 else f"client-id-{number}")


def _locked(folder: Path, number: int) -> FileLock | None:
    lock = FileLock(_file(folder, number).with_suffix(".lock"))
    return lock if lock.take() else None
