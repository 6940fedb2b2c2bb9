"""Checks of what people declared without writing an expression: references, orders, columns that say the same."""

from __future__ import annotations

from aas_server.errors import BadInput
from aas_server.quality.declared import Order, Redundant, Reference
from aas_server.quality.measure import EXAMPLES
from aas_server.quality.rules import Check
from aas_server.quality.table import Table, place
from aas_server.store.parquet import quoted


def told(declared: Reference | Order | Redundant) -> str:
    """The check as a reader of the rule sees it, in every language."""
    match declared:
        case Reference():
            where = f"{declared.table}.{declared.to}" if declared.table else declared.to
            return f"{declared.column} ∈ {where}"
        case Order():
            sign = "<" if declared.strict else "≤"
            within = f" ({', '.join(declared.by)})" if declared.by else ""
            return f"{declared.column}[i] {sign} {declared.column}[i+1]{within}"
        case Redundant():
            within = f" ± {declared.tolerance:g}" if declared.tolerance else ""
            return f"{declared.first} = {declared.second}{within}"


def reference(table: Table, declared: Reference) -> Check:
    """Is every value one of the column it refers to? Compared as text; empty cells refer to nothing.

    Raises ``BadInput`` for an unknown column or table.
    """
    column = _sql(table, declared.column)
    if declared.table:
        if declared.table not in table.others:
            known = ", ".join(table.others)
            raise BadInput("quality-table-unknown", table=declared.table, column=declared.column, known=known)
        there = f"SELECT {quoted(declared.to)}::VARCHAR AS value FROM {table.others[declared.table]}"  # noqa: S608
        columns = [one[0] for one in table.connection.execute(
            f"DESCRIBE {table.others[declared.table]}").fetchall()]  # fmt: skip
        if declared.to not in columns:
            raise BadInput("quality-rule-column-unknown", column=declared.to, known=", ".join(columns))
    else:
        there = f"SELECT {_sql(table, declared.to)}::VARCHAR AS value FROM {table.relation}"  # noqa: S608
    broken = f"{column}::VARCHAR NOT IN (SELECT DISTINCT value FROM ({there}) WHERE value IS NOT NULL)"  # noqa: S608
    rows = f"SELECT row, time, {column} AS one, {broken} AS broken FROM {table.relation}"  # noqa: S608
    return _counted(table, rows, told(declared))


def order(table: Table, declared: Order) -> Check:
    """Does the column never fall from row to row (in file order, within its group)? Steps from or to an empty cell
    are left out. Raises ``BadInput`` for an unknown column."""
    column = _sql(table, declared.column)
    by = ", ".join(_sql(table, name) for name in declared.by)
    before = f"lag({column}) OVER ({f'PARTITION BY {by} ' if by else ''}ORDER BY row)"
    sign = "<=" if declared.strict else "<"
    rows = (
        f"SELECT row, time, {column} AS now, {before} AS before FROM {table.relation} WHERE {column} IS NOT NULL"  # noqa: S608
    )
    steps = f"SELECT row, time, before AS one, now {sign} before AS broken FROM ({rows})"  # noqa: S608
    return _counted(table, steps, told(declared))


def redundant(table: Table, declared: Redundant) -> Check:
    """Do the two columns say the same? Rows on which one of them is empty are left out.

    Raises ``BadInput`` for an unknown column.
    """
    first, second = _sql(table, declared.first), _sql(table, declared.second)
    numbers = f"try_cast({first} AS DOUBLE) IS NOT NULL AND try_cast({second} AS DOUBLE) IS NOT NULL"
    far = (
        f"abs(try_cast({first} AS DOUBLE) - try_cast({second} AS DOUBLE)) > {float(declared.tolerance)!r}::DOUBLE"
    )
    broken = f"CASE WHEN {numbers} THEN {far} ELSE {first}::VARCHAR <> {second}::VARCHAR END"
    return _counted(
        table,
        f"SELECT row, time, CASE WHEN {second} IS NOT NULL THEN {first} END AS one, {broken} AS broken "  # noqa: S608
        f"FROM {table.relation}",
        told(declared),
    )


def _counted(table: Table, rows: str, name: str) -> Check:
    """``rows``: row, time, ``one`` (null where it cannot be judged), ``broken``."""
    [(made, broken)] = table.connection.execute(
        f"SELECT count(one), count(*) FILTER (WHERE one IS NOT NULL AND broken) FROM ({rows})"  # noqa: S608
    ).fetchall()
    where = table.connection.execute(
        f"SELECT row + 1, {table.moment} FROM ({rows}) "  # noqa: S608
        f"WHERE one IS NOT NULL AND broken ORDER BY row LIMIT {EXAMPLES}"
    ).fetchall()
    concerned = f"SELECT row FROM ({rows}) WHERE one IS NOT NULL AND broken"  # noqa: S608
    return Check(made, broken, tuple(place(row, time, name) for row, time in where), concerned)


def _sql(table: Table, name: str) -> str:
    if name not in table.names:
        raise BadInput("quality-rule-column-unknown", column=name, known=", ".join(table.names))
    return table.names[name]
