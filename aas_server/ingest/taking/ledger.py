"""What was taken in of each file or keyed push, so that nothing of it is stored twice, whatever happens between.

A note is kept before the first message, and brought on now and then. All messages of one taking bear the same
source and time of arrival, which nothing else bears: after a crash they are found in the journal behind the noted
position, and it goes on with the first row that is not there.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec

from aas_server.errors import NotFound
from aas_server.store.contract import Journal, Section, Store

_READ = 1000


class Note(msgspec.Struct, omit_defaults=True):
    """One taking: ``digest`` (SHA-256, hex) of what was brought, ``arrival`` of its messages, ``after``: the
    journal position behind which those not counted here are; ``messages`` and ``records`` that are durable,
    ``position`` of the last of them. ``ended``: ns since 1970, UTC, 0 while it is under way. ``name`` and
    ``label`` of a file: what it was called, and its column of labels."""

    topic: str
    source: str
    digest: str
    arrival: int
    after: int = 0
    messages: int = 0
    records: int = 0
    position: int = 0
    ended: int = 0
    streams: list[str] = []
    name: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The notes of one kind."""

    store: Store
    section: Section

    def find(self, id: str) -> Note | None:
        """A note as it is true now: what a crash left open is made up for from the journal."""
        try:
            note = msgspec.json.decode(self.store.catalogue.get(self.section, id), type=Note)
        except NotFound:
            return None
        if not note.ended:
            _catch_up(self.store.journal, note)
        return note

    def keep(self, id: str, note: Note) -> None:
        """Write the note as it stands, durable when this returns."""
        self.store.catalogue.put(self.section, id, msgspec.json.encode(note))

    def drop(self, id: str) -> None:
        """Forget it: nothing of it can come again."""
        self.store.catalogue.delete(self.section, id)

    def begin(self, id: str, note: Note) -> None:
        """The note of a new taking, before its first message."""
        note.after = self.store.journal.last()
        self.keep(id, note)


def id_of(*parts: str) -> str:
    """An id for a note, whatever signs its parts hold."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _catch_up(journal: Journal, note: Note) -> None:
    """Count what is in the journal behind the note."""
    while entries := journal.read(note.after, _READ):
        for entry in entries:
            message = entry.message
            if message.arrival == note.arrival and message.source == note.source:
                note.messages += 1
                note.records += _rows(message.payload)
                note.position = entry.position
        note.after = entries[-1].position


def _rows(payload: bytes) -> int:
    """Of a payload that ``chunks`` made; anything else is one piece."""
    try:
        value = msgspec.json.decode(payload)
    except msgspec.DecodeError:
        return 1
    return len(value) if isinstance(value, list) else 1
