"""The mapping sheet of a product: a view of its AssetInterfacesDescription that Excel edits.

Written anew it says what the shell says; read back, changed rows go into the shell. The truth stays there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from aas_server.errors import BadInput
from aas_server.ids import Names, id_short
from aas_server.product import fields
from aas_server.product.fields import Twin
from aas_server.standard import mapping
from aas_server.standard.clues import Clues, is_number
from aas_server.standard.coverage import undefined
from aas_server.standard.dictionary import Dictionary
from aas_server.standard.mapping import Row, Sheet, checking
from aas_server.standard.mapping.checking import Doubt
from aas_server.standard.mapping.sheet import Value, by_language, in_languages
from submodels import operational_data
from submodels.asset_interfaces import AssetInterfaces, Feed
from submodels.field import Field
from submodels.operational_data import stream_id_short
from templates import units

_KOSMO_TYPES = {"xs:double": "float", "xs:long": "integer", "xs:boolean": "boolean", "xs:string": "String"}
_DATA_TYPES = {"xs:double": "REAL_MEASURE", "xs:long": "INTEGER_MEASURE", "xs:boolean": "BOOLEAN"}
_PROPERTY, _COLLECTION = "category=VARIABLE,kind=Instance", "kind=Instance,ordered=False,allowDuplicates=False"
_TAGS_TOLD = 20


@dataclass(frozen=True, slots=True)
class Taken:
    """``changed`` fields of the ``rows`` that were about a field; ``passed``: rows about something else (a
    nameplate, technical data), which the sheet may hold and the product has elsewhere."""

    rows: int
    passed: int
    changed: int
    doubts: tuple[Doubt, ...]


def write(twin: Twin, names: Names, product: str, dictionary: Dictionary, file: Path) -> int:
    """Write the sheet; returns how many fields it has."""
    described = fields.interfaces(twin, product)
    mapping.write(file, product, _rows(names, product, described, dictionary))
    return sum(len(feed.fields) for feed in described.feeds)


def read(twin: Twin, names: Names, product: str, dictionary: Dictionary, file: Path) -> Taken:
    """Take over an edited sheet. Raises ``BadInput`` with the cell: an unknown or doubled tag, a broken IRDI or
    IRI, an unknown unit, an illegal idShort; then nothing is changed."""
    described = fields.interfaces(twin, product)
    edits: dict[tuple[str, str], dict[str, str]] = {}
    first: dict[tuple[str, str], str] = {}
    called: dict[tuple[str, str], str] = {}
    doubts: list[Doubt] = []
    passed = 0
    for sheet in mapping.read(file).sheets:
        for row in sheet.rows:
            tag, place = _tag(sheet, row)
            if not tag:
                passed += 1
                continue
            feed, field = _field(product, described, row, tag, place)
            key = (feed.stream, field.name)
            if key in edits:
                raise BadInput("mapping-tag-doubled", cell=place, tag=tag, first=first[key])
            own = names.concept(product, feed.stream, field.id_short)
            edits[key] = _edit(sheet, row, feed, field, own) | _defined(row, field, dictionary)
            first[key] = place
            _once(called, sheet, row, feed.stream, edits[key]["idShort"])
            doubts += _doubts(sheet, row, edits[key], field, dictionary)
    if not edits:
        raise BadInput("mapping-nothing", file=file)
    changed = fields.change(twin, product, edits.values())
    return Taken(len(edits), passed, changed, tuple(doubts))


def _once(called: dict[tuple[str, str], str], sheet: Sheet, row: Row, stream: str, name: str) -> None:
    """``called``: the cell of each idShort that was read. Raises ``BadInput`` for one that comes again."""
    place = sheet.place(row, "id_short")
    before = called.setdefault((stream, name.lower()), place)
    if before != place:
        raise BadInput("mapping-id-short-doubled", cell=place, given=name, first=before)


def _defined(row: Row, field: Field, dictionary: Dictionary) -> dict[str, str]:
    """The entry's definition for a field that gets its IRDI, where the sheet still says that there is none."""
    entry = dictionary.entry(row.written("irdi"))
    said = set(by_language(row.written("definition")).values())
    if entry is None or not said or not said <= undefined(field):
        return {}
    return {f"definition_{language}": entry.definition.get(language, "") for language in ("ko", "en")}


