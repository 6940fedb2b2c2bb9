"""Files taken in: their rows become messages in the journal, each row once, whatever ends the work in between.

A file is known by its content (SHA-256) and the topic it goes to. Progress is kept in the catalogue: a
file that was broken off goes on with its next row, and one that was taken already is told, not stored again.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from aas_server.errors import BadInput, Conflict
from aas_server.ids import slug
from aas_server.ingest import feeds
from aas_server.ingest.taking import topics
from aas_server.ingest.taking.chunks import Chunk, chunks
from aas_server.ingest.taking.claims import claimed
from aas_server.ingest.taking.ledger import Ledger, Note, id_of
from aas_server.settings import Settings
from aas_server.store.contract import Store
from connectors.errors import RecordingError
from connectors.payloads import stream_name
from connectors.recording import Hints, Recording, open_recording, parts

SOURCE = "file"
"""What messages made of files bear as their source, whoever takes them in."""
Send = Callable[[str, Chunk, int], int]
"""Makes a message durable: its topic, payload and arrival; returns its position in the journal."""
Show = Callable[[int, int], None]
"""Told rows done and rows in all."""

_NOTED_EVERY = 32
"""Messages between two notes: so many are looked for in the journal after a crash."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How a file is to be taken in. ``topic``: else ``recording/<file's name>``. ``time`` and ``label`` name
    columns; ``zone`` is that of times that bear none; ``again``: also where it was taken already."""

    topic: str | None = None
    time: str | None = None
    label: str | None = None
    zone: str | None = None
    again: bool = False
    hints: Hints = field(default_factory=Hints)


@dataclass(frozen=True, slots=True)
class Taken:
    """One table of a file. ``known``: it was there already; ``resumed``: how many of its rows an earlier run had
    stored. ``position``: of its last message in the journal."""

    topic: str
    stream: str
    part: str
    rows: int
    messages: int
    position: int
    known: bool
    resumed: int
    time: str | None


class Files:
    """Takes files into one store."""

    def __init__(self, store: Store, settings: Settings, send: Send) -> None:
        self._store = store
        self._settings = settings
        self._send = send
        self._ledger = Ledger(store, "ingested")

    def take(self, file: Path, wish: Wish, show: Show = lambda _done, _all: None) -> list[Taken]:
        """All tables of a file, one after the other. Raises ``BadInput`` with what is wrong and where; nothing of
        the file is stored then. ``Conflict`` where another process is at work on the file, or it changes."""
        hints = replace(
            wish.hints,
            unpacked=self._settings.max_package_size,
            ratio=self._settings.max_package_ratio,
            parts=self._settings.max_package_parts,
        )
        try:
            found = (hints.part,) if hints.part else parts(file, hints)
            content = _Content(file)
            with claimed(self._store.folder, content.digest):
                for part in found if len(found) > 1 else ():
                    open_recording(file, hints=replace(hints, part=part))  # what is wrong in one refuses all
                return [
                    self._table(content, replace(wish, hints=replace(hints, part=part or None)), name, show)
                    for part in found
                    for name in (part if len(found) > 1 else "",)
                ]
        except RecordingError as fault:
            raise BadInput(fault.key, **fault.values) from None

    def _table(self, content: _Content, wish: Wish, name: str, show: Show) -> Taken:
        """``name`` of the table where the file holds several: each has a topic of its own then."""
        file, part = content.file, wish.hints.part or ""
        base = wish.topic or f"recording/{slug(file.stem)}"
        topic = topics.check(f"{base}/{topics.level(name)}" if name else base)
        id = id_of(content.digest, topic, part)
        note = self._ledger.find(id)
        if note is not None and note.ended and not wish.again:
            return _taken(note, part, True, 0, None)
        opened = open_recording(file, time=wish.time, label=wish.label, hints=wish.hints)
        resumed = 0
        if note is None or note.ended:
            note = Note(topic, SOURCE, content.digest, time.time_ns(), name=file.name, label=wish.label or "")
            self._prepare(topic, opened, wish, note.arrival)
            self._ledger.begin(id, note)
        else:
            resumed = note.records
        self._send_all(id, note, content, opened, show)
        return _taken(note, part, False, resumed, opened.time)

    def _prepare(self, topic: str, opened: Recording, wish: Wish, arrival: int) -> None:
        """Say what people know of the stream, and look whether its messages will be understood."""
        self._declare(topic, opened, wish)
        how = topics.reading(self._store.catalogue, topic, self._settings.zone)
        first = next(self._chunks(opened, 0))
        topics.understood(topic, first.payload, arrival, how)

    def _declare(self, topic: str, opened: Recording, wish: Wish) -> None:
        catalogue, stream = self._store.catalogue, stream_name(topic)
        known = feeds.declaration(catalogue, stream)
        fresh = known == feeds.Declaration() and feeds.messages(catalogue, stream) == 0
        column = wish.time or (opened.time if fresh else None)
        for name, wanted, declared in (("time", column, known.time_column), ("zone", wish.zone, known.zone)):
            if wanted is not None and declared not in (None, wanted):
                raise Conflict("file-stream-other", stream=stream, option=name, declared=declared, wanted=wanted)
        said = replace(known, time_column=column or known.time_column, zone=wish.zone or known.zone)
        if said != known:
            feeds.declare(catalogue, stream, said)

    def _chunks(self, opened: Recording, done: int) -> Iterator[Chunk]:
        return chunks(islice(opened.values(), done, None), self._settings.max_message)

    def _send_all(self, id: str, note: Note, content: _Content, opened: Recording, show: Show) -> None:
        for chunk in self._chunks(opened, note.records):
            note.position = self._send(note.topic, chunk, note.arrival)
            note.messages += 1
            note.records += chunk.rows
            show(note.records, opened.rows)
            if note.messages % _NOTED_EVERY == 0:
                note.after = note.position
                self._ledger.keep(id, note)
        if content.changed:
            raise Conflict("file-changed", file=content.file.name, rows=note.records)
        note.ended = time.time_ns()
        self._ledger.keep(id, note)


def _taken(note: Note, part: str, known: bool, resumed: int, time_column: str | None) -> Taken:
    stream = stream_name(note.topic)
    return Taken(note.topic, stream, part, note.records, note.messages, note.position, known, resumed, time_column)


class _Content:
    """A file's bytes, by their SHA-256 (hex) as they were first read."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._before = self._state()
        with file.open("rb") as content:
            self.digest = hashlib.file_digest(content, "sha256").hexdigest()

    @property
    def changed(self) -> bool:
        """Whether somebody wrote to it since."""
        return self._state() != self._before

    def _state(self) -> tuple[int, int]:
        found = self.file.stat()
        return found.st_size, found.st_mtime_ns
