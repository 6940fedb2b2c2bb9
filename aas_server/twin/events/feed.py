"""The feed of events: pages from the change log, from any place in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aas_server.store.contract import Documents
from aas_server.twin.events import Event, Presentation, events_of, position_of
from aas_server.twin.events.rsql import Wanted

SCAN = 20
"""Pages of changes looked through for one page of events: a filter that finds little gives short pages, not long
waits."""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Events in order of their changes, and the position after which to go on; ``ended`` where nothing follows by
    now. A page never parts the events of one change, so it may hold one more than was asked for."""

    events: Sequence[Event]
    after: int
    ended: bool


class Feed:
    """The events of a store, read from any position."""

    def __init__(self, documents: Documents, base_url: str) -> None:
        self._documents = documents
        self._base_url = base_url

    async def page(
        self, after: int, limit: int, wanted: Wanted | None = None, presentation: Presentation = "REGULAR"
    ) -> FeedPage:
        """At most ``limit`` events (see ``FeedPage``) of the changes after a position."""
        found: list[Event] = []
        for _ in range(SCAN):
            changes = await self._documents.changes(after, limit)
            made = await events_of(self._documents, changes, self._base_url, presentation)
            for event in made:
                position = position_of(event["id"]) or 0
                if len(found) >= limit and position > after:
                    return FeedPage(found, after, False)
                after = position
                if wanted is None or wanted(event):
                    found.append(event)
            after = changes[-1].position if changes else after
            if len(changes) < limit:
                return FeedPage(found, after, True)
        return FeedPage(found, after, False)

    async def last(self) -> int:
        """The position of the last change."""
        return await self._documents.last_change()

    async def before(self, moment: datetime) -> int:
        """The position after which the changes of a moment and later stand: the log's times grow with it."""
        low, high = 0, await self.last()
        while low < high:
            middle = (low + high) // 2
            following = next(iter(await self._documents.changes(middle, 1)), None)
            if following is None or following.time >= moment:
                high = middle
            else:
                low = following.position
        return low
