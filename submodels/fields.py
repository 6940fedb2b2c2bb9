"""A field in its three forms: a Property (record, live value), a WoT datum (interface), an entry of a dictionary.

What a form has no place for stands in extensions of the element. Where both say something the element wins, so a
unit or a meaning that was edited there counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from basyx.aas import model
from basyx.aas.model import datatypes

from submodels import elements, reading
from submodels.field import Field, Origin, Role, Unit
from templates import units

_IRDI = re.compile(r"0(112|173)[-/]")
_JSON_TYPES = {
    "number": ("xs:double", "xs:float", "xs:decimal"),
    "integer": ("xs:long", "xs:int", "xs:integer", "xs:short", "xs:unsignedLong"),
    "boolean": ("xs:boolean",),
    "string": ("xs:string",),
}


def origin_of(semantic_id: str) -> Origin:
    """``irdi`` for an identifier of IEC CDD (0112) or ECLASS (0173), else ``own``."""
    return "irdi" if _IRDI.match(semantic_id) else "own"


def property_of(field: Field, value: str | None = None) -> model.Property:
    """The field as a Property with its meaning, type and names, and with ``value`` (as text) if there is one."""
    return elements.property_(
        field.id_short,
        field.value_type,
        value,
        semantic_id=elements.reference(field.semantic_id),
        display_name=elements.name(field.title),
        description=elements.text(field.definition),
        extension=elements.extensions(_rest(field, _unit(field), _range(field))),
    )


def field_of(one: model.Property) -> Field:
    """The field that ``property_of`` made a Property of."""
    rest = reading.extensions_of(one)
    return Field(
        name=rest.get("name", one.id_short or ""),
        id_short=one.id_short or "",
        value_type=datatypes.XSD_TYPE_NAMES[one.value_type],
        semantic_id=reading.semantic_id(one),
        origin=origin_of(reading.semantic_id(one)),
        title=dict(one.display_name or {}),
        definition=dict(one.description or {}),
        role=cast(Role, rest.get("role", "feature")),
        unit=Unit(rest["unit"], rest.get("unitCode", ""), rest.get("unitId", "")) if "unit" in rest else None,
        minimum=_number(rest.get("minimum")),
        maximum=_number(rest.get("maximum")),
    )


def datum(field: Field) -> dict[str, Any]:
    """The field as a data schema of an interface description (IDTA 02017): values by idShort."""
    json_type = _json_type(field.value_type)
    own_type = {} if _JSON_TYPES[json_type][0] == field.value_type else {"valueType": field.value_type}
    said: dict[str, Any] = {
        "key": field.name if field.name != field.id_short else None,
        "type": json_type,
        "title": field.title.get("en") or field.title.get("ko"),
        "valueSemantics": elements.reference(field.semantic_id),
        elements.DISPLAY_NAME: field.title,
        elements.DESCRIPTION: field.definition,
    }
    symbol = {}
    if field.unit is not None:
        code = field.unit.code or field.unit.symbol
        said["unit"] = elements.Coded(code, field.unit.irdi) if field.unit.irdi else code
        symbol = _unit(field) if field.unit != _unit_of(code, {}) else {}
    if field.minimum is not None or field.maximum is not None:
        said["min_max"] = (field.minimum, field.maximum)
    said[elements.EXTENSIONS] = {**_rest(field, symbol, {}, named=False), **own_type}
    return said


def field_of_datum(id_short: str, said: Mapping[str, Any]) -> Field:
    """The field that ``datum`` described. A description by others needs only ``type`` and ``valueSemantics``."""
    rest = said.get(elements.EXTENSIONS, {})
    meaning = said.get("valueSemantics")
    semantic_id = str(meaning.key[-1].value) if meaning is not None else ""
    low, high = said.get("min_max", (None, None))
    kinds = _JSON_TYPES.get(str(said.get("type")), _JSON_TYPES["number"])
    value_type = rest.get("valueType", kinds[0])
    return Field(
        name=said.get("key", id_short),
        id_short=id_short,
        value_type=value_type if _json_type(value_type) == said.get("type") else kinds[0],
        semantic_id=semantic_id,
        origin=origin_of(semantic_id),
        title=said.get(elements.DISPLAY_NAME) or {"en": said.get("title", id_short)},
        definition=said.get(elements.DESCRIPTION, {}),
        role=cast(Role, rest.get("role", "feature")),
        unit=_unit_of(said["unit"], rest) if "unit" in said else None,
        minimum=_number(low),
        maximum=_number(high),
    )


def entry(field: Field) -> dict[str, Any]:
    """The field as an entry of a dictionary of variables (structure table ``Field``)."""
    unit = field.unit
    return {
        "Name": field.name,
        "IdShort": field.id_short,
        "ValueType": field.value_type,
        "SemanticId": field.semantic_id,
        "Origin": field.origin,
        "Role": field.role,
        "Title": field.title,
        "Definition": field.definition,
        "UnitSymbol": unit.symbol if unit else None,
        "UnitCode": unit.code if unit else None,
        "UnitId": unit.irdi if unit else None,
        "Minimum": field.minimum,
        "Maximum": field.maximum,
    }


def field_of_entry(said: Mapping[str, Any]) -> Field:
    """The field of a dictionary's entry."""
    unit = said.get("UnitSymbol")
    return Field(
        name=said["Name"],
        id_short=said["IdShort"],
        value_type=said["ValueType"],
        semantic_id=said["SemanticId"],
        origin=said["Origin"],
        title=said.get("Title", {}),
        definition=said.get("Definition", {}),
        role=said["Role"],
        unit=Unit(unit, said.get("UnitCode", ""), said.get("UnitId", "")) if unit else None,
        minimum=said.get("Minimum"),
        maximum=said.get("Maximum"),
    )


def _rest(field: Field, unit: Mapping[str, str], limits: Mapping[str, str], named: bool = True) -> dict[str, str]:
    said = {"name": field.name} if named and field.name != field.id_short else {}
    if field.role != "feature":
        said["role"] = field.role
    return {**said, **unit, **limits}


def _unit(field: Field) -> dict[str, str]:
    unit = field.unit
    said = {"unit": unit.symbol, "unitCode": unit.code, "unitId": unit.irdi} if unit else {}
    return {key: value for key, value in said.items() if value}


def _unit_of(code: str, rest: Mapping[str, str]) -> Unit:
    if code in (rest.get("unitCode"), rest.get("unit")):
        return Unit(rest.get("unit", code), rest.get("unitCode", ""), rest.get("unitId", ""))
    known = units.by_code(code) or units.unit(code)
    return Unit(known.symbol, known.code, known.irdi) if known else Unit(code)


def _range(field: Field) -> dict[str, str]:
    ends = {"minimum": field.minimum, "maximum": field.maximum}
    return {key: repr(end) for key, end in ends.items() if end is not None}


def _number(value: str | None) -> float | None:
    return float(value) if value not in (None, "") else None


def _json_type(value_type: str) -> str:
    return next((name for name, types in _JSON_TYPES.items() if value_type in types), "string")
