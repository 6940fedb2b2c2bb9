"""Which description speaks for a topic: each claims its filters, the first one holds, others must say the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec

from aas_server.errors import NotFound
from aas_server.ingest import feeds
from aas_server.ingest.feeds import Declaration, FieldType
from aas_server.store.contract import COMMON, Catalogue
from aas_server.streams.configuration.finding import Finding
from aas_server.streams.configuration.interface import Affordance, Member
from connectors.payloads import Reading, stream_name
from connectors.payloads.placing import narrow
from templates import units

Said = TypeVar("Said")
_OF_THE_LAKE = re.compile(rf"({'|'.join(COMMON)})_\d+")
"""What a field is stored as that is called like one of the lake's own columns."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Messages under one filter as one description has them: the stream they become, and the elements that
    describe its fields (path → name). ``path``: of the affordance."""

    topic: str
    stream: str
    declaration: Declaration
    paths: Mapping[str, str]
    path: str


@dataclass(frozen=True, slots=True)
class Claim:
    """``origin``: the id of the description; ``path``: of the affordance in it."""

    origin: str
    path: str
    stream: str
    declaration: Declaration


class Claims(msgspec.Struct):
    """Of one filter. ``before``: what had been declared of the stream until somebody described it."""

    claims: list[Claim] = []
    before: Declaration | None = None


def feeds_of(origin: str, affordances: Iterable[Affordance]) -> list[Feed]:
    """A description's affordances as feeds. Single values below one device are one feed: their tags share a
    stream."""
    found: dict[str, Feed] = {}
    for one in affordances:
        feed = _single(origin, one) if one.single and one.stream is None else _whole(origin, one)
        before = found.get(feed.topic)
        if before is None:
            found[feed.topic] = feed
        elif one.single:
            both = {**before.declaration.units, **feed.declaration.units}
            declaration = replace(before.declaration, units=both)
            found[feed.topic] = replace(before, declaration=declaration, paths={**before.paths, **feed.paths})
    return list(found.values())


def twice(affordances: Iterable[Affordance]) -> list[Finding]:
    """Affordances of one description that name a topic again."""
    seen: dict[str, str] = {}
    findings = []
    for one in affordances:
        other = seen.setdefault(one.topic, one.path)
        if other != one.path:
            findings.append(Finding("aid-topic-twice", one.path, {"topic": one.topic, "other": other}))
    return findings


def _whole(origin: str, one: Affordance) -> Feed:
    named: dict[str, Member] = {member.name: member for member in one.members}
    time = next((member.name for member in one.members if member.is_time), None)
    if time is not None and one.stream is not None and (stored := _OF_THE_LAKE.fullmatch(time)):
        time = stored[1]  # our own descriptions name the column; messages are read by what the gateway wrote
    declaration = Declaration(
        time_column=time,
        zone=one.zone,
        units=_units(one.members),
        titles={name: dict(member.title) for name, member in named.items() if member.title},
        topic=one.topic,
        joins=one.joins,
        form=one.form,
        device=one.device,
        keys={member.key: member.name for member in one.members if member.key != member.name},
        types={name: member.type for name, member in named.items() if member.type is not None},
        interval=one.interval,
        state="adopted",
        origin=origin,
    )
    stream = one.stream or stream_name(one.topic)
    return Feed(one.topic, stream, declaration, {member.path: member.name for member in one.members}, one.path)


def _single(origin: str, one: Affordance) -> Feed:
    """A topic of one bare value is a tag of its device's stream, as it would be undescribed."""
    place = narrow(one.topic, Reading())
    declaration = Declaration(
        topic=place.filter,
        joins=False,
        units=_units(one.members, place.name),
        state="adopted",
        origin=origin,
    )
    return Feed(place.filter, place.stream, declaration, {one.path: place.name}, one.path)


def _units(members: Iterable[Member], tag: str | None = None) -> dict[str, str]:
    """Field → symbol of its unit. A text has none, whatever is said."""
    found: dict[str, str] = {}
    for member in members:
        if member.unit and member.type in _NUMBERS:
            known = units.by_code(member.unit) or units.unit(member.unit)
            found[tag or member.name] = known.symbol if known else member.unit
    return found


_NUMBERS: frozenset[FieldType | None] = frozenset({"double", "int64"})