def _rows(
    names: Names, product: str, described: AssetInterfaces, dictionary: Dictionary
) -> Iterator[dict[str, Value]]:
    yield {"asset": product, "id": names.asset(product)}
    yield {
        "shell0": id_short(product),
        "id": names.shell(product),
        "reference_type": "Asset",
        "reference_local": True,
    }
    kind = operational_data.KIND
    yield {"submodel": kind, "options": "kind=Instance", "id": names.submodel(product, kind)}
    for feed in described.feeds:
        yield {"collection0": stream_id_short(feed.stream), "options": _COLLECTION, "note": feed.topic}
        for field in feed.fields:
            own = names.concept(product, feed.stream, field.id_short)
            yield _property(field, own, dictionary)


def _property(field: Field, own: str, dictionary: Dictionary) -> dict[str, Value]:
    official = field.origin == "irdi"
    entry = dictionary.entry(field.semantic_id) if official else None
    return {
        "variable": field.name,
        "id_short": f"Prop:{field.id_short}",
        "options": _PROPERTY,
        "id": own,
        "reference_type": "ConceptDescription",
        "reference_local": True,
        "name": entry.name("en") if entry is not None else "",
        "preferred_name": in_languages(field.title),
        "data_type": _DATA_TYPES.get(field.value_type, "STRING"),
        "iri": "" if official else field.semantic_id,
        "irdi": field.semantic_id if official else "",
        "unit": field.unit.symbol if field.unit else "",
        "value_type": _KOSMO_TYPES.get(field.value_type, field.value_type.removeprefix("xs:")),
        "definition": in_languages(field.definition),
        "tag": field.name,
    }


def _tag(sheet: Sheet, row: Row) -> tuple[str, str]:
    """The row's tag, else its variable, and the cell; a row of a collection or another submodel has neither."""
    for key in ("tag", "variable"):
        if row.written(key):
            return row.written(key), sheet.place(row, key)
    return "", ""


def _field(product: str, described: AssetInterfaces, row: Row, tag: str, place: str) -> tuple[Feed, Field]:
    named = {name.lower() for name in row.collections}
    every = [(feed, field) for feed in described.feeds for field in feed.fields if field.name.strip() == tag]
    here = [one for one in every if {stream_id_short(one[0].stream).lower(), one[0].stream.lower()} & named]
    found = here or every
    if not found:
        known = [field.name for feed in described.feeds for field in feed.fields]
        told = ", ".join(known[:_TAGS_TOLD]) + (" …" if len(known) > _TAGS_TOLD else "")
        raise BadInput("mapping-tag-unknown", cell=place, product=product, tag=tag, known=told)
    if len(found) > 1:
        streams = ", ".join(feed.stream for feed, _ in found)
        raise BadInput("mapping-tag-ambiguous", cell=place, tag=tag, streams=streams)
    return found[0]


def _edit(sheet: Sheet, row: Row, feed: Feed, field: Field, own: str) -> dict[str, str]:
    """The row as an edited row of the table of fields. Without IRDI and IRI it is our own URI again."""
    kept = field.unit is not None and field.unit.symbol == row.written("unit")
    for fault in checking.faults(sheet, row, row.written("unit") if kept else ""):
        raise fault
    known = units.by_any(row.written("unit")) if row.written("unit") else None
    edit = {
        "stream": feed.stream,
        "name": field.name,
        "idShort": row.element[1] or field.id_short,
        "semanticId": row.written("irdi") or row.written("iri") or own,
        **({} if kept else {"unit": known.symbol if known else ""}),
    }
    for column, key, before in (
        ("preferred_name", "title", field.title),
        ("definition", "definition", field.definition),
    ):
        said = by_language(row.written(column))
        edit |= {f"{key}_{language}": said.get(language, "") for language in ("ko", "en")} if said else {}
        if said == {language: text for language, text in before.items() if text}:
            edit = {name: text for name, text in edit.items() if not name.startswith(f"{key}_")}
    return edit


def _doubts(sheet: Sheet, row: Row, edit: Mapping[str, str], field: Field, dictionary: Dictionary) -> list[Doubt]:
    unit = edit.get("unit", field.unit.symbol if field.unit else "")
    clues = Clues(field.name, unit, is_number(field.value_type))
    return checking.doubts(sheet, row, clues, edit["semanticId"], dictionary)
