"""Sealing days: once a day (UTC) is over and folded, it is counted, and its entry ends the chain.

A day is a run of journal positions: from the first message that arrived on it to the last before the first of the
next. So days have no holes between them and no message belongs to two, whatever a clock did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import msgspec

from aas_server.clock import Clock, from_ns
from aas_server.ingest import feeds
from aas_server.ingest.fold import MARK
from aas_server.store.contract import OTHER_TOPICS, Store, StreamFacts
from aas_server.store.digest import MessagesDigest
from aas_server.streams.counted import Counts
from aas_server.streams.evidence import chain, counting, day, presence
from aas_server.streams.evidence.day import OTHERS, JournalDay, StreamDay

_ENTRIES, _STREAMS, _QUARANTINED = 20_000, 500, 1000
"""Read at a time."""
_GRACE = timedelta(minutes=5)
"""So long after midnight a message may still be on its way to its commit."""


@dataclass(frozen=True, slots=True)
class _Run:
    """A day's run of journal positions."""

    day: date
    first: int
    last: int

    @property
    def begin(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        return self.begin + timedelta(days=1)


class Sealing:
    """Seals the days of one store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._counts = Counts(store)

    def all(self) -> int:
        """Seal every such day, the oldest first; how many there were."""
        return sum(1 for _ in iter(self.step, False))

    def step(self) -> bool:
        """Seal the oldest day that is over, folded and not sealed; whether there was one."""
        due = self._due()
        if due is None or self._store.journal.mark(MARK) < due.last:
            return False
        sealed = self._counted(due)
        with self._store.lake.locked():
            if self._due() != due:  # another process has sealed it meanwhile
                return True
            for one in sealed:
                day.keep(self._store, one)
            self._end(due, sealed)
        return True

    def _due(self) -> _Run | None:
        """The next day. The first of all is that of the first message there is."""
        journal = self._store.journal
        before = day.last_sealed(self._store)
        first = before.last + 1 if before else journal.first()
        if before:
            wanted = date.fromisoformat(before.day) + timedelta(days=1)
        else:
            entries = journal.read(first - 1, 1)
            if not entries:
                return None
            wanted = from_ns(entries[0].message.arrival).date()
        run = _Run(wanted, first, max(first - 1, journal.since(day.bounds(wanted)[1]) - 1))
        return run if self._clock.now() >= run.end + _GRACE else None

    def _end(self, due: _Run, sealed: Sequence[StreamDay]) -> None:
        messages, digest = digest_of(self._store, due.first, due.last)
        whole = JournalDay(
            day=due.day.isoformat(),
            first=due.first,
            last=due.last,
            messages=messages,
            digest=digest,
            streams=len(sealed),
            root=day.root(sealed),
            redelivered=sum(one.duplicates for one in sealed),
            quarantined=sum(one.quarantined for one in sealed),
        )
        last = chain.head(self._store)
        # A crash may have come between the entry and the note of it.
        if last is None or last.kind != "day" or last.body.get("day") != whole.day:
            chain.append(self._store, self._clock, "day", msgspec.to_builtins(whole))
        self._store.catalogue.put("evidence-last-day", "", msgspec.json.encode(whole))

    def _counted(self, due: _Run) -> list[StreamDay]:
        redelivered, quarantined = self._redelivered(due.day), self._quarantined(due)
        sealed: list[StreamDay] = []
        after = ""
        while page := feeds.page_of_facts(self._store.catalogue, _STREAMS, after):
            for facts in page:
                found = self._stream_day(due, facts, redelivered[facts.name], quarantined[facts.name])
                if found is not None:
                    sealed.append(found.sealed())
            after = page[-1].name
        told = {one.stream for one in sealed}
        unmade = [sum(counts[name] for name in counts.keys() - told) for counts in (redelivered, quarantined)]
        if any(unmade):
            sealed.append(_others(due, *unmade).sealed())
        return sealed

    def _stream_day(self, due: _Run, facts: StreamFacts, redelivered: int, quarantined: int) -> StreamDay | None:
        """``None`` for a stream that nobody adopted and of which nothing came."""
        declared = feeds.declaration(self._store.catalogue, facts.name)
        counted = counting.DayCount()
        if due.first <= due.last and (facts.last_arrival or 0) >= day.bounds(due.day)[0]:
            lake = self._store.lake
            paths = lake.paths(lake.pin(facts.name))
            counted = counting.count(paths, due.first, due.last, due.begin, due.end)
        if not (counted.records or redelivered or quarantined or declared.state == "adopted"):
            return None
        regular = counting.regularity(counted, declared.interval, (due.end - due.begin).total_seconds())
        return StreamDay(
            stream=facts.name,
            day=due.day.isoformat(),
            source=facts.source,
            messages=counted.messages,
            records=counted.records,
            duplicates=redelivered,
            quarantined=quarantined,
            repeated=counted.flag("repeated"),
            conflicting=counted.flag("conflicting"),
            late=counted.flag("late"),
            gaps=regular.gaps,
            interval=regular.interval,
            expected=regular.expected,
            coverage=regular.coverage,
            uptime=presence.share(self._store, due.day, facts.source),
            first=counting.moment(counted.first),
            last=counting.moment(counted.last),
        )

    def _redelivered(self, wanted: date) -> Counter[str]:
        counts: Counter[str] = Counter()
        for one in self._store.journal.redelivered_by(day=wanted):
            counts[OTHERS if one.topic == OTHER_TOPICS else self._counts.stream_of(one.topic)] += one.count
        return counts

    def _quarantined(self, due: _Run) -> Counter[str]:
        counts: Counter[str] = Counter()
        after = due.first - 1
        while page := self._store.journal.quarantined(after, _QUARANTINED):
            for one in page:
                if one.position > due.last:
                    return counts
                counts[self._counts.stream_of(one.topic)] += 1
            after = page[-1].position
        return counts


def _others(due: _Run, redelivered: int, quarantined: int) -> StreamDay:
    return StreamDay(
        stream=OTHERS,
        day=due.day.isoformat(),
        source="",
        messages=0,
        records=0,
        duplicates=redelivered,
        quarantined=quarantined,
        repeated=0,
        conflicting=0,
        late=0,
        gaps=None,
        interval=None,
        expected=None,
        coverage=None,
        uptime=0.0,
        first=None,
        last=None,
    )


def digest_of(store: Store, first: int, last: int) -> tuple[int, str]:
    """How many messages stand at these positions that are not erased, and the SHA-256 (hex) over them."""
    made, after = MessagesDigest(), first - 1
    while after < last and (entries := store.journal.read(after, _ENTRIES)):
        for entry in entries:
            if entry.position > last:
                break
            if not entry.erased:
                made.add(entry.message)
        after = entries[-1].position
    return made.count, made.hex()
