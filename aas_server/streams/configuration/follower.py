"""Descriptions and mappings in the twin configure how messages are read, whoever wrote them, from the change log.

Every write to the twin is a row of the change log. Those of submodels are looked at in order, from a mark of our
own: an AssetInterfacesDescription becomes declarations, a mapping becomes bindings of live values. All of it can
be done again without harm, so a crash in between is made good by doing it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import msgspec

from aas_server.errors import AasError, NotFound, Unavailable
from aas_server.ingest.trouble import log
from aas_server.store.contract import Change, Document, Store
from aas_server.streams.configuration import bindings, claims, interface, kept, mapping
from aas_server.streams.configuration.finding import Finding
from aas_server.streams.configuration.kept import Kept
from aas_server.streams.configuration.stale import Stale
from aas_server.twin.plain import Json
from aas_server.twin.shelf import Run

_BATCH = 200


class Configuration:
    """Made for worker threads: ``run`` must not be called on its own event loop."""

    def __init__(self, store: Store, run: Run) -> None:
        self._store = store
        self._run = run
        self._stale = Stale(store)

    def catch_up(self) -> bool:
        """Honour all that the change log holds by now; whether anything was there to look at."""
        if not self._changes(self._mark(), 1):
            return False
        with self._store.lake.locked():  # nobody folds by half of it, and no other process does the same
            while changes := self._changes(self._mark(), _BATCH):
                self._apply([one.id for one in changes if one.kind == "submodel"])
                self._store.catalogue.put("configured", "mark", msgspec.json.encode(changes[-1].position))
        return True

    def findings(self, submodel: str) -> list[Finding]:
        """What of a description or mapping is not honoured at present."""
        known = kept.get(self._store.catalogue, submodel)
        return [] if known is None else self._findings(submodel, known)

    def all_findings(self) -> Iterable[tuple[str, Kept, list[Finding]]]:
        """Of every description and mapping: what was read, and what is not honoured."""
        for submodel, known in kept.every(self._store.catalogue):
            yield submodel, known, self._findings(submodel, known)

    def _findings(self, submodel: str, known: Kept) -> list[Finding]:
        described = claims.feeds_of(submodel, known.affordances)
        return [
            *known.findings,
            *known.refused,
            *claims.conflicts(self._store.catalogue, submodel, described),
            *self._stale.findings(submodel, described),
        ]

    def _mark(self) -> int:
        try:
            return msgspec.json.decode(self._store.catalogue.get("configured", "mark"), type=int)
        except NotFound:
            return 0

    def _changes(self, after: int, limit: int) -> list[Change]:
        async def read() -> list[Change]:
            return list(await self._store.documents.changes(after, limit))

        return self._run(read())

    def _documents(self, ids: Iterable[str], *, whole: bool) -> Mapping[str, Document]:
        async def read() -> Mapping[str, Document]:
            return await self._store.documents.several("submodel", list(ids), whole=whole)

        return self._run(read())

    def _apply(self, ids: list[str]) -> None:
        """What these submodels say by now, in the order they were changed last."""
        ids = list(dict.fromkeys(reversed(ids)))[::-1]
        heads = self._documents(ids, whole=False)
        ours = [id for id in ids if id in heads and _is_ours(msgspec.json.decode(heads[id].body))]
        bodies = self._documents(ours, whole=True) if ours else {}
        touched: set[str] = set()
        for id in ids:
            if bindings.mappings_at(self._store.catalogue, "sink", id):
                touched.add(id)  # a sink may have come, gone or changed its type
            document = msgspec.json.decode(bodies[id].body) if id in bodies else None
            if document is not None or kept.get(self._store.catalogue, id) is not None:
                with _alone(id):
                    touched |= self._configure(id, document)
        sinks = self._documents(touched, whole=True) if touched else {}
        for id in sorted(touched):
            bindings.bind(self._store.catalogue, id, msgspec.json.decode(sinks[id].body) if id in sinks else None)

    def _configure(self, id: str, document: Json | None) -> set[str]:
        """One description or mapping; the submodels whose bindings may be others now."""
        catalogue = self._store.catalogue
        before = kept.get(catalogue, id) or Kept()
        after = _read(document)
        now = after or Kept()
        described = claims.feeds_of(id, now.affordances)
        with self._stale.watching({one.stream for one in described} | self._streams(id, before)):
            claims.replace_claims(catalogue, id, claims.feeds_of(id, before.affordances), described)
        # Last: who looks meanwhile must not find a description whose claims are not there yet.
        kept.put(catalogue, id, after)
        bindings.index(catalogue, id, before.pairs, now.pairs)
        mappings = {id, *bindings.mappings_at(catalogue, "source", id)}
        known = [found for one in mappings if (found := kept.get(catalogue, one)) is not None]
        return {pair.sink[0] for one in (before, *known) for pair in one.pairs}

    def _streams(self, id: str, known: Kept) -> set[str]:
        return {one.stream for one in claims.feeds_of(id, known.affordances)}


@contextmanager
def _alone(submodel: str) -> Iterator[None]:
    """A document that nobody foresaw must not keep all that come after it from being honoured. What the store
    can't do at present concerns all of them, and is tried again."""
    try:
        yield
    except AasError as fault:
        if isinstance(fault, Unavailable):
            raise
        log(submodel, fault)
    except Exception as fault:
        log(submodel, fault)


def _is_ours(document: Json) -> bool:
    return interface.is_description(document) or mapping.is_mapping(document)


def _read(document: Json | None) -> Kept | None:
    """What a document says; one that can't be read says nothing, and that is told."""
    if document is None:
        return None
    try:
        return _said(document)
    except Exception as fault:
        log(str(document.get("id")), fault)
        return Kept(findings=(Finding("configuration-unreadable", "", {"fault": repr(fault)[:200]}),))


def _said(document: Json) -> Kept:
    if mapping.is_mapping(document):
        paired = mapping.read(document)
        return Kept(pairs=paired.pairs, findings=paired.findings)
    described = interface.read(document)
    again = claims.twice(described.affordances)
    refused = {one.path for one in again}
    affordances = tuple(one for one in described.affordances if one.path not in refused)
    return Kept(affordances=affordances, findings=(*described.findings, *again))
