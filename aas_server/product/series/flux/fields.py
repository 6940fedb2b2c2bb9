"""Which series of which streams a query's predicates ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aas_server.errors import BadInput, NotFound
from aas_server.product.series.flux.predicates import FIRST, PLACEHOLDER, holds, texts_of
from aas_server.product.series.flux.syntax import Expression
from aas_server.store.contract import Store
from aas_server.store.series import NUMBERS, Source, open_series
from aas_server.twin.series import sources

MOST = 1000
"""Series of one answer, and streams looked at where none is named."""


@dataclass(frozen=True, slots=True)
class Field:
    """A series: ``column`` (or tag) of its stream, answered as ``name``. ``kind``: a key of
    ``records.SQL_TYPES``."""

    name: str
    column: str
    kind: str


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream with the fields asked for."""

    name: str
    source: Source
    fields: tuple[Field, ...]


def asked(store: Store, predicates: Sequence[Expression]) -> Iterator[Stream]:
    """The streams and fields of which all predicates hold. Raises ``BadInput`` where they are too many."""
    left = MOST
    for name in _streams(store, predicates):
        try:
            _, source = Source.of_stream(store.lake, name)
        except (NotFound, BadInput):
            continue
        fields = tuple(_fields(store, name, source, predicates))
        left -= len(fields)
        if left < 0:
            raise BadInput("flux-many", most=MOST)
        if fields:
            yield Stream(name, source, fields)


def _streams(store: Store, predicates: Sequence[Expression]) -> list[str]:
    named = _texts(predicates, "_measurement")
    if named is not None:
        return sorted(named)
    found = [name for name, _ in store.catalogue.page("stream", MOST + 1)]
    if len(found) > MOST:
        raise BadInput("flux-many", most=MOST)
    return found


def _fields(store: Store, stream: str, source: Source, predicates: Sequence[Expression]) -> Iterator[Field]:
    described = sources.variables(store.catalogue, stream)
    kinds = _tags(store, stream, source) if source.is_narrow else source.own
    names: dict[str, list[str]] = {}
    for id_short, column in described.items():
        names.setdefault(column, []).insert(0, id_short)
    first = _first(described, kinds)
    for column, kind in kinds.items():
        # As a viewer knows it, else as the gateway calls it.
        for name in (*names.get(column, ()), column):
            record = {"_measurement": stream, "_field": name, FIRST: column == first}
            if all(holds(part, record) for part in predicates):
                yield Field(name, column, kind)
                break


def _tags(store: Store, stream: str, source: Source) -> Mapping[str, str]:
    """By the last readings, which know nearly all tags at no cost; else as the table has them."""
    live = store.live.get(stream)
    if live:
        return {tag: "string" if isinstance(one.value, str) else "double" for tag, one in sorted(live.items())}
    with open_series(source) as table:
        return table.tags()


def _first(described: Mapping[str, str], kinds: Mapping[str, str]) -> str | None:
    """The variable that stands for the placeholder: the first that is a number."""
    ordered = [*described.values(), *kinds]
    return next((column for column in ordered if kinds.get(column) in NUMBERS), None)


def _texts(predicates: Sequence[Expression], column: str) -> set[str] | None:
    found: set[str] | None = None
    for part in predicates:
        texts = texts_of(part, column)
        if texts is not None:
            found = texts if found is None else found & texts
    return None if found is not None and PLACEHOLDER in found else found
