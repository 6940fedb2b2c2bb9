"""A stream put onto a grid of equal intervals."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, tzinfo

from aas_server.errors import BadInput
from aas_server.messages import in_all
from aas_server.product.preprocess.bench import Bench, Column
from aas_server.product.recipe.cleaning import Aggregate, Resample
from submodels.field import Field

MOST_EMPTY = 10_000_000
"""Rows of a grid, empty ones included: more is a recipe that does not mean what it says."""
_ARITHMETIC = ("mean", "sum")
_SQL = {
    "mean": "avg({value}::DOUBLE)",
    "sum": "sum({value}::DOUBLE)",
    "min": "min({value})",
    "max": "max({value})",
    "first": "arg_min({value}, (time, row))",
    "last": "arg_max({value}, (time, row))",
    "count": "count({value})",
}


def onto_grid(bench: Bench) -> None:
    """One row for each interval ``[k·i, (k+1)·i)`` in which there is a record, counted from midnight (local) of
    1970-01-01; ``empty = "keep"`` gives those between without one, too. A row is called by its interval's end, so
    that it holds nothing from after its time, or by its start where the recipe says so. A column's missing cells
    are passed over; where all are missing the result is."""
    for number, rule in enumerate(bench.recipe.cleaning.resample, 1):
        if rule.stream == bench.stream.name:
            _resample(bench, rule, f"cleaning.resample.{number}")


def _resample(bench: Bench, rule: Resample, place: str) -> None:
    bench.need_times(place)
    step = round(rule.interval * 1e6)
    origin = -_offset(bench.zone)
    since = f"(epoch_us(time) - ({origin})::BIGINT)"
    bucket = f"(({since} - (({since} % {step}) + {step}) % {step}) // {step})"
    _check_size(bench, rule, bucket, place)
    columns, values = _aggregated(bench, rule, place)
    at = f"make_timestamp((bucket{' + 1' if rule.label == 'end' else ''}) * {step} + ({origin}))::TIMESTAMPTZ"
    asked = "".join(f", {value} AS {column.sql}" for column, value in zip(columns, values, strict=True))
    with bench.in_order() as source:
        bench.step(
            f"SELECT {bucket}::BIGINT AS bucket{asked} FROM {source} "  # noqa: S608
            "WHERE time IS NOT NULL GROUP BY 1",
            "TABLE",
        )
    if rule.empty == "keep":
        grid = f"(SELECT unnest(range(min(bucket), max(bucket) + 1)) AS bucket FROM {bench.relation})"  # noqa: S608
        bench.step(f"SELECT * FROM {grid} LEFT JOIN {bench.relation} USING (bucket)")  # noqa: S608
    kept = "".join(f", {column.sql}" for column in columns)
    bench.step(
        f"SELECT row_number() OVER (ORDER BY bucket) - 1 AS row, {at} AS time{kept} FROM {bench.relation}",  # noqa: S608
        "TABLE",
    )
    bench.columns = columns
    (rows,) = bench.counts("count(*)")
    bench.note("resample", rows_out=rows, seconds=f"{rule.interval:g}", label=in_all(f"preprocess-{rule.label}"))


def ways(column: Column, rule: Resample, place: str) -> tuple[Aggregate, ...]:
    """How the column's readings become one: as declared, else the mean of a feature's numbers, else the last.
    Raises ``BadInput`` for an arithmetic of texts, or one named twice."""
    declared = rule.columns.get(column.field.name)
    numeric = column.kind in ("double", "int64")
    if declared is None:
        return ("mean",) if numeric and column.field.role == "feature" else ("last",)
    many = (declared,) if isinstance(declared, str) else declared
    if not many or len(set(many)) < len(many):
        raise BadInput("preprocess-aggregates", place=f"{place}.columns.{column.field.name}")
    if not numeric and any(one in _ARITHMETIC for one in many):
        raise BadInput(
            "preprocess-column-not-number", place=f"{place}.columns.{column.field.name}", column=column.field.name
        )
    return many


def _aggregated(bench: Bench, rule: Resample, place: str) -> tuple[list[Column], list[str]]:
    columns: list[Column] = []
    values: list[str] = []
    for column in bench.columns:
        many = ways(column, rule, place)
        for way in many:
            columns.append(_column(bench, column, way, alone=len(many) == 1, number=len(columns)))
            values.append(_SQL[way].format(value=column.sql))
    return columns, values


def _column(bench: Bench, column: Column, way: Aggregate, *, alone: bool, number: int) -> Column:
    field = column.field
    short = field.id_short if alone else bench.free(f"{field.id_short}_{way}")
    bench.veil = bench.veil.also(field.id_short, short)
    made = replace(field, id_short=short, name=field.name if alone else f"{field.name} ({way})")
    kind = column.kind
    if way in _ARITHMETIC:
        kind, made = "double", replace(made, value_type="xs:double")
    if way in ("sum", "count"):
        made = replace(made, minimum=None, maximum=None)
    if way == "count":
        kind, made = "int64", _counted(bench, made)
    return Column(made, f"r{number}", kind, column.source or field.name, about=way == "count" or column.about)


def _counted(bench: Bench, field: Field) -> Field:
    """How often a quantity was read is not that quantity."""
    title = in_all(
        "preprocess-column-count", name={one: field.title.get(one) or field.name for one in ("ko", "en")}
    )
    own = bench.names.concept(bench.recipe.id, bench.stream.name, field.id_short, "count")
    return replace(
        field, value_type="xs:long", semantic_id=own, origin="own", unit=None, title=title, definition=title
    )


def _check_size(bench: Bench, rule: Resample, bucket: str, place: str) -> None:
    if rule.empty == "keep":
        (rows,) = bench.counts(f"max({bucket}) - min({bucket}) + 1")
        if rows > MOST_EMPTY:
            raise BadInput(
                "preprocess-grid-large", place=f"{place}.interval", rows=f"{rows:,}", most=f"{MOST_EMPTY:,}"
            )


def _offset(zone: tzinfo) -> int:
    """What local midnight of 1970-01-01 is ahead of UTC, in microseconds."""
    ahead = datetime(1970, 1, 1, tzinfo=zone).utcoffset()
    return 0 if ahead is None else round(ahead.total_seconds() * 1e6)
