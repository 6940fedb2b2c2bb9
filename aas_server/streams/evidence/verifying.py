"""Proving it: whether the chain holds, and whether what is kept is still what was sealed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from aas_server.store.contract import Store
from aas_server.streams.evidence import chain, day
from aas_server.streams.evidence.chain import GENESIS, Entry
from aas_server.streams.evidence.day import JournalDay
from aas_server.streams.evidence.sealing import digest_of

State = Literal["good", "changed", "explained", "gone"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one thing that was sealed: ``changed`` is a breach; ``explained`` differs, and a later entry
    of the chain says why (an erasure); ``gone`` can't be compared any more, since the journal was pruned. ``key``
    and ``values`` of a sentence."""

    number: int
    state: State
    key: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Restated:
    """What a sealed day's messages came to after an erasure: how many are left, and the SHA-256 over them."""

    day: str
    messages: int
    digest: str


@dataclass(frozen=True, slots=True)
class Verified:
    """``entries``: how many were looked at; ``head``: the hash of the last. ``findings``: all that isn't good."""

    entries: int
    days: int
    head: str
    findings: Sequence[Finding]

    @property
    def holds(self) -> bool:
        return not any(one.state == "changed" for one in self.findings)

    def as_json(self, sentence: Callable[..., object]) -> dict[str, object]:
        """As it is answered and printed. ``sentence(key, **values)`` makes of a finding what people read."""
        findings = [
            {"number": one.number, "state": one.state, "message": sentence(one.key, **one.values)}
            for one in self.findings
        ]
        told = {"holds": self.holds, "entries": self.entries, "days": self.days, "head": self.head}
        return told | {"findings": findings}


def verify(store: Store, head: str = "") -> Verified:
    """Compute every hash anew: of the chain, the streams' days, and the journal's messages that are there.
    ``head``: a hash that was kept elsewhere; the chain must have it. Records in the lake are not looked at: they
    follow from the messages, by a replay."""
    findings: list[Finding] = []
    count = days = 0
    previous, last_number = GENESIS, 0
    restated = restatements(store)
    for entry in chain.entries(store):
        count += 1
        findings += _linked(entry, previous, last_number)
        if entry.kind == "day":
            days += 1
            findings += _day(store, entry, restated)
        previous, last_number = entry.hash, entry.number
        head = "" if entry.hash == head else head
    if (noted := chain.noted_length(store)) > last_number:
        cut = {"number": str(last_number), "noted": str(noted)}
        findings.append(Finding(noted, "changed", "evidence-end-missing", cut))
    if head:
        findings.append(Finding(last_number, "changed", "evidence-head-missing", {"head": head}))
    return Verified(count, days, previous, tuple(findings))


def restatements(store: Store) -> dict[str, Restated]:
    """What the journal's days came to after erasures, by day: the last word of the chain."""
    found: dict[str, Restated] = {}
    for entry in chain.entries(store):
        if entry.kind == "erased":
            with suppress(msgspec.ValidationError):  # a changed entry, which explains nothing
                found |= {one.day: one for one in msgspec.convert(entry.body.get("days", []), list[Restated])}
    return found


def restate(store: Store) -> list[Restated]:
    """The sealed days whose messages are not what the chain says by now: to be put into an erasure's entry."""
    known = restatements(store)
    found = []
    for entry in chain.entries(store):
        if entry.kind == "day":
            whole = msgspec.convert(entry.body, JournalDay)
            if whole.first <= whole.last and store.journal.first() <= whole.first:
                now = Restated(whole.day, *digest_of(store, whole.first, whole.last))
                if now != known.get(whole.day, Restated(whole.day, whole.messages, whole.digest)):
                    found.append(now)
    return found


def _linked(entry: Entry, previous: str, last: int) -> Iterator[Finding]:
    if entry.computed() != entry.hash:
        yield Finding(entry.number, "changed", "evidence-entry-changed", {"number": str(entry.number)})
    if entry.previous != previous or entry.number != last + 1:
        yield Finding(entry.number, "changed", "evidence-chain-broken", {"number": str(entry.number)})


def _day(store: Store, entry: Entry, restated: Mapping[str, Restated]) -> Iterator[Finding]:
    told = {"number": str(entry.number)}
    try:
        whole = msgspec.convert(entry.body, JournalDay)
    except msgspec.ValidationError:
        yield Finding(entry.number, "changed", "evidence-entry-changed", told)
        return
    told |= {"day": whole.day}
    try:
        kept = list(day.of_day(store, whole.day))
    except msgspec.DecodeError:
        kept = []
    if len(kept) != whole.streams or day.root(kept) != whole.root:
        yield Finding(entry.number, "changed", "evidence-days-changed", told)
    for one in kept:
        if one.computed() != one.hash:
            yield Finding(entry.number, "changed", "evidence-day-changed", told | {"stream": one.stream})
    if whole.first <= whole.last:
        yield from _messages(store, entry.number, whole, restated.get(whole.day), told)


def _messages(
    store: Store, number: int, whole: JournalDay, restated: Restated | None, told: Mapping[str, str]
) -> Iterator[Finding]:
    if store.journal.first() > whole.first:
        yield Finding(number, "gone", "evidence-journal-pruned", told)
        return
    now = Restated(whole.day, *digest_of(store, whole.first, whole.last))
    if restated is not None and now == restated:
        yield Finding(number, "explained", "evidence-journal-erased", told)
    elif now != Restated(whole.day, whole.messages, whole.digest):
        yield Finding(number, "changed", "evidence-journal-changed", told)
