"""What the fields of a product mean, as a table people edit: a view of the AssetInterfacesDescription."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from basyx.aas import model

from aas_server.errors import BadInput, NotFound
from aas_server.ids import is_id_short
from aas_server.product import report
from aas_server.standard import irdi
from submodels import asset_interfaces
from submodels.asset_interfaces import AssetInterfaces, Feed
from submodels.field import Field, Unit
from submodels.fields import origin_of
from templates import units

COLUMNS = (
    "stream",
    "name",
    "idShort",
    "semanticId",
    "unit",
    "valueType",
    "title_ko",
    "title_en",
    "definition_ko",
    "definition_en",
)
Row = Mapping[str, str]


class Twin(Protocol):
    """What is needed of the product's shell."""

    def read(self, product: str, kind: str) -> model.Submodel | None: ...

    def put(self, product: str, submodel: model.Submodel) -> None: ...


def rows(twin: Twin, product: str) -> list[dict[str, str]]:
    """One row a field, keyed by ``COLUMNS``. Raises ``NotFound`` where nothing is described yet."""
    return [_row(feed, field) for feed in interfaces(twin, product).feeds for field in feed.fields]


def change(twin: Twin, product: str, changed: Iterable[Row]) -> int:
    """Take over edited rows; fields that have no row stay as they are. Returns how many fields changed.

    ``stream`` and ``name`` say which field. Raises ``BadInput`` for an unknown field, an illegal or doubled
    idShort, an unknown unit, an empty semantic id or a broken IRDI; then nothing is changed.
    """
    before = interfaces(twin, product)
    edits = {(row.get("stream", ""), row.get("name", "")): row for row in changed}
    known = {(feed.stream, field.name) for feed in before.feeds for field in feed.fields}
    for stream, name in edits.keys() - known:
        raise BadInput("field-unknown", stream=stream, name=name)
    after = replace(before, feeds=tuple(_edited(feed, edits) for feed in before.feeds))
    count = sum(
        old != new
        for was, now in zip(before.feeds, after.feeds, strict=True)
        for old, new in zip(was.fields, now.fields, strict=True)
    )
    if count:
        twin.put(product, asset_interfaces.to_submodel(after))
    return count


def to_csv(table: Iterable[Row]) -> str:
    """The table as CSV with a header; no cell is one that a spreadsheet runs."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows({name: report.harmless(cell) for name, cell in row.items()} for row in table)
    return text.getvalue()


def from_csv(text: str) -> list[dict[str, str]]:
    """The rows of such a CSV. Raises ``BadInput`` where a column that names the field is missing."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    missing = {"stream", "name"} - set(reader.fieldnames or ())
    if missing:
        raise BadInput("field-columns-missing", columns=", ".join(sorted(missing)))
    return [
        {name: report.original(value or "") for name, value in row.items() if name in COLUMNS} for row in reader
    ]


def interfaces(twin: Twin, product: str) -> AssetInterfaces:
    """The described feeds of a product. Raises ``NotFound`` where nothing is described yet."""
    submodel = twin.read(product, asset_interfaces.DESCRIPTION_KIND)
    if submodel is None:
        raise NotFound("fields-not-described", product=product)
    return asset_interfaces.from_submodel(submodel)


def _row(feed: Feed, field: Field) -> dict[str, str]:
    values = (
        feed.stream,
        field.name,
        field.id_short,
        field.semantic_id,
        field.unit.symbol if field.unit else "",
        field.value_type,
        *(text.get(language, "") for text in (field.title, field.definition) for language in ("ko", "en")),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _edited(feed: Feed, edits: Mapping[tuple[str, str], Row]) -> Feed:
    fields = tuple(_field(field, edits.get((feed.stream, field.name), {})) for field in feed.fields)
    seen: set[str] = set()
    for field in fields:
        if field.id_short.lower() in seen:
            raise BadInput("field-doubled", stream=feed.stream, name=field.name, given=field.id_short)
        seen.add(field.id_short.lower())
    return replace(feed, fields=fields)


def _field(field: Field, edit: Row) -> Field:
    id_short = edit.get("idShort", field.id_short)
    if not is_id_short(id_short) or "-" in id_short:
        raise BadInput("field-id-short-illegal", name=field.name, given=id_short)
    semantic_id = edit.get("semanticId", field.semantic_id).strip()
    if not semantic_id:
        raise BadInput("field-without-meaning", name=field.name)
    if semantic_id != field.semantic_id and irdi.looks_like(semantic_id) and not irdi.is_irdi(semantic_id):
        raise BadInput("field-irdi-invalid", name=field.name, given=semantic_id)
    return replace(
        field,
        id_short=id_short,
        semantic_id=semantic_id,
        origin=origin_of(semantic_id),
        unit=_unit(field, edit["unit"].strip()) if "unit" in edit else field.unit,
        title=_text(field.title, edit, "title"),
        definition=_text(field.definition, edit, "definition"),
    )


def _unit(field: Field, symbol: str) -> Unit | None:
    if not symbol:
        return None
    known = units.unit(symbol)
    if known is None:
        raise BadInput("field-unit-unknown", name=field.name, given=symbol)
    return Unit(known.symbol, known.code, known.irdi)


def _text(text: Mapping[str, str], edit: Row, column: str) -> dict[str, str]:
    return {language: edit.get(f"{column}_{language}", text.get(language, "")) for language in ("ko", "en")}
