"""What people do with streams: list them, look at one, adopt, read again, erase. All doors come here."""

from __future__ import annotations

from collections.abc import Iterator

from aas_server.errors import NotFound
from aas_server.ids import Names
from aas_server.settings import Settings
from aas_server.store.contract import Quarantined, Store
from aas_server.streams import detail
from aas_server.streams.detail import Detail
from aas_server.streams.rows import Pulse, Rows, State, StreamRow

_PAGE = 500


class Desk:
    """Over one store. Synchronous: for worker threads and commands."""

    def __init__(self, store: Store, settings: Settings, pulse: Pulse) -> None:
        self._store = store
        self._names = Names(settings.domain)
        self._rows = Rows(store, pulse)

    def page(
        self, limit: int, after: str = "", *, state: State | None = None, search: str = ""
    ) -> tuple[list[StreamRow], str | None]:
        """See ``Rows.page``."""
        return self._rows.page(limit, after, state=state, search=search)

    def all(self) -> Iterator[StreamRow]:
        """Every stream, in order of name."""
        after: str | None = ""
        while after is not None:
            rows, after = self._rows.page(_PAGE, after)
            yield from rows

    def row(self, name: str) -> StreamRow:
        """One stream by its name, or by its topic or filter. Raises ``NotFound``."""
        found = self._rows.row(name)
        if found is None:
            found = next((row for row in self.all() if row.topic == name), None)
        if found is None:
            raise NotFound("stream-not-found", stream=name)
        return found

    def show(self, name: str) -> Detail:
        """One stream looked at closely. Raises ``NotFound``."""
        row = self.row(name)
        return detail.detail(self._store, self._names, row, (), self._rows.unread_topics(row.name))

    def unread(self, name: str | None, limit: int, after: int = 0) -> tuple[list[Quarantined], int | None]:
        """Messages in quarantine, of one stream or of all, and the position after which to go on. Raises
        ``NotFound``."""
        if name is None:
            found = list(self._store.journal.quarantined(after, limit + 1))
        else:
            topics = self._rows.unread_topics(self.row(name).name)
            of_each = [self._store.journal.quarantined(after, limit + 1, topic) for topic in topics]
            found = sorted((one for part in of_each for one in part), key=lambda one: one.position)[: limit + 1]
        return found[:limit], found[limit - 1].position if len(found) > limit else None
