"""Reading a stream again from the journal, as it is described by now: one at a time on a data folder."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec

from aas_server.clock import Clock, iso
from aas_server.errors import AasError, Conflict
from aas_server.ingest.replaying import Replayed as Again
from aas_server.ingest.replaying import forget
from aas_server.ingest.trouble import error_of, log
from aas_server.product import record
from aas_server.store.contract import Store
from aas_server.streams.configuration import stale
from aas_server.streams.evidence import chain

_LOCK = "replay.lock"
_TRIES, _PAUSE = 20, 0.05
Engine = Callable[[str, int], Again]
"""Reads a stream's messages after a journal position again."""


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay under way: ``started`` is ISO 8601 UTC, ``after`` a journal position."""

    stream: str
    after: int
    started: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Replayed:
    """``messages`` with ``records`` of the stream were read; ``released``: messages that could not be read before;
    ``quarantined``: those that still can't. ``joined``: the streams that went into this one. ``error``: why it
    ended early, or ``None``."""

    stream: str
    messages: int = 0
    records: int = 0
    released: int = 0
    quarantined: int = 0
    joined: tuple[str, ...] = ()
    error: AasError | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"error": self.error.key if self.error else None}


class Replaying:
    """``engine`` does the work; who asks twice while it does is refused, in whatever process."""

    def __init__(self, store: Store, clock: Clock, engine: Engine) -> None:
        self._store = store
        self._clock = clock
        self._engine = engine
        self._last: dict[str, Replayed] = {}

    def running(self) -> Replay | None:
        """What is replayed at present, by whomever."""
        return running(self._store.folder)

    def last(self, stream: str) -> Replayed | None:
        """How the last replay ended that was started here."""
        return self._last.get(stream)

    def run(self, stream: str, after: int) -> Replayed:
        """Replay and wait. Raises ``Conflict`` where one runs already."""
        with self._held(stream, after):
            done = self._last[stream] = self._work(stream, after)
        return done

    def start(self, stream: str, after: int) -> Replay:
        """Replay in a thread; returns at once. Raises ``Conflict`` where one runs already."""
        taken = threading.Event()
        refused: list[AasError] = []

        def work() -> None:
            try:
                with self._held(stream, after):
                    taken.set()
                    self._last[stream] = self._ended(stream, after)
            except Exception as fault:
                refused.append(error_of(fault))
            finally:
                taken.set()

        threading.Thread(target=work, name=f"replay {stream}").start()
        taken.wait()
        if refused:
            raise refused[0]
        return Replay(stream, after, iso(self._clock.now()))

    def _ended(self, stream: str, after: int) -> Replayed:
        """How it ends, known before it is no longer running."""
        try:
            return self._work(stream, after)
        except Exception as fault:
            log(stream, fault)
            return Replayed(stream, error=error_of(fault))

    def _work(self, stream: str, after: int) -> Replayed:
        former = stale.get(self._store.catalogue, stream)
        again = self._engine(stream, after)
        joined = former.joined if former is not None and after == 0 else ()
        pins = record.pins(self._store) if joined else {}
        for other in joined:
            forget(self._store, other, [*pins.get(other, {}).values()])
            stale.done(self._store.catalogue, other)
        if after == 0:
            stale.done(self._store.catalogue, stream)
        done = Replayed(stream, again.messages, again.records, again.released, again.quarantined, joined)
        told = {"stream": stream, "after": after, "messages": done.messages, "records": done.records}
        chain.append(self._store, self._clock, "replayed", told | {"joined": list(joined)})
        return done

    @contextmanager
    def _held(self, stream: str, after: int) -> Iterator[None]:
        handle = os.open(self._store.folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(handle, self._store.folder)
            note = msgspec.json.encode(Replay(stream, after, iso(self._clock.now())))
            os.ftruncate(handle, 0)
            os.pwrite(handle, note, 0)
            yield
            os.ftruncate(handle, 0)
        finally:
            os.close(handle)


def _lock(handle: int, folder: Path) -> None:
    """Who only looks whether a replay runs holds the lock for a moment, so a second try may succeed. Raises
    ``Conflict``."""
    for _ in range(_TRIES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if (other := running(folder)) is not None:
                raise Conflict("replay-running", stream=other.stream) from None
            time.sleep(_PAUSE)
    raise Conflict("replay-running", stream="?")


def running(folder: Path) -> Replay | None:
    """The replay that runs on a data folder, ``None`` where none does."""
    try:
        handle = os.open(folder / _LOCK, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        with suppress(msgspec.DecodeError):
            return msgspec.json.decode(os.pread(handle, 65_536, 0), type=Replay)
    finally:
        os.close(handle)
    return None
