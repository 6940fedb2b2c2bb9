"""One stream on the bench: its records as a DuckDB relation, and the log of what was done to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Any

import duckdb
import pyarrow as pa

from aas_server.errors import BadInput
from aas_server.ids import Names
from aas_server.messages import in_all
from aas_server.product.preprocess.veil import Veil
from aas_server.product.recipe import Recipe
from aas_server.product.work import CollectedStream
from aas_server.quality.table import place
from aas_server.store import records
from submodels.data_processing import Operation
from submodels.field import Field

FLAGGED = "coalesce(list_contains(string_split(flags, ','), '{flag}'), false)"

_NEAR = 50_000
"""Rows that are looked at first for an example."""


@dataclass(slots=True)
class Column:
    """A column on its way into the prepared table: its field, its SQL and its lake type.

    ``source``: the feed's name of the column it was made of, where it is not that column itself; ``about``: it
    tells of readings (that they are outliers, how many there were) rather than their values.
    """

    field: Field
    sql: str
    kind: str
    source: str = ""
    about: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """One cell before and after; ``place`` says where it stands. An empty text is an empty cell."""

    place: str = ""
    before: str = ""
    after: str = ""


NOTHING = Example()


@dataclass(slots=True)
class Bench:
    """``relation`` names the present state of the records (always with ``row`` and ``time``), ``rows`` how many
    there are; ``ordered``, that they lie in the order of time and row. ``operations`` is the log so far: every
    operation is noted, one that changed nothing with zeros."""

    connection: duckdb.DuckDBPyConnection
    stream: CollectedStream
    recipe: Recipe
    zone: tzinfo
    names: Names
    veil: Veil
    relation: str
    rows: int
    ordered: bool = False
    columns: list[Column] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    _steps: int = 0

    def counts(self, select: str, source: str | None = None) -> tuple[int, ...]:
        """The counts that ``select`` asks of the present relation (or of ``source``)."""
        [row] = self.connection.execute(f"SELECT {select} FROM {source or self.relation}").fetchall()  # noqa: S608
        return tuple(int(value or 0) for value in row)

    def make(self, name: str, select: str, kind: str = "TABLE") -> None:
        """A relation to look things up in."""
        self.connection.execute(f"CREATE TEMP {kind} {name} AS {select}")

    def look_up(self, name: str, given: pa.Table) -> None:
        """As ``make``, of a table that came from elsewhere."""
        self.connection.register(f"{name}_given", given)
        self.make(name, f"SELECT * FROM {name}_given")  # noqa: S608
        self.connection.unregister(f"{name}_given")

    def become(self, name: str, select: str, kind: str = "VIEW") -> None:
        """Let the relation ``name``, made by ``select``, be the present state."""
        self.make(name, select, kind)
        self.relation = name

    def example(self, condition: str, shown: str = "''", source: str | None = None) -> str:
        """The first row for which ``condition`` holds, as ``#12 (2024-01-01T00:00:00Z): …``; empty without one."""
        found = self._first(shown, condition, source or self.relation)
        return place(*found) if found else ""

    def step(self, select: str, kind: str = "VIEW") -> None:
        """As ``become``, under a name that nobody has to think of."""
        self._steps += 1
        self.become(f"step{self._steps}", select, kind)

    def put(self, changed: Mapping[str, str], added: Mapping[str, str] | None = None, source: str = "") -> None:
        """The same rows with columns ``changed`` (name → SQL) and ``added``; over ``source`` or the relation."""
        replaced = ", ".join(f"{sql} AS {name}" for name, sql in changed.items())
        more = "".join(f", {sql} AS {name}" for name, sql in (added or {}).items())
        star = f"* REPLACE ({replaced})" if replaced else "*"
        self.step(f"SELECT {star}{more} FROM {source or self.relation}")  # noqa: S608

    def changed(self, column: str, condition: str, before: str, after: str, source: str = "") -> Example:
        """The first cell for which ``condition`` holds: ``before`` and ``after`` are SQL, ``column`` its name."""
        asked = f"({before})::VARCHAR, ({after})::VARCHAR"
        found = self._first(asked, condition, source or self.relation)
        if found is None:
            return NOTHING
        row, time, old, new = found
        return Example(place(row, time, column), old or "", new or "")

    def _first(self, asked: str, condition: str, source: str) -> tuple[Any, ...] | None:
        """The first row for which ``condition`` holds; mostly there is one near the start."""
        shown = f"SELECT row + 1, strftime(time, '%Y-%m-%dT%H:%M:%SZ'), {asked} FROM {source}"  # noqa: S608
        for near in (f"row < {_NEAR} AND", ""):
            found = self.connection.execute(f"{shown} WHERE {near} ({condition}) ORDER BY row LIMIT 1").fetchall()
            if found:
                return tuple(found[0])
        return None

    def note(
        self,
        code: str,
        cells: int = 0,
        *,
        rows_out: int | None = None,
        columns: tuple[str, ...] = (),
        example: str | Example = "",
        sentence: str = "",
        veiled: bool | None = None,
        **values: object,
    ) -> None:
        """Log an operation; ``sentence`` (else ``preprocess-<code>``) is its rule, filled with ``values``. What is
        a trade secret or tells of a person is left out, unless the caller saw to it (``veiled=False``)."""
        left = self.rows if rows_out is None else rows_out
        told = example if isinstance(example, Example) else Example(example)
        if self.veil.hides(columns) if veiled is None else veiled:
            told = Example(told.place if self.veil.names(columns) == columns else self.veil.place(told.place))
            values = self.veil.values(columns, values)
        if (named := self._came_as(values.get("column"))) is not None:
            values = values | {"column": named}
        rule = in_all(sentence or f"preprocess-{code}", **values)
        stream, names = self.stream.name, self.veil.names(columns)
        self.operations.append(
            Operation(code, stream, rule, self.rows, left, cells, names, told.place, told.before, told.after)
        )
        self.rows = left

    def _came_as(self, id_short: object) -> str | None:
        """The name that the feed gives a column, which people know it by: an idShort of a Korean one is a hash."""
        known = (*(column.field for column in self.columns), *self.stream.fields)
        return next((field.name for field in known if field.id_short == id_short), None)

    def column(self, name: str) -> Column | None:
        """The column that the feed calls ``name``; ``None`` where this stream has none, or has it no more."""
        return next((column for column in self.columns if column.field.name == name), None)

    def made_of(self, name: str) -> list[Column]:
        """The column that the feed calls ``name``, and those made of it (flags, aggregates)."""
        return [column for column in self.columns if name in (column.field.name, column.source)]

    def number(self, name: str, place: str) -> Column | None:
        """As ``column``. Raises ``BadInput`` where it holds no numbers; ``place`` is that in the recipe."""
        column = self.column(name)
        if column is not None and column.kind not in ("double", "int64"):
            raise BadInput("preprocess-column-not-number", place=place, column=name)
        return column

    def beside(self, column: Column, suffix: str, sentence: str, kind: str, value_type: str) -> Column:
        """A new column that tells of another one, such as a flag; no model learns from it."""
        field = column.field
        id_short = self.free(f"{field.id_short}_{suffix}")
        title = in_all(sentence, name={lang: field.title.get(lang) or field.name for lang in ("ko", "en")})
        made = Field(
            name=f"{field.name} ({suffix})",
            id_short=id_short,
            value_type=value_type,
            semantic_id=self.names.concept(self.recipe.id, self.stream.name, id_short),
            origin="own",
            title=title,
            definition=title,
            role="mark",
        )
        self.veil = self.veil.also(field.id_short, id_short)
        self._steps += 1
        return Column(made, f"n{self._steps}", kind, column.source or field.name, about=True)

    def free(self, wanted: str) -> str:
        """``wanted``, or with a number behind it where a column has that idShort already (case ignored)."""
        taken = {column.field.id_short.lower() for column in self.columns} | {"time"}
        name, number = wanted, 2
        while name.lower() in taken:
            name, number = f"{wanted}_{number}", number + 1
        return name

    def need_times(self, place: str) -> None:
        """Raises ``BadInput`` where no record of the stream bears a time; ``place`` is that in the recipe."""
        if self.rows and not self.counts("count(time)")[0]:
            raise BadInput("preprocess-times-needed", place=place, stream=self.stream.name)

    @contextmanager
    def one_by_one(self) -> Iterator[None]:
        """Within the block the rows are taken one after the other, as they lie."""
        [[threads]] = self.connection.execute("SELECT current_setting('threads')").fetchall()
        self.connection.execute("SET threads = 1")
        try:
            yield
        finally:
            self.connection.execute(f"SET threads = {int(threads)}")

    @contextmanager
    def in_order(self) -> Iterator[str]:
        """Sums of fractions depend on their order: within the block the rows of the source that is given are taken
        one after the other, by ``row``."""
        with self.one_by_one():
            yield f"(SELECT * FROM {self.relation} ORDER BY row)" if self.goes_back("row") else self.relation  # noqa: S608

    def goes_back(self, *columns: str) -> bool:
        """Whether in one of the columns a row is less than the one that lies before it."""
        back = " OR ".join(f"coalesce({one} < lag({one}) OVER (), false)" for one in columns)
        with self.one_by_one():
            (rows,) = self.counts("count_if(back)", f"(SELECT {back} AS back FROM {self.relation})")  # noqa: S608
        return bool(rows)

    def as_number(self, column: Column) -> None:
        """From here on the column holds fractions."""
        if column.kind != "double":
            column.kind = "double"
            column.field = replace(column.field, value_type="xs:double")

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


def lay(
    connection: duckdb.DuckDBPyConnection,
    stream: CollectedStream,
    recipe: Recipe,
    zone: tzinfo,
    names: Names,
) -> Bench:
    """Put a stream's pinned records on the bench, as relation ``collected``."""
    # A join goes through the records and looks things up in the other table, however large that is: the other way
    # round they would lose their order.
    connection.execute("SET disabled_optimizers = 'build_side_probe_side'")
    records.view(connection, "collected", stream.paths, stream.columns)
    bench = Bench(connection, stream, recipe, zone, names, Veil.of(recipe.cleaning, stream.fields), "collected", 0)
    bench.rows = bench.counts("count(*)")[0]
    return bench
