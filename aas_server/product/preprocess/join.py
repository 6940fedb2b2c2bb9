"""As-of joins: each row of the main stream gets what another stream, with its own clock, said at that time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from aas_server.errors import BadInput
from aas_server.ids import id_short
from aas_server.product.preprocess.bench import Bench, Column
from aas_server.product.preprocess.writing import TIME
from aas_server.product.recipe.cleaning import Join
from aas_server.product.work import PreparedTable
from aas_server.store import records
from submodels.field import Field


def companions(bench: Bench, prepared: Mapping[str, PreparedTable]) -> None:
    """Join what the recipe names to the main stream. ``prepared``: the other streams' finished tables, so that
    what is kept back there does not come in here."""
    for number, rule in enumerate(bench.recipe.cleaning.join, 1):
        bench.need_times(f"cleaning.join.{number}")
        _join(bench, rule, prepared[rule.stream], number)


def _join(bench: Bench, rule: Join, table: PreparedTable, number: int) -> None:
    """``backward``: the other's last row at or before the row's time (of several at one time the last), at most
    ``tolerance`` seconds old; nothing from the future. ``nearest``: the nearest either way, the earlier where two
    are equally near."""
    wanted = _wanted(rule, table, number)
    kinds = records.own_columns(records.facts(table.path).schema)
    other = f"other{number}"
    chosen = {TIME: "timestamp", **{field.id_short: kinds[field.id_short] for field in wanted}}
    records.view(bench.connection, f"{other}_file", (table.path,), chosen, beside={})
    values = ", ".join(f"c{place} AS j{place}" for place in range(1, len(wanted) + 1))
    late = _known_later(bench, rule)
    bench.make(
        other,
        f"SELECT c0 + to_microseconds({late}) AS moment, {values} FROM {other}_file WHERE c0 IS NOT NULL "  # noqa: S608
        "QUALIFY row_number() OVER (PARTITION BY c0 ORDER BY row DESC) = 1",
    )
    columns = [_column(bench, rule, field, kinds, place) for place, field in enumerate(wanted, 1)]
    added = {column.sql: f"CASE WHEN near THEN j{place} END" for place, column in enumerate(columns, 1)}
    own = ", ".join(["row", "time", *(one.sql for one in bench.columns)])
    more = ", ".join(f"{sql} AS {name}" for name, sql in added.items())
    bench.step(f"SELECT {own}, near, {more} FROM ({_as_of(bench, rule, other)})", "TABLE")  # noqa: S608
    (matched,) = bench.counts("count_if(near)")
    bench.columns += columns
    bench.note(
        f"join-{rule.direction}",
        matched * len(columns),
        columns=tuple(column.field.id_short for column in columns),
        example=bench.example("near") if matched else "",
        other=rule.stream,
        seconds=f"{rule.tolerance:g}",
        matched=f"{matched:,}",
    )
    bench.step(f"SELECT * EXCLUDE (near) FROM {bench.relation}")  # noqa: S608


def _as_of(bench: Bench, rule: Join, other: str) -> str:
    """The relation with the other's columns and ``near``: whether a row of it is near enough."""
    off = f"{round(rule.tolerance * 1e6)}"
    before = f"SELECT l.*, r.* FROM {bench.relation} l ASOF LEFT JOIN {other} r ON l.time >= r.moment"  # noqa: S608
    if rule.direction == "backward":
        return f"SELECT *, coalesce(epoch_us(time) - epoch_us(moment) <= {off}, false) AS near FROM ({before})"  # noqa: S608
    both = (
        f"SELECT b.*, n.moment AS ahead FROM ({before}) b "  # noqa: S608
        f"ASOF LEFT JOIN (SELECT moment FROM {other}) n ON b.time <= n.moment"
    )
    sooner = "moment IS NULL OR epoch_us(ahead) - epoch_us(time) < epoch_us(time) - epoch_us(moment)"
    chosen = f"CASE WHEN {sooner} THEN ahead ELSE moment END AS moment"
    nearest = f"SELECT * EXCLUDE (moment, ahead), {chosen} FROM ({both})"  # noqa: S608
    values = ", ".join(f"r.j{place}" for place in range(1, _width(bench, other) + 1))
    own = ", ".join(f"l.{name}" for name in ["row", "time", *(one.sql for one in bench.columns)])
    found = f"SELECT {own}, l.moment, {values} FROM ({nearest}) l LEFT JOIN {other} r ON l.moment = r.moment"  # noqa: S608
    return f"SELECT *, coalesce(abs(epoch_us(time) - epoch_us(moment)) <= {off}, false) AS near FROM ({found})"  # noqa: S608


def _width(bench: Bench, other: str) -> int:
    return len(bench.connection.execute(f"DESCRIBE {other}").fetchall()) - 1


def _known_later(bench: Bench, rule: Join) -> int:
    """A resampled row that is called by its interval's start is known at its end only: that many microseconds."""
    if rule.direction == "nearest":
        return 0
    grids = [
        grid for grid in bench.recipe.cleaning.resample if grid.stream == rule.stream and grid.label == "start"
    ]
    return round(grids[0].interval * 1e6) if grids else 0


def _wanted(rule: Join, table: PreparedTable, number: int) -> list[Field]:
    if not rule.columns:
        return list(table.fields)
    known = {field.name: field for field in table.fields}
    for name in rule.columns:
        if name not in known:
            raise BadInput(
                "preprocess-column-unknown",
                place=f"cleaning.join.{number}.columns",
                column=name,
                known=", ".join(known),
            )
    return [known[name] for name in rule.columns]


def _column(bench: Bench, rule: Join, field: Field, kinds: Mapping[str, str], place: int) -> Column:
    short = bench.free(id_short(f"{rule.stream}_{field.id_short}"))
    role = "text" if field.role == "label" else field.role
    made = replace(field, name=f"{rule.stream}.{field.name}", id_short=short, role=role)
    return Column(made, f"{id_short(rule.stream)}_j{place}".lower(), kinds[field.id_short])
