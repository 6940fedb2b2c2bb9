"""A question for a stream's records, held against the table that shall answer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends

from aas_server.api import rows
from aas_server.api.records import layout
from aas_server.api.records.asked import (
    ByParameter,
    Columns,
    Empty,
    Interval,
    LayoutParameter,
    MethodParameter,
    Points,
    Since,
    Tags,
    Until,
    buckets_of,
    range_of,
)
from aas_server.errors import BadInput
from aas_server.store.contract import COMMON, Store
from aas_server.store.series import COUNTED, NUMBERS, Series, Source, Wanted, open_series
from aas_server.store.series.reader import Found
from aas_server.twin.series import sources

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Question:
    """The parameters as they came."""

    since: str | None
    until: str | None
    columns: tuple[str, ...]
    tags: tuple[str, ...]
    by: ByParameter
    method: str | None
    points: str | None
    interval: str | None
    empty: str
    layout: LayoutParameter


def _question(
    since: Since = None,
    until: Until = None,
    columns: Columns = None,
    tag: Tags = None,
    by: ByParameter = "time",
    method: MethodParameter = None,
    points: Points = None,
    interval: Interval = None,
    empty: Empty = "skip",
    layout: LayoutParameter = "stream",
) -> Question:
    given = tuple(columns or ()), tuple(tag or ())
    return Question(since, until, *given, by, method, points, interval, empty, layout)


QuestionParameter = Annotated[Question, Depends(_question)]


@dataclass(frozen=True, slots=True)
class Plan:
    """``wanted`` of the table; ``columns``: those that are answered, in order, ``None`` for all of them.
    ``variables``: idShort → field, where the TimeSeries' layout is asked for."""

    source: Source
    wanted: Wanted
    columns: tuple[str, ...] | None
    variables: Mapping[str, str] | None = None

    def limited(self, limit: int | None) -> Plan:
        """The same with at most so many rows."""
        return replace(self, wanted=replace(self.wanted, limit=limit))

    def read(self, table: Series) -> Found:
        """The records, in the layout asked for."""
        if self.variables is None:
            found = table.read(self.wanted)
            return found if self.columns is None else _chosen(found, self.columns)
        if self.source.is_narrow:
            kinds = table.tags()
            return layout.pivoted(table.read(self.wanted), self.variables, kinds)
        return layout.renamed(table.read(self.wanted), self.variables)


def plan(store: Store, stream: str, source: Source, question: Question, zone: str) -> Plan:
    """How a question is answered from a table. Raises ``BadInput`` for what it doesn't have or can't do."""
    span = range_of(question.since, question.until, question.by, zone)
    buckets = buckets_of(question.method, question.points, question.interval, question.empty, zone)
    if question.tags and not source.is_narrow:
        raise BadInput("stream-has-no-tags", stream=stream)
    wanted = Wanted(None, span.low, span.high, question.by, buckets, ordered=False)
    if question.layout == "series":
        return _as_described(store, stream, source, question, wanted)
    known = list(source.columns)
    if source.is_narrow:
        _check_tags(store, stream, source, question.tags)
        wanted = replace(wanted, names=question.tags or None, common=tuple(COMMON))
        if buckets is not None and question.columns:
            raise BadInput("records-columns-of-tags", stream=stream)
        columns = None if buckets is not None else tuple(rows.chosen(question.columns, known))
        return Plan(source, wanted, columns)
    chosen = rows.chosen(question.columns, known if buckets is None else list(source.own))
    if buckets is None:
        names = tuple(name for name in chosen if name in source.own)
        common = tuple(name for name in chosen if name in COMMON)
        return Plan(source, replace(wanted, names=names, common=common), tuple(chosen))
    if question.columns:
        _check_numbers(wanted, {name: source.own[name] for name in chosen})
    return Plan(source, replace(wanted, names=tuple(chosen)), None)


def _as_described(store: Store, stream: str, source: Source, question: Question, wanted: Wanted) -> Plan:
    described = sources.variables(store.catalogue, stream)
    if not described:
        raise BadInput("records-not-described", stream=stream)
    chosen = [part.strip() for given in question.columns for part in given.split(",") if part.strip()]
    for id_short in chosen:
        if id_short not in described:
            known = ", ".join(described)
            raise BadInput("records-variable-unknown", stream=stream, column=id_short, known=known)
    variables = {id_short: described[id_short] for id_short in chosen or described}
    names = tuple(dict.fromkeys(variables.values()))
    if wanted.buckets is not None and not source.is_narrow:
        numbers = {name: source.own[name] for name in names if name in source.own}
        if chosen:
            _check_numbers(wanted, numbers)
        able = wanted.buckets.method in COUNTED
        names = tuple(name for name, kind in numbers.items() if able or kind in NUMBERS)
        variables = {id_short: field for id_short, field in variables.items() if field in names}
    common = (question.by,)
    return Plan(source, replace(wanted, names=names, common=common), None, variables)


def _check_numbers(wanted: Wanted, columns: Mapping[str, str]) -> None:
    method = wanted.buckets.method if wanted.buckets else "count"
    for name, kind in columns.items():
        if method not in COUNTED and kind not in NUMBERS:
            raise BadInput("records-not-numbers", column=name, method=method)


def _check_tags(store: Store, stream: str, source: Source, tags: tuple[str, ...]) -> None:
    """The last readings know nearly all tags; only what they don't know is looked for in the table."""
    if not tags or store.live.get(stream).keys() >= set(tags):
        return
    with open_series(source) as table:
        known = table.tags()
    for tag in tags:
        if tag not in known:
            some = ", ".join(list(known)[:_SHOWN])
            raise BadInput("records-tag-unknown", stream=stream, tag=tag, known=some, count=len(known))


def _chosen(found: Found, columns: tuple[str, ...]) -> Found:
    schema = found.schema.empty_table().select(columns).schema
    return Found(schema, (batch.select(list(columns)) for batch in found.batches))
