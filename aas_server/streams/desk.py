"""What people do with streams: list them, look at one, adopt, read again, erase. All doors come here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from aas_server.clock import Clock
from aas_server.errors import NotFound
from aas_server.ids import Names
from aas_server.product.recipe import Recipe
from aas_server.settings import Settings
from aas_server.store.contract import Quarantined, Store, StreamFacts
from aas_server.streams import detail, erasing
from aas_server.streams.adopting import Adopted, Adopting, Wish, known, plan
from aas_server.streams.beginning import Plan, begin
from aas_server.streams.configuration import Configuration, claims, kept
from aas_server.streams.configuration.finding import Finding
from aas_server.streams.configuration.interface import field_of
from aas_server.streams.configuration.subscribing import address, is_allowed
from aas_server.streams.counted import candidates
from aas_server.streams.detail import Detail
from aas_server.streams.erasing import Erasing, Erasure
from aas_server.streams.replaying import Replay, Replayed, Replaying
from aas_server.streams.rows import Pulse, Rows, State, StreamRow
from aas_server.twin.repository import Repository
from aas_server.twin.shelf import Run
from connectors.topics import covers
from submodels.field import Field

_PAGE = 500
_LOOKED_AT = 20
"""Streams of a filter that are looked at for their fields."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What the desk stands on. ``brokers``: those that the server is connected to, none where nobody knows."""

    store: Store
    settings: Settings
    repository: Repository
    configuration: Configuration
    clock: Clock
    run: Run
    base_url: str
    brokers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Configured:
    """A description or mapping: how many topics or pairs it has, and what of it is not honoured."""

    submodel: str
    kind: str
    count: int
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "submodel": self.submodel,
            "kind": self.kind,
            "count": self.count,
            "findings": [one.as_json() for one in self.findings],
        }


class Desk:
    """Over one data folder. Synchronous: for worker threads and commands."""

    def __init__(self, tools: Tools, pulse: Pulse, replaying: Replaying) -> None:
        self._tools = tools
        self._store = tools.store
        self._names = Names(tools.settings.domain)
        self._rows = Rows(tools.store, pulse)
        self._replaying = replaying

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
        found = self._find(name)
        if found is None:
            raise NotFound("stream-not-found", stream=name)
        return found

    def show(self, name: str) -> Detail:
        """One stream looked at closely. Raises ``NotFound``."""
        return self._detail(self.row(name))

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

    def adopt(self, wish: Wish) -> Adopted:
        """Describe a stream in the twin; what is adopted already stays as it is unless more is said. Where it
        joins others, ``replay`` is still to be done. Raises ``BadInput``, ``Conflict``, ``NotFound``."""
        self._tools.configuration.catch_up()
        row = self._find(wish.target)
        before = known(self._store, row.name) if row is not None and wish == Wish(wish.target) else None
        if before is not None:
            return replace(before, joined=(), replay=False)
        planned = plan(self._store, row, wish)
        shown = [row] if row is not None else [one for one in map(self._find, self._joined(planned.joined)) if one]
        adopting = Adopting(
            self._store, self._tools.repository, self._tools.settings, self._tools.base_url, self._tools.run
        )
        adopted = adopting.write(planned, wish, map(self._detail, shown))
        self._tools.configuration.catch_up()
        return adopted

    def begin(self, plan: Plan) -> Recipe:
        """Begin a product from streams, named as for ``row``. Raises ``NotFound``, ``BadInput``, ``Conflict``."""
        return begin(
            self._store, self._names, replace(plan, streams=tuple(self.row(one).name for one in plan.streams))
        )

    def replay(self, name: str, since: int | None = None) -> Replayed:
        """Read a stream again from the journal, and wait; ``since``: from messages that arrived then on (ns).
        Raises ``NotFound``, ``Conflict`` where one is replayed already."""
        stream, after = self._to_replay(name, since)
        return self._replaying.run(stream, after)

    def start_replay(self, name: str, since: int | None = None) -> Replay:
        """The same in a thread; returns at once."""
        stream, after = self._to_replay(name, since)
        return self._replaying.start(stream, after)

    def replaying(self) -> Replay | None:
        """What is replayed at present."""
        return self._replaying.running()

    def replayed(self, name: str) -> Replayed | None:
        """How the stream's last replay ended that was started here."""
        return self._replaying.last(name)

    def erase(self, name: str, reason: str, by: str, *, even_released: bool = False) -> Erasure:
        """Take all of a stream away for good. Raises ``NotFound``, ``Conflict`` while a release has pinned it."""
        work = Erasing(self._store, self._tools.clock, self._tools.run)
        return work.erase(self.row(name), reason, by, even_released=even_released)

    def erasures(self) -> list[Erasure]:
        """The proofs of all erasures, in the order of time."""
        return erasing.erasures(self._store)

    def configured(self) -> Iterator[Configured]:
        """Every description and mapping in the twin, with what of it is not honoured."""
        for submodel, said, findings in self._tools.configuration.all_findings():
            kind = "mapping" if said.pairs or not said.affordances else "description"
            count = len(said.affordances) or len(said.pairs)
            yield Configured(submodel, kind, count, (*findings, *self._elsewhere(said)))

    def _elsewhere(self, said: kept.Kept) -> Iterable[Finding]:
        """Topics at brokers that nobody is connected to, nor may be."""
        ours = {address(one) for one in self._tools.brokers}
        for one in said.affordances if ours else ():
            ours_too = not one.broker or address(one.broker) in ours
            if not ours_too and not is_allowed(one.broker, self._tools.settings.aid_brokers):
                yield Finding("aid-broker-elsewhere", one.path, {"broker": one.broker}, "note")

    def _detail(self, row: StreamRow) -> Detail:
        described = self._described(row) if row.origin is not None else ()
        return detail.detail(self._store, self._names, row, described, self._rows.unread_topics(row.name))

    def _described(self, row: StreamRow) -> list[Field]:
        """What the stream's description says of its fields, whoever wrote it."""
        origin = str(row.origin)
        described = kept.get(self._store.catalogue, origin)
        for one in described.affordances if described else ():
            if any(feed.stream == row.name for feed in claims.feeds_of(origin, [one])):
                return [field_of(member) for member in one.members]
        return []

    def _find(self, target: str) -> StreamRow | None:
        """A stream by name, else the one that a topic's messages make, else the one that has just this filter."""
        found = self._rows.row(target)
        if found is not None:
            return found
        holders = [one.stream for one in claims.of_topic(self._store.catalogue, target).claims]
        for name in (*holders, *candidates(target)):
            found = self._rows.row(name)
            if found is not None and (found.topic == target or covers(found.topic, target)):
                return found
        return None

    def _joined(self, joined: Iterable[StreamFacts]) -> list[str]:
        return [one.name for one in joined][:_LOOKED_AT]

    def _to_replay(self, name: str, since: int | None) -> tuple[str, int]:
        stream = self.row(name).name
        return stream, 0 if since is None else max(0, self._store.journal.since(since) - 1)
