"""Which of the recipe's cleaning can be done again to one record, and how: the rules that go with the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from aas_server.product.conversion import planned
from aas_server.product.preprocess import casting, stretch
from aas_server.product.preprocess.bench import Bench, Column, field_of
from aas_server.product.preprocess.writing import TIME
from aas_server.product.recipe.cleaning import Cleaning
from aas_server.product.row_cleaning import ColumnCleaning, Kind, RowCleaning, Stretch, UnitChange

_KINDS: Mapping[str, Kind] = {"double": "number", "int64": "number", "bool": "boolean", "string": "text"}


def rules(bench: Bench, others: Mapping[str, RowCleaning]) -> RowCleaning:
    """Of a stream whose table is finished. ``others``: those of the streams that it may be joined with.

    Types, codes, words for "missing", a changed scale and units are done to one cell. What is kept back or about a
    person is told nowhere, and a row of an interval is no record: such columns are taken as the release has them.
    """
    columns: dict[str, ColumnCleaning] = {}
    as_released = []
    resampled = any(grid.stream == bench.stream.name for grid in bench.recipe.cleaning.resample)
    for column in bench.columns:
        field = column.field
        if column.about or field.role not in ("feature", "text") or bench.is_label(field):
            continue
        rule = _joined(bench, field.name, others) or (None if resampled else _column(bench, column))
        if rule is None:
            as_released.append(field.id_short)
        else:
            columns[field.id_short] = rule
    true, false = casting.truths()
    times = [bench.recipe.time, *(field.name for field in bench.stream.fields if field.role == "time"), TIME]
    return RowCleaning(
        columns,
        bench.recipe.cleaning.missing_words,
        true,
        false,
        tuple(dict.fromkeys(name for name in times if name)),
        str(bench.zone),
        tuple(as_released),
        tuple(_beyond(bench)),
    )


def _joined(bench: Bench, name: str, others: Mapping[str, RowCleaning]) -> ColumnCleaning | None:
    """The rule of a column that came from another stream, under the name it has here."""
    for join in bench.recipe.cleaning.join if bench.stream.name == bench.recipe.streams[0] else ():
        for rule in others[join.stream].columns.values():
            if name == f"{join.stream}.{rule.name}":
                return replace(rule, name=name)
    return None


def _column(bench: Bench, column: Column) -> ColumnCleaning | None:
    name, cleaning = column.field.name, bench.recipe.cleaning
    known = {field.name for field in bench.stream.fields}
    if name not in known or cleaning.hides(name) or column.kind not in _KINDS:
        return None
    cast = casting.declared(cleaning, name)
    kind = _KINDS[column.kind]
    if cast is not None and cast.to != "time":
        kind = cast.to
    unit = _unit(bench, name)
    scale = tuple(_stretches(bench, name))
    fill = cleaning.gaps.get(name)
    return ColumnCleaning(
        name,
        kind,
        cast is not None,
        cast.decimal if cast else ".",
        cast.thousands if cast else "",
        cleaning.codes.get(name, ()),
        scale,
        unit,
        unit is None and not scale and (fill is None or fill.fill != "linear"),
    )


def _unit(bench: Bench, name: str) -> UnitChange | None:
    declared = bench.recipe.cleaning.units.get(name)
    if declared is None:
        return None
    given, wanted, linear = planned(field_of(bench.stream, name), declared, f"cleaning.units.{name}")
    return UnitChange(given.symbol, wanted.symbol, linear)


def _stretches(bench: Bench, name: str) -> Iterator[Stretch]:
    for number, change in enumerate(bench.recipe.cleaning.scale, 1):
        if change.column == name:
            place = f"cleaning.scale.{number}"
            start, end = (
                stretch.moment(bench.zone, written, f"{place}.{which}").isoformat() if written else ""
                for which, written in (("start", change.start), ("end", change.end))
            )
            yield Stretch(float(change.factor), start, end)


def _beyond(bench: Bench) -> Iterator[str]:
    """What the recipe does to this stream and one record cannot tell."""
    cleaning, own = bench.recipe.cleaning, {field.name for field in bench.stream.fields}
    yield from (where for where in ("zones", "clock_offsets") if _of_times(cleaning, where, bench))
    for where in ("stuck", "outliers"):
        if any(name in own and rule.action == "null" for name, rule in getattr(cleaning, where).items()):
            yield where
    if any(grid.stream == bench.stream.name for grid in cleaning.resample):
        yield "resample"
    if any(name in own and rule.fill != "none" for name, rule in cleaning.gaps.items()):
        yield "gaps"
    if cleaning.join and bench.stream.name == bench.recipe.streams[0]:
        yield "join"


def _of_times(cleaning: Cleaning, where: str, bench: Bench) -> bool:
    """Times matter to a single record where the scale changed at one."""
    return bool(cleaning.scale) and any(one.stream == bench.stream.name for one in getattr(cleaning, where))
