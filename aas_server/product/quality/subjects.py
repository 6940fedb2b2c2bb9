"""A release's main table as a subject: its columns under the idShorts, what was declared of them as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar, cast

import duckdb

from aas_server.product.recipe import Quality, Range, Recipe
from aas_server.product.work import CollectedStream, PreparedTable
from aas_server.quality.subject import Kind, Seen, Subject
from submodels.field import Field

T = TypeVar("T")
TIME = "Time"


def sold(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    table: PreparedTable,
    kinds: Mapping[str, Kind],
    recipe: Recipe,
) -> Subject:
    """``relation`` has ``row``, the time as ``c0`` and the fields as ``c1``, ``c2``, …; ``kinds``: by idShort.

    A number that is not finite counts as missing, as it does for the indices.
    """
    kept = ["row", "c0"]
    time = _time(connection, relation, Seen(TIME, "c0", "c0::VARCHAR", "timestamp", zoned=True), "c0", recipe)
    columns = [time] if time else []
    for number, field in enumerate(table.fields, 1):
        name, kind = f"c{number}", kinds[field.id_short]
        kept.append(f"CASE WHEN isfinite({name}) THEN {name} END AS {name}" if kind == "double" else name)
        columns.append(Seen(field.id_short, name, f"{name}::VARCHAR", kind, zoned=kind == "timestamp"))
    connection.execute(f"CREATE VIEW checked AS SELECT {', '.join(kept)} FROM {relation}")  # noqa: S608
    names = {field.name: field.id_short for field in table.fields}
    if recipe.time is not None:
        names.setdefault(recipe.time, TIME)
    by_name = {column.name: column for column in columns}
    label = names.get(recipe.label.column) if recipe.label is not None else None
    return Subject(
        connection,
        "checked",
        tuple(columns),
        table.rows,
        time=time,
        label=by_name.get(label) if label is not None else None,
        key=tuple(by_name[names[name]] for name in recipe.quality.key if name in names),
        declared=declared(recipe, table.fields, names),
    )


def collected(
    connection: duckdb.DuckDBPyConnection, relation: str, stream: CollectedStream, recipe: Recipe
) -> Subject:
    """A wide stream's records as they came, under the gateway's names. ``relation`` has ``row``, ``time`` and the
    stream's own columns as ``c0``, ``c1``, …"""
    kept = ["row", "time AS moment"]
    time = _time(
        connection, relation, Seen("#time", "moment", "moment::VARCHAR", "timestamp", zoned=True), "time", recipe
    )
    columns = [time] if time else []
    times = {field.name for field in stream.fields if field.role == "time"} | {recipe.time}
    for number, (name, kind) in enumerate(stream.columns.items()):
        if name in times:
            continue
        sql = f"c{number}"
        kept.append(f"CASE WHEN isfinite({sql}) THEN {sql} END AS {sql}" if kind == "double" else sql)
        columns.append(Seen(name, sql, f"{sql}::VARCHAR", cast(Kind, kind), zoned=kind == "timestamp"))
    connection.execute(f"CREATE VIEW came AS SELECT {', '.join(kept)} FROM {relation}")  # noqa: S608
    names = {column.name: column.name for column in columns if column is not time}
    by_name = {column.name: column for column in columns}
    fields = tuple(field for field in stream.fields if field.name in names)
    said = declared(recipe, tuple(replace(field, id_short=field.name) for field in fields), names)
    key = tuple(by_name[name] for name in recipe.quality.key if name in names)
    return Subject(
        connection,
        "came",
        tuple(columns),
        stream.records,
        time=time,
        label=by_name.get(recipe.label.column) if recipe.label is not None else None,
        key=key,
        declared=replace(said, key=tuple(column.name for column in key)),
    )


def _time(
    connection: duckdb.DuckDBPyConnection, relation: str, time: Seen, sql: str, recipe: Recipe
) -> Seen | None:
    """The records' time; none where nobody names its column and no record bears one: nothing is missing then."""
    if recipe.time is not None:
        return time
    query = f"SELECT count(*) > 0 FROM (SELECT 1 FROM {relation} WHERE {sql} IS NOT NULL LIMIT 1)"  # noqa: S608
    borne = connection.execute(query).fetchone()
    return time if borne and borne[0] else None


def declared(recipe: Recipe, fields: tuple[Field, ...], names: Mapping[str, str]) -> Quality:
    """What the recipe declares, with idShorts in place of raw names. Rules are asked of the raw names beside."""
    said = recipe.quality
    ranges = {field.id_short: Range(*limits(field, recipe)) for field in fields if any_end(limits(field, recipe))}
    codes = {**recipe.cleaning.codes, **said.codes}
    return replace(
        said,
        key=tuple(names.get(name, name) for name in said.key),
        ranges=ranges,
        rules=(),
        references=(),
        orders=(),
        redundant=(),
        types=_called(said.types, names),
        lists=_called(said.lists, names),
        codes=_called(codes, names),
        arrival="",
    )


def limits(field: Field, recipe: Recipe) -> tuple[float | None, float | None]:
    """The declared range: the recipe's, else the field's own."""
    said = recipe.quality.ranges.get(field.name)
    return said.ends if said else (field.minimum, field.maximum)


def any_end(ends: tuple[float | None, float | None]) -> bool:
    """Whether a range has an end at all."""
    return ends != (None, None)


def _called(given: Mapping[str, T], names: Mapping[str, str]) -> dict[str, T]:
    return {names[name]: value for name, value in given.items() if name in names}