def replace_claims(catalogue: Catalogue, origin: str, old: Iterable[Feed], new: Iterable[Feed]) -> list[str]:
    """Make ``new`` what a description claims in place of ``old``; the filters whose stream may read otherwise
    now. What goes is settled first: its stream's name may be wanted for another filter."""
    wanted = {feed.topic: feed for feed in new}
    gone = {feed.topic for feed in old} - set(wanted)
    for topic in (*sorted(gone), *wanted):
        _settle(catalogue, topic, origin, wanted.get(topic))
    return [*gone, *wanted]


def _settle(catalogue: Catalogue, topic: str, origin: str, feed: Feed | None) -> None:
    claims = of_topic(catalogue, topic)
    before = claims.claims[0] if claims.claims else None
    mine = Claim(origin, feed.path, feed.stream, feed.declaration) if feed else None
    kept = [mine if one.origin == origin else one for one in claims.claims]
    if mine is not None and mine not in kept:
        kept.append(mine)
    claims.claims = [one for one in kept if one is not None and _free(catalogue, topic, one)]
    holder = claims.claims[0] if claims.claims else None
    if before is not None and (holder is None or holder.stream != before.stream):
        _give_back(catalogue, before.stream, claims)
    if holder is not None:
        if claims.before is None:
            claims.before = _undescribed(feeds.declaration(catalogue, holder.stream))
        # The claim first: done again after a crash, it knows what had been declared before.
        catalogue.put("claim", topic, msgspec.json.encode(claims))
        _declare(catalogue, holder.stream, _merged(claims))
        return
    with suppress(NotFound):
        catalogue.delete("claim", topic)


def _free(catalogue: Catalogue, topic: str, claim: Claim) -> bool:
    """Whether its stream's name is not that of another topic's stream."""
    present = feeds.declaration(catalogue, claim.stream)
    return present.origin is None or present.topic in (None, topic)


def _give_back(catalogue: Catalogue, stream: str, claims: Claims) -> None:
    before, claims.before = claims.before, None
    if before is None or before == Declaration():
        feeds.undeclare(catalogue, stream)
    else:
        _declare(catalogue, stream, before)


def _declare(catalogue: Catalogue, stream: str, wanted: Declaration) -> None:
    if feeds.declaration(catalogue, stream) != wanted:
        feeds.declare(catalogue, stream, wanted)


def _undescribed(declared: Declaration) -> Declaration:
    return replace(declared, state="discovered", origin=None) if declared.origin is None else Declaration()


def _merged(claims: Claims) -> Declaration:
    """What the first claim says, what those that read alike add, and where none says anything what people
    declared."""
    first, *others = (one.declaration for one in claims.claims)
    before = claims.before or Declaration()
    alike = [first, *(one for one in others if agree(first, one))]
    return replace(
        first,
        time_column=first.time_column or before.time_column,
        zone=first.zone or before.zone,
        units=_joined([*(one.units for one in alike), before.units]),
        titles=_joined([*(one.titles for one in alike), before.titles]),
        types=_joined([one.types for one in alike]),
        interval=first.interval or before.interval,
    )


def _joined(parts: Iterable[Mapping[str, Said]]) -> dict[str, Said]:
    found: dict[str, Said] = {}
    for part in parts:
        found = {**part, **found}
    return found


def agree(one: Declaration, other: Declaration) -> bool:
    """Whether two descriptions read a topic's messages alike; both may name fields that the other does not."""
    same = (one.form, one.joins, one.device, one.keys) == (other.form, other.joins, other.device, other.keys)
    times = one.time_column == other.time_column or None in (one.time_column, other.time_column)
    return same and times and all(other.types.get(name, kind) == kind for name, kind in one.types.items())


def of_topic(catalogue: Catalogue, topic: str) -> Claims:
    """Who claims a filter, the one that holds first."""
    try:
        return msgspec.json.decode(catalogue.get("claim", topic), type=Claims)
    except NotFound:
        return Claims()


def conflicts(catalogue: Catalogue, origin: str, described: Iterable[Feed]) -> list[Finding]:
    """What of a description does not hold, as another one was there first."""
    found = []
    for feed in described:
        claims = of_topic(catalogue, feed.topic).claims
        if all(one.origin != origin for one in claims):
            found.append(Finding("aid-stream-taken", feed.path, {"stream": feed.stream}))
        elif claims[0].origin != origin and not agree(claims[0].declaration, feed.declaration):
            values = {"topic": feed.topic, "other": claims[0].origin}
            found.append(Finding("aid-topic-claimed", feed.path, values))
    return found
