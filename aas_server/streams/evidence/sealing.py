"""Sealing days: once a day (UTC) is over and folded, it is counted, and its entry ends the chain.

A day is a run of journal positions: from the first message that arrived on it to the last before the first of the
next. So days have no holes between them and no message belongs to two, whatever a clock did.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import msgspec

from aas_server.clock import Clock
from aas_server.errors import NotFound
from aas_server.ingest import feeds
from aas_server.ingest.fold import MARK
from aas_server.store.contract import Store, StreamFacts
from aas_server.streams.counted import Counts
from aas_server.streams.evidence import chain, counting, day, presence
from aas_server.streams.evidence.day import OTHERS, JournalDay, StreamDay
from connectors.message import Message

_ENTRIES = 20_000
_GRACE = timedelta(minutes=5)
"""So long after midnight a message may still be on its way to its commit."""


class Sealing:
    """Seals the days of one store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._counts = Counts(store)

    def step(self) -> bool:
        """Seal the oldest day that is over, folded and not sealed; whether there was one."""
        with self._store.lake.locked():
            due = self._due()
            if due is None:
                return False
            wanted, first, last = due
            if self._store.journal.mark(MARK) < last:
                return False
            self._seal(wanted, first, last)
        return True

    def _due(self) -> tuple[date, int, int] | None:
        """The next day and its positions. The first is that of the first message there is."""
        journal = self._store.journal
        sealed = self.last_day()
        first = sealed.last + 1 if sealed else journal.first()
        if sealed:
            wanted = date.fromisoformat(sealed.day) + timedelta(days=1)
        else:
            entries = journal.read(first - 1, 1)
            if not entries:
                return None
            wanted = datetime.fromtimestamp(entries[0].message.arrival / 1e9, UTC).date()
        if self._clock.now() < datetime(wanted.year, wanted.month, wanted.day, tzinfo=UTC) + timedelta(1) + _GRACE:
            return None
        return wanted, first, max(first - 1, journal.since(day.bounds(wanted)[1]) - 1)

    def last_day(self) -> JournalDay | None:
        """The day that was sealed last."""
        try:
            return msgspec.json.decode(self._store.catalogue.get("evidence-last-day", ""), type=JournalDay)
        except NotFound:
            return None

    def _seal(self, wanted: date, first: int, last: int) -> None:
        quarantined = self._quarantined(first, last)
        redelivered = self._redelivered(wanted)
        sealed = [
            self._stream_day(facts, wanted, first, last, redelivered, quarantined)
            for facts in feeds.all_facts(self._store.catalogue)
        ]
        sealed = [one for one in sealed if one is not None]
        told = {one.stream for one in sealed}
        others = [(counts[name], name) for counts in (redelivered, quarantined) for name in counts]
        if any(name not in told for _, name in others):
            sealed.append(self._others(wanted, told, redelivered, quarantined))
        for one in sealed:
            day.keep(self._store, one)
        messages, digest = digest_of(self._store, first, last)
        whole = JournalDay(
            day=wanted.isoformat(),
            first=first,
            last=last,
            messages=messages,
            digest=digest,
            streams=len(sealed),
            root=root([one.hash for one in sealed]),
            redelivered=sum(redelivered.values()),
            quarantined=sum(quarantined.values()),
        )
        chain.append(self._store, self._clock, "day", msgspec.to_builtins(whole))
        self._store.catalogue.put("evidence-last-day", "", msgspec.json.encode(whole))

    def _stream_day(
        self,
        facts: StreamFacts,
        wanted: date,
        first: int,
        last: int,
        redelivered: Counter[str],
        quarantined: Counter[str],
    ) -> StreamDay | None:
        begin = datetime(wanted.year, wanted.month, wanted.day, tzinfo=UTC)
        end = begin + timedelta(days=1)
        counted = counting.Counted()
        if last >= first:
            lake = self._store.lake
            counted = counting.count(lake.paths(lake.pin(facts.name)), first, last, begin, end)
        declared = feeds.declaration(self._store.catalogue, facts.name).interval
        regular = counting.regularity(counted, declared, 86_400.0)
        before = day.of_stream_before(self._store, facts.name, wanted.isoformat())
        return StreamDay(
            stream=facts.name,
            day=wanted.isoformat(),
            source=facts.source,
            messages=counted.messages,
            records=counted.records,
            duplicates=redelivered[facts.name],
            quarantined=quarantined[facts.name],
            repeated=counted.flag("repeated"),
            conflicting=counted.flag("conflicting"),
            late=counted.flag("late"),
            gaps=regular.gaps,
            interval=regular.interval,
            expected=regular.expected,
            coverage=regular.coverage,
            uptime=presence.share(self._store, wanted, facts.source),
            first=counted.time(counted.first),
            last=counted.time(counted.last),
        ).sealed(before)
