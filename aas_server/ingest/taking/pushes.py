"""What HTTP requests bring: checked whole, cut into messages, handed to the door, and known again by its key."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from aas_server.errors import AasError, BadInput, Conflict, TooLarge
from aas_server.ingest.taking import topics
from aas_server.ingest.taking.bodies import Body
from aas_server.ingest.taking.chunks import Chunk, chunks
from aas_server.ingest.taking.keys import Keys
from aas_server.ingest.taking.ledger import Note, id_of
from aas_server.settings import Settings
from aas_server.store.contract import Store
from connectors.errors import RecordingError
from connectors.push import Door, Pushed
from connectors.recording import Hints, Table, open_table

_STREAMS = 100
"""Streams that an answer names: a body's device names may be ids."""
_BODY = "body"
"""What a body is called where a file's name would stand."""


@dataclass
class Taking:
    """One push under way. ``repeated``: it was taken before, under the same key; nothing is left to do."""

    note: Note
    chunks: Iterator[Chunk]
    repeated: bool = False
    _end: Callable[[Note], None] = field(default=lambda _: None)
    _release: Callable[[], None] = field(default=lambda: None)

    def took(self, chunk: Chunk, position: int) -> None:
        """A message is durable."""
        self.note.messages += 1
        self.note.records += chunk.rows
        self.note.position = position

    def end(self) -> None:
        """All of it is."""
        self.note.ended = time.time_ns()
        self._end(self.note)

    def release(self, last: Pushed | None = None) -> None:
        """Nobody works on it any more; where ``last`` is undecided, once that is."""
        if last is None or last.position.done():
            self._release()
        else:
            last.position.add_done_callback(lambda _: self._release())


class Pushes:
    """Requests that bring records. ``trouble``: why nothing is committed at present, or ``None``."""

    def __init__(
        self, store: Store, settings: Settings, door: Door, trouble: Callable[[], AasError | None]
    ) -> None:
        self._store = store
        self._settings = settings
        self.door = door
        self.trouble = trouble
        self._keys = Keys(store, settings.idempotency_hours, settings.idempotency_limit)
        self._active: set[str] = set()
        self._lock = threading.Lock()

    def open(self, topic: str, body: Body, key: str | None = None) -> Taking:
        """Check all of a body before any of it is stored. Raises ``BadInput`` with what is wrong and where,
        ``TooLarge``, ``Conflict`` where the key is another body's or at work, ``Unavailable`` where nothing is
        committed at present."""
        topics.check(topic)
        if key is not None:
            return self._open_keyed(topic, body, key)
        self._check_trouble()
        note = Note(topic, self.door.name, "", self.door.now())
        return Taking(note, self._chunks(note, body))

    def _open_keyed(self, topic: str, body: Body, key: str) -> Taking:
        id = id_of(topic, key)
        with self._lock:
            if id in self._active:
                raise Conflict("key-at-work", given=key)
            self._active.add(id)
        try:
            return self._known(id, key, Note(topic, self.door.name, body.digest, self.door.now()), body)
        except BaseException:
            self._release(id)
            raise

    def _known(self, id: str, key: str, new: Note, body: Body) -> Taking:
        note = self._keys.find(id)
        if note is not None and note.digest != new.digest:
            raise Conflict("key-of-another", given=key)
        if note is not None and note.ended:
            self._release(id)
            return Taking(note, iter(()), repeated=True)
        self._check_trouble()
        parts = self._chunks(note or new, body)
        if note is None:
            self._keys.begin(id, note := new)
        return Taking(note, parts, False, lambda done: self._keys.keep(id, done), lambda: self._release(id))

    def _release(self, id: str) -> None:
        with self._lock:
            self._active.discard(id)

    def _check_trouble(self) -> None:
        if (fault := self.trouble()) is not None:
            raise fault

    def _chunks(self, note: Note, body: Body) -> Iterator[Chunk]:
        """The messages of a body behind those that the note counts. All of it is gone through, so that every fault
        is raised here; the note learns of the streams."""
        limit = self._settings.max_message
        how = topics.reading(self._store.catalogue, note.topic, self._settings.zone)

        def check(payload: bytes) -> int:
            count, streams = topics.understood(note.topic, payload, note.arrival, how)
            note.streams = list(dict.fromkeys((*note.streams, *streams)))[:_STREAMS]
            return count

        if not isinstance(body.content, Path):
            for payload in body.content:
                if not payload.strip():
                    raise BadInput("body-empty")
                if len(payload) > limit:
                    raise TooLarge("push-message-large", size=len(payload), limit=limit)
            return iter([Chunk(payload, check(payload)) for payload in body.content][note.messages :])
        table = _table(body.content, body)
        if not table.rows:
            raise BadInput("push-no-rows")
        parts = list(islice(chunks(table.values(), limit, limit), 2))
        if len(parts) < 2 and not note.records:
            check(parts[0].payload)
            return iter(parts)
        for part in chunks(table.values(), limit, limit):
            check(part.payload)
        return chunks(islice(table.values(), note.records, None), limit, limit)


def _table(file: Path, body: Body) -> Table:
    try:
        return open_table(file, Hints(body.kind, body.encoding))
    except RecordingError as fault:
        raise BadInput(fault.key, **(dict(fault.values) | {"file": _BODY})) from None
