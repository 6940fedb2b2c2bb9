"""Trade secrets: what of a column is published, as the recipe decided. The numbers behind it are told nowhere."""

from __future__ import annotations

import math
from dataclasses import replace

from aas_server.errors import BadInput
from aas_server.messages import in_all
from aas_server.product.preprocess import key as keys
from aas_server.product.preprocess.bench import Bench, Column
from aas_server.product.recipe.cleaning import Secret
from submodels.field import Field

_DAY_US = 86_400_000_000
_DIGITS = 9
"""Normalised and shifted values are rounded to nine decimals of their step: what the last bits of a fraction would
tell of the numbers behind it is cut off."""


def keep_back(bench: Bench, key: bytes) -> None:
    """Drop, normalise, shift or round every column of this stream for which the recipe says so."""
    for name in bench.recipe.cleaning.secrets:
        rule = bench.recipe.cleaning.secret(name)
        place = f"cleaning.secrets.{name}"
        for column in bench.made_of(name):
            if rule.how == "drop":
                _drop(bench, column)
            elif rule.how != "keep" and not column.about:
                _change(bench, column, rule, place, key)


def _drop(bench: Bench, column: Column) -> None:
    bench.columns.remove(column)
    bench.note("secret-drop", columns=(column.field.id_short,))


def _change(bench: Bench, column: Column, rule: Secret, place: str, key: bytes) -> None:
    if column.kind == "timestamp" and rule.how == "shift":
        value = f"{column.sql} + to_microseconds({_days(bench, column, rule, key) * _DAY_US})"
    elif column.kind not in ("double", "int64"):
        raise BadInput("preprocess-column-not-number", place=place, column=column.source or column.field.name)
    elif rule.how == "normalise":
        value = _normalised(bench, column, rule)
    elif rule.how == "shift":
        value = f"round({column.sql}::DOUBLE + {_shift(bench, column, rule, key)!r}::DOUBLE, {_DIGITS})"
    else:
        step = float(rule.step or 1.0)
        value = f"round({column.sql}::DOUBLE / {step!r}::DOUBLE) * {step!r}::DOUBLE"
    (cells,) = bench.counts(f"count({column.sql})")
    bench.put({column.sql: value})
    sentence = f"preprocess-secret-{rule.how}"
    step_told = "" if rule.step is None else f"{rule.step:g}"
    short = column.field.id_short
    bench.note(
        f"secret-{rule.how}", cells, columns=(short,), sentence=sentence, column=short, step=step_told, by=rule.by
    )
    if column.kind != "timestamp":
        bench.as_number(column)
    column.field = _told(bench, column.field, rule)


def _normalised(bench: Bench, column: Column, rule: Secret) -> str:
    asked = "min({0}), max({0}) - min({0})" if rule.by == "min-max" else "avg({0}), stddev_pop({0})"
    with bench.in_order() as source:
        [(base, width)] = bench.connection.execute(
            f"SELECT {asked.format(f'{column.sql}::DOUBLE')} FROM {source}"  # noqa: S608
        ).fetchall()
    if base is None:
        return column.sql
    return f"round(({column.sql}::DOUBLE - {base!r}::DOUBLE) / {float(width or 1.0)!r}::DOUBLE, {_DIGITS})"


def _unit(bench: Bench, column: Column, key: bytes) -> float:
    """A number between 0.25 and 1, or its negative, that follows from the secret and the column's name."""
    drawn = keys.derived(key, "shift", bench.recipe.id, bench.stream.name, column.field.name)
    size = 0.25 + 0.75 * (int.from_bytes(drawn[:7]) / 2**56)
    return size if drawn[7] % 2 else -size


def _shift(bench: Bench, column: Column, rule: Secret, key: bytes) -> float:
    return _unit(bench, column, key) * float(rule.most or 0.0)


def _days(bench: Bench, column: Column, rule: Secret, key: bytes) -> int:
    """Whole days, so that the time of day stays; never none."""
    drawn = _shift(bench, column, rule, key)
    return math.floor(drawn) if drawn < 0 else math.ceil(drawn)


def _told(bench: Bench, field: Field, rule: Secret) -> Field:
    """A field whose values are no longer what its dictionary entry says gets a meaning of its own."""
    if rule.how == "round":
        return field
    words = in_all(
        f"preprocess-column-{rule.how}", name={one: field.title.get(one) or field.name for one in ("ko", "en")}
    )
    return replace(
        field,
        semantic_id=bench.names.concept(bench.recipe.id, bench.stream.name, field.id_short, rule.how),
        origin="own",
        unit=None if rule.how == "normalise" else field.unit,
        minimum=None,
        maximum=None,
        title=words,
        definition=words,
    )


def needs(rule: Secret, place: str) -> None:
    """Raises ``BadInput`` where the decision lacks its figure."""
    for how, figure, name in (("round", rule.step, "step"), ("shift", rule.most, "most")):
        if rule.how == how and (figure is None or not math.isfinite(figure) or figure <= 0):
            raise BadInput("preprocess-figure-needed", place=f"{place}.{name}", how=how)
