"""Erasing a stream, with proof: everything that came in for it goes, and what went is written down.

What goes: its table with all versions, its messages in the journal and in quarantine, its live values, the
pictures that nothing else names, and what was counted of it. What stays: what the twin says of it (it holds no
payload, and what comes in from now on is read by it as before), the record of the erasure, and the evidence of
collection, which holds counts and hashes only.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from aas_server.clock import Clock, iso
from aas_server.errors import Conflict, NotFound
from aas_server.ingest import feeds
from aas_server.ingest.fold import MARK
from aas_server.product import record
from aas_server.store.contract import COMMON, Entry, Section, Store
from aas_server.store.parquet import quoted, reader
from aas_server.store.records import positions_of
from aas_server.store.sections import everything
from aas_server.streams.counted import Counts
from aas_server.streams.evidence import chain
from aas_server.streams.evidence.verifying import restate
from aas_server.streams.rows import StreamRow
from aas_server.twin.shelf import Run

_OF_STREAM: Sequence[Section] = ("stream", "behind", "replay", "units")
PICTURE = "image"
"""The field under which payload forms name a picture, by its SHA-256."""
_LOOK = 0.05
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Erasure:
    """The proof. ``digest``: the SHA-256 over the messages that went, as ``store.digest`` says; ``bytes``: of
    payload; ``files``: of the table and pictures. ``releases``: those that had pinned the stream. ``time`` is ISO
    8601 UTC."""

    stream: str
    topic: str
    time: str
    by: str
    reason: str
    messages: int
    records: int
    bytes: int
    files: int
    digest: str
    releases: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Erasing:
    """Over one store. Each step may be done again: after a crash the same erasure brings the rest to its end."""

    def __init__(self, store: Store, clock: Clock, run: Run, patience: float = 30.0) -> None:
        """``patience``: seconds to wait for whoever decodes at present."""
        self._patience = patience
        self._store = store
        self._clock = clock
        self._run = run

    def erase(self, row: StreamRow, reason: str, by: str, *, even_released: bool = False) -> Erasure:
        """Raises ``Conflict`` while a release has pinned the stream, unless ``even_released``: its data is then no
        longer there."""
        releases = list(record.pins(self._store).get(row.name, {}))
        if releases and not even_released:
            raise Conflict("erase-released", stream=row.name, releases=", ".join(releases))
        store = self._store
        self._settle(store.journal.last())
        with store.lake.locked():  # nothing is folded into it meanwhile
            last = store.journal.last()
            wanted = self._wanted(row.name)
            pictures = self._pictures(row.name)
            records, files = self._drop(row.name)
            erased = store.journal.erase(wanted)
            feeds.touch(store.catalogue)
            for digest in pictures:
                store.files.remove(digest)
            self._forget(row.name)
            self._begin_after(row.name, last)
        # A server beside us may have decoded some of it before; by then it has shown that for the last time.
        self._settle(last)
        store.live.forget(row.name)
        erasure = Erasure(
            stream=row.name,
            topic=row.topic,
            time=iso(self._clock.now()),
            by=by,
            reason=reason,
            messages=erased.messages,
            records=records,
            bytes=erased.bytes,
            files=files + len(pictures),
            digest=erased.digest,
            releases=tuple(releases),
        )
        store.catalogue.put("erasure", f"{erasure.time} {row.name}", msgspec.json.encode(erasure))
        with store.lake.locked():
            days = msgspec.to_builtins(restate(store))
            chain.append(store, self._clock, "erased", {**erasure.as_json(), "days": days})
        return erasure

    def _settle(self, upto: int) -> None:
        """Wait until whoever decodes has come to a journal position; not for ever."""
        deadline = time.monotonic() + self._patience
        while self._store.journal.mark(MARK) < upto and time.monotonic() < deadline:
            time.sleep(_LOOK)

    def _begin_after(self, stream: str, position: int) -> None:
        """Let the stream be folded from a journal position on: what a server has decoded of it up to there, and
        still holds in memory, is passed over as folded already."""
        rows = pa.table({name: pa.array([], kind) for name, kind in COMMON.items()})
        self._store.lake.fold(stream, rows, position)

    def _wanted(self, stream: str) -> Callable[[Entry], bool]:
        """Whether an entry of the journal belongs to the stream: a record of it came of the message (which may
        bear records of others, too), or its topic says so (nothing could be read of it)."""
        counts = Counts(self._store)
        positions = positions_of(self._store.lake, stream)

        def wanted(entry: Entry) -> bool:
            at = int(np.searchsorted(positions, entry.position))
            there = at < len(positions) and int(positions[at]) == entry.position
            return there or counts.stream_of(entry.message.topic) == stream

        return wanted

    def _drop(self, stream: str) -> tuple[int, int]:
        try:
            gone = self._store.lake.drop(stream)
        except NotFound:
            return 0, 0
        return gone.records, gone.files

    def _pictures(self, stream: str) -> list[str]:
        """Digests of the pictures that neither another stream nor a document names."""
        mine = self._named(stream)
        for other in self._store.lake.streams() if mine else ():
            if other != stream:
                mine -= self._named(other)
        return sorted(mine - self._run(self._store.documents.attached_blobs(sorted(mine)))) if mine else []

    def _named(self, stream: str) -> set[str]:
        """Digests in a stream's column of pictures."""
        lake = self._store.lake
        try:
            if PICTURE not in lake.schema(stream).names:
                return set()
            with reader({"records": lake.paths(lake.pin(stream))}) as database:
                rows = database.execute(
                    f"SELECT DISTINCT {quoted(PICTURE)}::VARCHAR FROM records"  # noqa: S608
                ).fetchall()
        except NotFound:
            return set()
        return {digest for (digest,) in rows if digest is not None and _DIGEST.fullmatch(digest)}

    def _forget(self, stream: str) -> None:
        for section in _OF_STREAM:
            with suppress(NotFound):
                self._store.catalogue.delete(section, stream)


def erasures(store: Store) -> list[Erasure]:
    """All that was erased, in the order of time."""
    return [msgspec.json.decode(body, type=Erasure) for _, body in everything(store.catalogue, "erasure")]
