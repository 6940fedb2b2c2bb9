"""Bringing up from the journal the streams that were left behind; and folding all there is, for commands."""

from __future__ import annotations

from aas_server.ingest import behind, births, feeds
from aas_server.ingest.declared import Declarations
from aas_server.ingest.decode import Decoder, entries
from aas_server.ingest.fold import MARK, check_goes_on, fold, fold_stream, left_behind
from aas_server.ingest.readings import show
from aas_server.settings import Settings
from aas_server.store.contract import Store
from connectors.sparkplug import Births


class Mending:
    """Goes through the journal a piece at a time, so that the other streams needn't wait for long."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._declarations = Declarations(store.catalogue)
        self._at: dict[str, int] = {}
        self._births: dict[str, Births] = {}

    def look(self) -> None:
        """Find the streams whose table is damaged, restored or taken away. It opens each table: for starts."""
        for facts in feeds.all_facts(self._store.catalogue):
            with self._store.lake.locked(), left_behind(self._store, facts.name):
                check_goes_on(self._store, facts.name)

    def step(self) -> bool:
        """One piece for every stream that is behind and whose table can be read by now; whether there is more to
        do at once. Raises ``Unavailable`` where the disk takes nothing at all."""
        more = False
        for stream in behind.streams(self._store.catalogue):
            at = self._at.pop(stream, 0)
            with self._store.lake.locked(), left_behind(self._store, stream):
                more |= self._piece(stream, at)
        return more

    def _piece(self, stream: str, at: int) -> bool:
        journal = self._store.journal
        folded = self._store.lake.folded(stream)
        start = max(at, folded)
        if start >= journal.mark(MARK):
            self._store.catalogue.delete("behind", stream)
            return False
        known = self._births.pop(stream, None)
        if known is None or known.position != start:
            known = births.at(self._store, start)
        decoder = Decoder(self._settings, start, only=stream, births=known)
        decoder.take(entries(journal, start, journal.mark(MARK)), self._declarations.now())
        for batch in decoder.batches.values():
            fold_stream(self._store, batch, decoder, folded)
        self._at[stream], self._births[stream] = decoder.upto, known
        return True


def catch_up(store: Store, settings: Settings) -> None:
    """Fold all that is in the journal by now; for commands that run without a server, or beside one."""
    end = store.journal.last()
    declarations = Declarations(store.catalogue)
    with store.lake.locked():
        known = births.restored(store, settings)
        while (start := store.journal.mark(MARK)) < end:
            decoder = Decoder(settings, start, births=known)
            decoder.take(entries(store.journal, start, end), declarations.now())
            show(store.live, ((batch, 0) for batch in decoder.batches.values()))
            fold(store, decoder)
    mending = Mending(store, settings)
    mending.look()
    while mending.step():
        pass
