"""A chain of entries: each bears the hash of the one before it, so none can be changed, left out or put in later.

An entry's hash is the SHA-256 (hex) of its JSON without the member ``hash``: keys sorted, no blanks, UTF-8. Who
keeps the last hash elsewhere (in a registered package, on paper) can prove all that came before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from aas_server.clock import Clock, iso
from aas_server.errors import NotFound
from aas_server.store.contract import Store
from aas_server.store.sections import everything

Kind = Literal["day", "erased", "replayed", "cut", "unreadable"]
"""``unreadable``: what stands in the entry's place is none any more."""
GENESIS = "0" * 64
"""What the first entry has for a hash before it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """``body``: what it tells, by kind. ``time``: when it was written (ISO 8601 UTC)."""

    number: int
    time: str
    kind: Kind
    body: Mapping[str, Any]
    previous: str
    hash: str = ""

    def computed(self) -> str:
        """The hash that follows from the rest."""
        plain = msgspec.to_builtins(self)
        del plain["hash"]
        return digest(plain)


def digest(value: object) -> str:
    """The SHA-256 (hex) of a value's JSON, keys sorted."""
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()


def append(store: Store, clock: Clock, kind: Kind, body: Mapping[str, Any]) -> Entry:
    """Add an entry at the end. Only one process at a time adds one."""
    with store.lake.locked():
        last = head(store)
        number, previous = (last.number + 1, last.hash) if last else (1, GENESIS)
        draft = Entry(number, iso(clock.now()), kind, body, previous)
        entry = Entry(number, draft.time, kind, body, previous, draft.computed())
        store.catalogue.add("evidence", _id(number), msgspec.json.encode(entry))
        store.catalogue.put("evidence-head", "", msgspec.json.encode(number))
        return entry


def head(store: Store) -> Entry | None:
    """The last entry. The note of where it is may lag behind by a crash: it is where the search begins."""
    last = None
    for last in entries(store, max(0, noted_length(store) - 1)):  # noqa: B007 (used after the loop)
        continue
    return last


def noted_length(store: Store) -> int:
    """So many entries there are at least, as the note beside the chain says."""
    try:
        return msgspec.json.decode(store.catalogue.get("evidence-head", ""), type=int)
    except NotFound:
        return 0


def entries(store: Store, after: int = 0) -> Iterator[Entry]:
    """The entries after a number, in order."""
    for id, body in everything(store.catalogue, "evidence", _id(after)):
        yield _entry(id, body)


def page(store: Store, limit: int, after: int = 0) -> list[Entry]:
    """At most ``limit`` entries after a number."""
    found = store.catalogue.page("evidence", limit, _id(after))
    return [_entry(id, body) for id, body in found]


def _entry(id: str, body: bytes) -> Entry:
    """What is stored; it may have been changed into anything, and the hash that is missing then shows it."""
    try:
        return msgspec.json.decode(body, type=Entry)
    except msgspec.DecodeError:
        return Entry(int(id), "", "unreadable", {}, "")


def _id(number: int) -> str:
    return f"{number:012d}"
