"""The main stream as tables that can be measured: as it is sold, and as it was collected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from aas_server.product.quality.subjects import limits
from aas_server.product.recipe import Recipe
from aas_server.product.work import CollectedStream, PreparedTable
from aas_server.quality.subject import Kind
from aas_server.quality.table import NUMERIC, Column, Table, column, holds, outside
from aas_server.store import records
from aas_server.store.parquet import literal, quoted
from submodels.field import Field

_KINDS: Mapping[pa.DataType, Kind] = {
    pa.bool_(): "bool",
    pa.int64(): "int64",
    pa.float64(): "double",
    pa.string(): "string",
}


@dataclass(frozen=True, slots=True)
class _Named:
    """A column under ``name`` (as the gateway wrote it) and its SQL in the relation."""

    name: str
    sql: str


def kinds_of(table: PreparedTable) -> dict[str, Kind]:
    """What each field's column holds, by idShort."""
    schema = pq.read_schema(table.path)
    return {field.id_short: _KINDS.get(schema.field(field.id_short).type, "timestamp") for field in table.fields}


def sold(
    connection: duckdb.DuckDBPyConnection,
    table: PreparedTable,
    recipe: Recipe,
    others: Sequence[PreparedTable] = (),
) -> Table:
    """The prepared table; columns are reported by idShort and called by their raw names in keys and rules.
    ``others``: the companions, which references may name by their stream."""
    kinds = kinds_of(table)
    records.view(connection, "sold", (table.path,), {"Time": "timestamp", **kinds}, beside={})
    connection.execute("CREATE VIEW prepared AS SELECT *, c0 AS time FROM sold")
    columns = [
        column(
            field.id_short,
            f"c{number}",
            kinds[field.id_short],
            field.value_type,
            limits(field, recipe),
            codes=recipe.quality.lists.get(field.name, ()),
            declared=recipe.quality.types.get(field.name),
        )
        for number, field in enumerate(table.fields, 1)
    ]
    named = [_Named(field.name, f"c{number}") for number, field in enumerate(table.fields, 1)]
    if recipe.time is not None and recipe.time not in {one.name for one in named}:
        named.append(_Named(recipe.time, "time"))
    return Table(
        connection,
        "prepared",
        tuple(columns),
        whole=("time", *(f"c{number}" for number in range(1, len(table.fields) + 1))),
        names={one.name: one.sql for one in named},
        rules=_rules_view(connection, "prepared", named),
        ticks="epoch_us(time)",
        others={other.stream: _companion(connection, number, other) for number, other in enumerate(others)},
    )


def _companion(connection: duckdb.DuckDBPyConnection, number: int, table: PreparedTable) -> str:
    """A companion under its raw names, for references."""
    view = f"companion{number}"
    records.view(
        connection, f"{view}_sold", (table.path,), {f.id_short: "string" for f in table.fields}, beside={}
    )
    seen: dict[str, str] = {}
    for at, field in enumerate(table.fields):
        seen.setdefault(field.name, f"c{at} AS {quoted(field.name)}")
    columns = ", ".join(seen.values()) or "NULL AS nothing"
    connection.execute(f"CREATE VIEW {view} AS SELECT {columns} FROM {view}_sold")  # noqa: S608
    return view


def collected(connection: duckdb.DuckDBPyConnection, stream: CollectedStream, recipe: Recipe) -> Table:
    """The records as they came. A narrow stream is measured reading by reading: one column, ``value``, whose valid
    range is its tag's; rules between columns cannot be asked of it."""
    records.view(connection, "lake", stream.paths, stream.columns, {**records.LAKE, "arrival": "timestamp"})
    connection.execute("CREATE VIEW raw AS SELECT *, json_keys(misfit) AS misfits FROM lake")
    fields = {field.name: field for field in stream.fields}
    whole = ("time", "misfit", *(f"c{number}" for number in range(len(stream.columns))))
    if stream.shape == "narrow":
        reading = _reading(stream, fields, recipe)
        return Table(connection, "raw", (reading,), whole, {}, None, ticks="epoch_us(time)", arrival="arrival")
    named = [_Named(name, f"c{number}") for number, name in enumerate(stream.columns)]
    columns = [
        column(
            one.name,
            one.sql,
            stream.columns[one.name],
            fields[one.name].value_type,
            limits(fields[one.name], recipe),
            misfit=holds("misfits", one.name),
            codes=recipe.quality.lists.get(one.name, ()),
            declared=recipe.quality.types.get(one.name),
        )
        for one in named
        if fields[one.name].role != "time" and one.name != recipe.time
    ]
    names = {one.name: one.sql for one in named}
    rules = _rules_view(connection, "raw", named)
    return Table(connection, "raw", tuple(columns), whole, names, rules, ticks="epoch_us(time)", arrival="arrival")


def _reading(stream: CollectedStream, fields: Mapping[str, Field], recipe: Recipe) -> Column:
    tag, number, text = (f"c{list(stream.columns).index(name)}" for name in ("tag", "number", "text"))
    empty = f"({text} IS NULL AND ({number} IS NULL OR NOT isfinite({number})))"
    came = "(misfit IS NOT NULL)"
    cases = []
    for field in fields.values():
        wrong = outside(number, limits(field, recipe))
        if field.value_type in NUMERIC:
            wrong.append(f"({number} IS NULL AND try_cast({text} AS DOUBLE) IS NULL)")
        if wrong:
            cases.append(f"WHEN {literal(field.name)} THEN coalesce({' OR '.join(wrong)}, false)")
    breaks = f"CASE {tag} {' '.join(cases)} ELSE false END" if cases else "false"
    return Column(
        "value",
        missing=f"({empty} AND NOT {came})",
        invalid=f"({came} OR (NOT {empty} AND {breaks}))",
        show=f"concat({tag}, ' ', coalesce({text}, {number}::VARCHAR))",
        ranged=any(outside(number, limits(field, recipe)) for field in fields.values()),
    )


def _rules_view(connection: duckdb.DuckDBPyConnection, relation: str, named: Iterable[_Named]) -> str:
    """A view with the columns under their raw names. Of two names that SQL cannot tell apart the first is seen."""
    seen: dict[str, _Named] = {}
    for one in named:
        seen.setdefault(one.name.lower(), one)
    columns = ", ".join(f"{one.sql} AS {quoted(one.name)}" for one in seen.values())
    view = f"{relation}_by_name"
    extra = f", {columns}" if columns else ""
    connection.execute(f'CREATE VIEW {view} AS SELECT row AS "#row", time AS "#time"{extra} FROM {relation}')  # noqa: S608
    return view
