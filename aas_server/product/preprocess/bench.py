"""One stream on the bench: its records as a DuckDB relation, and the log of what was done to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo

import duckdb

from aas_server.errors import BadInput
from aas_server.messages import in_all
from aas_server.product.recipe import Recipe
from aas_server.product.work import CollectedStream
from aas_server.quality.table import place
from aas_server.store import records
from submodels.data_processing import Operation
from submodels.field import Field

FLAGGED = "coalesce(list_contains(string_split(flags, ','), '{flag}'), false)"


@dataclass(slots=True)
class Column:
    """A column on its way into the prepared table: its field, its SQL and its lake type."""

    field: Field
    sql: str
    kind: str


@dataclass(slots=True)
class Bench:
    """``relation`` names the present state of the records (always with ``row`` and ``time``), ``rows`` how many
    there are; ``operations`` is the log so far. Every operation is noted, one that changed nothing with zeros."""

    connection: duckdb.DuckDBPyConnection
    stream: CollectedStream
    recipe: Recipe
    zone: tzinfo
    relation: str
    rows: int
    columns: list[Column] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)

    def counts(self, select: str, source: str | None = None) -> tuple[int, ...]:
        """The counts that ``select`` asks of the present relation (or of ``source``)."""
        [row] = self.connection.execute(f"SELECT {select} FROM {source or self.relation}").fetchall()  # noqa: S608
        return tuple(int(value or 0) for value in row)

    def become(self, name: str, select: str, kind: str = "VIEW") -> None:
        """Let the relation ``name``, made by ``select``, be the present state."""
        self.connection.execute(f"CREATE TEMP {kind} {name} AS {select}")
        self.relation = name

    def example(self, condition: str, shown: str = "''", source: str | None = None) -> str:
        """The first row for which ``condition`` holds, as ``#12 (2024-01-01T00:00:00Z): …``; empty without one."""
        found = self.connection.execute(
            "SELECT row + 1, strftime(time, '%Y-%m-%dT%H:%M:%SZ'), "  # noqa: S608
            f"{shown} FROM {source or self.relation} WHERE {condition} ORDER BY row LIMIT 1"
        ).fetchall()
        return place(*found[0]) if found else ""

    def note(
        self,
        code: str,
        cells: int = 0,
        *,
        rows_out: int | None = None,
        columns: tuple[str, ...] = (),
        example: str = "",
        sentence: str = "",
        **values: object,
    ) -> None:
        """Log an operation; ``sentence`` (else ``preprocess-<code>``) is its rule, filled with ``values``."""
        left = self.rows if rows_out is None else rows_out
        rule = in_all(sentence or f"preprocess-{code}", **values)
        self.operations.append(
            Operation(code, self.stream.name, rule, self.rows, left, cells, columns, example),
        )
        self.rows = left

    def is_label(self, field: Field) -> bool:
        """Whether the column is the label, which is kept as it came."""
        label = self.recipe.label
        return field.role == "label" or (label is not None and label.column == field.name)


def field_of(stream: CollectedStream, name: str) -> Field:
    """The field of a column or tag. Raises ``BadInput`` where the shell has none."""
    for one in stream.fields:
        if one.name == name:
            return one
    raise BadInput("preprocess-field-missing", stream=stream.name, column=name)


def lay(connection: duckdb.DuckDBPyConnection, stream: CollectedStream, recipe: Recipe, zone: tzinfo) -> Bench:
    """Put a stream's pinned records on the bench, as relation ``collected``."""
    records.view(connection, "collected", stream.paths, stream.columns)
    bench = Bench(connection, stream, recipe, zone, "collected", 0)
    bench.rows = bench.counts("count(*)")[0]
    return bench
