"""Data specifications of IEC 61360 (IDTA-01003-a V3.1, AASc-002 and AASc-3a-004 to AASc-3a-010)."""

from __future__ import annotations

from collections.abc import Mapping

from aas_core3_1 import constants

from aas_server.twin.package.repair.place import Place
from aas_server.twin.package.repair.texts import english
from aas_server.twin.plain import Json

_WITH_UNIT = frozenset(str(one.value) for one in constants.IEC_61360_DATA_TYPES_WITH_UNIT)
_COUNTS: Mapping[str, str] = {
    **{f"INTEGER_{kind}": "INTEGER_COUNT" for kind in ("MEASURE", "CURRENCY")},
    **{f"REAL_{kind}": "REAL_COUNT" for kind in ("MEASURE", "CURRENCY")},
    "RATIONAL_MEASURE": "RATIONAL",
}
"""What IEC 61360 calls a number without unit."""
_NAME = 255
"""Characters of a preferred name."""


def specification(place: Place) -> None:
    """A measure without a unit is a number; a value and a list of values don't stand together."""
    type = place.new.get("dataType")
    if type in _WITH_UNIT and not place.new.get("unit") and "unitId" not in place.new:
        place.keep("dataType", type)
        place.replace("dataType", "repair-data-type", _COUNTS[type])
    if place.new.get("value") and "valueList" in place.new:
        place.put_aside("valueList")


def specified(place: Place) -> None:
    """The English name, and the English definition of a concept, that IEC 61360 demands: derived from what there
    is, in this order: the idShort, the text in another language, the id."""
    for number, one in enumerate(place.new["embeddedDataSpecifications"]):
        content = one["dataSpecificationContent"]
        where = f"embeddedDataSpecifications[{number}].dataSpecificationContent"
        if not english(content["preferredName"]):
            _speak(place, content, "preferredName", where, _name(place.new, content))
        if (
            place.name == "ConceptDescription"
            and not content.get("value")
            and not english(content.get("definition", []))
        ):
            names = [one["text"] for one in content["preferredName"] if english([one])]
            _speak(place, content, "definition", where, names[0])


def _name(host: Json, content: Json) -> str:
    texts = [one["text"] for one in [*content["preferredName"], *content.get("shortName", ())]]
    found = next((text for text in (host.get("idShort"), *texts, host.get("id")) if text), "unnamed")
    return str(found)[:_NAME]


def _speak(place: Place, content: Json, name: str, where: str, text: str) -> None:
    content[name] = [*content.get(name, ()), {"language": "en", "text": text}]
    place.mended(f"{where}.{name}", "repair-english", now=text)
