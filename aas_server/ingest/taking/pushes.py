"""What HTTP requests bring: checked whole, cut into messages, handed to the door, and known again by its key."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from aas_server.errors import AasError, BadInput, Conflict, TooLarge
from aas_server.ingest.taking import topics
from aas_server.ingest.taking.chunks import Chunk, chunks
from aas_server.ingest.taking.keys import Keys
from aas_server.ingest.taking.ledger import Note, id_of
from aas_server.settings import Settings
from aas_server.store.contract import Store
from connectors.errors import RecordingError
from connectors.payloads import stream_name
from connectors.push import Door, Pushed
from connectors.recording import Hints, Table, open_table

_BODY = "body"
"""What a body is called where a file's name would stand."""


@dataclass(frozen=True, slots=True)
class Body:
    """A request's body. ``kind`` is the ending of a file that would hold it (``.csv``), ``encoding`` the text
    encoding that was said, or ``None``. ``content``: of JSON its bytes, of rows (CSV, NDJSON) a file of them."""

    kind: str
    content: bytes | Path
    encoding: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of it all."""
        seen = hashlib.sha256(f"{self.kind} {self.encoding} ".encode())
        if isinstance(self.content, bytes):
            seen.update(self.content)
        else:
            with self.content.open("rb") as file:
                while block := file.read(2**20):
                    seen.update(block)
        return seen.hexdigest()


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
        return Taking(note, self._chunks(topic, body, note.arrival))

    def stream(self, topic: str) -> str:
        """The stream that the topic's records belong to, as far as the topic tells."""
        how = topics.reading(self._store.catalogue, topic, self._settings.zone)
        return how.stream or stream_name(topic)

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
        arrival = new.arrival if note is None else note.arrival
        parts = self._chunks(new.topic, body, arrival, 0 if note is None else note.records)
        if note is None:
            self._keys.begin(id, note := new)
        return Taking(note, parts, False, lambda done: self._keys.keep(id, done), lambda: self._release(id))

    def _release(self, id: str) -> None:
        with self._lock:
            self._active.discard(id)

    def _check_trouble(self) -> None:
        if (fault := self.trouble()) is not None:
            raise fault

    def _chunks(self, topic: str, body: Body, arrival: int, done: int = 0) -> Iterator[Chunk]:
        """The messages of a body behind its first ``done`` records. All of it is gone through, so that every fault
        is raised here."""
        limit = self._settings.max_message
        how = topics.reading(self._store.catalogue, topic, self._settings.zone)
        if isinstance(body.content, bytes):
            if len(body.content) > limit:
                raise TooLarge("push-json-large", size=len(body.content), limit=limit)
            whole = Chunk(body.content, topics.records_in(topic, body.content, arrival, how))
            return iter(() if done else (whole,))
        table = _table(body.content, body)
        if not table.rows:
            raise BadInput("push-no-rows")
        parts = list(islice(chunks(table.values(), limit, limit), 2))
        if len(parts) < 2 and not done:
            topics.records_in(topic, parts[0].payload, arrival, how)
            return iter(parts)
        for part in chunks(table.values(), limit, limit):
            topics.records_in(topic, part.payload, arrival, how)
        return chunks(islice(table.values(), done, None), limit, limit)


def _table(file: Path, body: Body) -> Table:
    try:
        return open_table(file, Hints(body.kind, body.encoding))
    except RecordingError as fault:
        raise BadInput(fault.key, **(dict(fault.values) | {"file": _BODY})) from None
