"""The variable dictionary: what every column of every table means, and what was seen in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from aas_server.clock import iso
from aas_server.messages import in_all
from aas_server.product import report
from aas_server.product.package.tables import TIME, Table, observed
from submodels.field import Field
from submodels.text import Text

_TIME_IRI = "https://admin-shell.io/idta/TimeSeries/UtcTime/1/1"
"""IDTA 02008-1-1: a UTC time stamp of a record."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One column. ``minimum``/``maximum`` are observed, ``valid_*`` declared; ``missing_percent`` is 0…100 of
    ``rows``. ``name`` is the field as the gateway wrote it."""

    table: str
    name: str
    id_short: str
    semantic_id: str
    origin: str
    unit: str
    unit_code: str
    type: str
    role: str
    valid_minimum: float | None
    valid_maximum: float | None
    minimum: float | int | str | None
    maximum: float | int | str | None
    missing: int
    rows: int
    missing_percent: float
    title: Text
    definition: Text


def dictionary(tables: Sequence[Table]) -> tuple[Variable, ...]:
    """All variables, table by table, in the order of the columns."""
    return tuple(variable for table in tables for variable in _of_table(table))


def _of_table(table: Table) -> list[Variable]:
    known = {field.id_short: field for field in table.source.fields}
    seen = observed(table)
    return [_variable(table, known.get(column) or _unknown(column), seen[column]) for column in table.columns]


def _unknown(column: str) -> Field:
    """The meaning of a column that step 2 added itself."""
    if column == TIME:
        title, definition = in_all("variable-time"), in_all("variable-time-definition")
        return Field(TIME, TIME, "xs:dateTime", _TIME_IRI, "own", title, definition, "time")
    nameless = {"ko": column, "en": column}
    return Field(column, column, "xs:string", "", "own", nameless, in_all("variable-undescribed"), "text")


def _variable(table: Table, field: Field, seen: tuple[int, object, object]) -> Variable:
    present, low, high = seen
    missing = table.rows - present
    return Variable(
        table=table.file,
        name=field.name,
        id_short=field.id_short,
        semantic_id=field.semantic_id,
        origin=field.origin,
        unit=field.unit.symbol if field.unit else "",
        unit_code=(field.unit.irdi or field.unit.code) if field.unit else "",
        type=field.value_type,
        role=field.role,
        valid_minimum=field.minimum,
        valid_maximum=field.maximum,
        minimum=_plain(low),
        maximum=_plain(high),
        missing=missing,
        rows=table.rows,
        missing_percent=round(100 * missing / table.rows, 4) if table.rows else 0.0,
        title=field.title,
        definition=field.definition,
    )


def _plain(value: object) -> float | int | str | None:
    """Numbers and times as they are; of texts and truth values no range is told."""
    if isinstance(value, datetime):
        return iso(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def write(variables: Sequence[Variable], folder: Path) -> None:
    """``variables.json`` and ``variables.csv`` (one column per language)."""
    body = msgspec.json.format(msgspec.json.encode(variables), indent=2)
    (folder / "variables.json").write_bytes(body + b"\n")
    names = [name for name in Variable.__dataclass_fields__ if name not in ("title", "definition")]
    head = [*names, "title_ko", "title_en", "definition_ko", "definition_en"]
    rows = [
        [getattr(variable, name) for name in names]
        + [words.get(language, "") for words in (variable.title, variable.definition) for language in ("ko", "en")]
        for variable in variables
    ]
    report.write_csv(folder / "variables.csv", [head, *rows])
