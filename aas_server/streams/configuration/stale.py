"""Streams whose records were read otherwise than they would be by now: a replay brings them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import msgspec
import pyarrow as pa

from aas_server.errors import AasError, NotFound
from aas_server.ingest import feeds
from aas_server.ingest.feeds import Declaration
from aas_server.store.contract import Catalogue, Store, StreamFacts
from aas_server.store.records import own_columns
from aas_server.streams.configuration.claims import Feed
from aas_server.streams.configuration.finding import Finding
from aas_server.streams.counted import candidates
from connectors.topics import covers, is_filter

_READ_BY = ("time_column", "zone", "form", "keys", "types", "joins", "device", "topic", "units")
"""What of a declaration decides how a message is read and stored."""
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Former:
    """``records`` were read by a former declaration. ``joined``: other streams whose topics belong to this one."""

    records: int
    joined: tuple[str, ...] = ()


class Stale:
    """Kept in the catalogue, so that it survives until the journal was replayed."""

    def __init__(self, store: Store) -> None:
        self._catalogue = store.catalogue
        self._lake = store.lake

    @contextmanager
    def watching(self, streams: Iterable[str]) -> Iterator[None]:
        """Look whether a change inside the block lets a stream's messages be read otherwise."""
        before = {stream: feeds.declaration(self._catalogue, stream) for stream in streams}
        yield
        for stream, one in before.items():
            after = feeds.declaration(self._catalogue, stream)
            if one != after and reads_otherwise(one, after):
                self._look(stream, one, after)

    def findings(self, submodel: str, described: Iterable[Feed]) -> list[Finding]:
        """Which of a description's streams wait for a replay."""
        found = []
        for feed in described:
            former = get(self._catalogue, feed.stream)
            if former is not None and feeds.declaration(self._catalogue, feed.stream).origin == submodel:
                values = {
                    "stream": feed.stream,
                    "records": f"{former.records:,}",
                    "joined": ", ".join(former.joined),
                }
                key = "stream-read-formerly" if not former.joined else "stream-joins-others"
                found.append(Finding(key, feed.path, values, "note"))
        return found

    def _look(self, stream: str, before: Declaration, after: Declaration) -> None:
        records = 0
        with suppress(NotFound):
            if _changed(before, after) or self._stored_otherwise(stream, after):
                records = feeds.facts(self._catalogue, stream).records
        joined = joined_by(self._catalogue, stream, after)
        records += sum(facts.records for facts in joined.values())
        if records:
            self._catalogue.put("replay", stream, msgspec.json.encode(Former(records, tuple(joined))))

    def _stored_otherwise(self, stream: str, declared: Declaration) -> bool:
        """Whether the table has a column of another type than is described now; wider numbers are none."""
        try:
            schema = self._lake.schema(stream)
        except AasError:
            return False
        stored = own_columns(pa.schema([one for one in schema if one.type != pa.null()]))
        pairs = [(stored.get(name, kind), kind) for name, kind in declared.types.items()]
        return any(one != other and (one, other) != ("int64", "double") for one, other in pairs)


def reads_otherwise(before: Declaration, after: Declaration) -> bool:
    """Whether two declarations may make other records of the same messages."""
    return any(getattr(before, name) != getattr(after, name) for name in _READ_BY)


def _changed(before: Declaration, after: Declaration) -> bool:
    """Whether records that are stored already may be others: a description of what was found out alone is none."""
    names = ("time_column", "zone", "keys", "types", "form", "units")
    return before.origin is not None and any(getattr(before, name) != getattr(after, name) for name in names)


def joined_by(catalogue: Catalogue, stream: str, declared: Declaration) -> Mapping[str, StreamFacts]:
    """The other streams whose messages belong to this one as it is declared, with what is known of them. All
    streams are looked through only where the filter has a wildcard."""
    if not declared.joins or declared.topic is None:
        return {}
    topic = declared.topic
    found = feeds.all_facts(catalogue) if is_filter(topic) else list(_known(catalogue, candidates(topic)))
    return {
        facts.name: facts
        for facts in found
        if facts.name != stream and covers(topic, facts.topic) and not _apart(catalogue, facts, topic)
    }


def _known(catalogue: Catalogue, names: Iterable[str]) -> Iterator[StreamFacts]:
    for name in names:
        with suppress(NotFound):
            yield feeds.facts(catalogue, name)


def _apart(catalogue: Catalogue, facts: StreamFacts, topic: str) -> bool:
    """Whether a stream has a description of its own, by a filter that tells more."""
    own = feeds.declaration(catalogue, facts.name)
    return own.state == "adopted" and own.topic is not None and own.topic != topic and covers(topic, own.topic)


def get(catalogue: Catalogue, stream: str) -> Former | None:
    """Why a stream waits for a replay, ``None`` where it doesn't."""
    try:
        return msgspec.json.decode(catalogue.get("replay", stream), type=Former)
    except NotFound:
        return None


def done(catalogue: Catalogue, stream: str) -> None:
    """It was replayed."""
    with suppress(NotFound):
        catalogue.delete("replay", stream)
