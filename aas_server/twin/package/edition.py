"""Metamodel 3.1 said in 3.0: what 3.0 has no place for stands in an extension, and comes back from there.

Only a list's children need it: 3.0 forbids them an idShort (AASd-120), 3.1 allows one. What else 3.1 can say and
3.0 can't (a relationship without ends, ``AssetKind`` ``Role``, a hyphen in an idShort) is refused by who writes,
with its path: to leave it out or to call it otherwise would be a loss.
"""

from __future__ import annotations

from typing import Any

from aas_server.twin.elements import CHILDREN, numbered
from aas_server.twin.plain import Json

ID_SHORT = "idShortOfListElement"
"""The extension that keeps a list child's idShort."""
_VARIABLES = ("inputVariables", "outputVariables", "inoutputVariables")


def as_3_0(document: Json) -> Json:
    """A document of 3.1 as 3.0 can say it; the same object where nothing differs."""
    return _below(document, True)


def from_3_0(document: Json) -> Json:
    """The reverse: idShorts that ``as_3_0`` has put aside are back in their place."""
    return _below(document, False)


def _below(element: Json, aside: bool) -> Json:
    place = CHILDREN.get(element.get("modelType", ""))
    inside = element.get(place) if place else None
    result = element
    if isinstance(inside, list):
        renewed = [_below(child, aside) if isinstance(child, dict) else child for child in inside]
        if numbered(element):
            renewed = [_named(child, aside) if isinstance(child, dict) else child for child in renewed]
        if any(new is not old for new, old in zip(renewed, inside, strict=True)):
            result = {name: renewed if name == place else part for name, part in element.items()}
    for role in _VARIABLES if element.get("modelType") == "Operation" else ():
        if isinstance(result.get(role), list):
            result = result | {role: [_variable(one, aside) for one in result[role]]}
    return result


def _variable(variable: Any, aside: bool) -> Any:
    inner = variable.get("value") if isinstance(variable, dict) else None
    return variable | {"value": _below(inner, aside)} if isinstance(inner, dict) else variable


def _named(child: Json, aside: bool) -> Json:
    if aside:
        if "idShort" not in child:
            return child
        kept = {"name": ID_SHORT, "valueType": "xs:string", "value": child["idShort"]}
        others = [one for one in child.get("extensions", ()) if one.get("name") != ID_SHORT]
        return {name: part for name, part in child.items() if name != "idShort"} | {"extensions": [*others, kept]}
    given = child.get("extensions")
    extensions = given if isinstance(given, list) else []
    kept = next((one for one in extensions if isinstance(one, dict) and one.get("name") == ID_SHORT), {})
    if "value" not in kept or "idShort" in child:
        return child
    rest = [one for one in extensions if one is not kept]
    plain = {name: part for name, part in child.items() if name != "extensions"}
    return {"idShort": kept["value"]} | plain | ({"extensions": rest} if rest else {})
