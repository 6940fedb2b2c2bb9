"""Arguments of an operation: submodel elements as they travel, plain values as a callable takes and gives them.

A plain value is: for a Property ``bool``, ``int``, ``float``, ``Decimal``, ``datetime`` or else ``str``, by its
valueType; for a Range a pair of those (``None`` for an open end); for a MultiLanguageProperty a mapping from
language to text; for every other element its JSON. A callable may give a list for a collection or list: the JSON
of the children.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from decimal import Decimal
from typing import Any

from aas_server.clock import iso
from aas_server.errors import AasError, BadInput
from aas_server.twin.editing.values import set_value
from aas_server.twin.metamodel import element_faults
from aas_server.twin.plain import Json
from aas_server.twin.xsd import INTEGER_TYPES, lexical

INPUT, INOUTPUT, OUTPUT = "inputVariables", "inoutputVariables", "outputVariables"

_CARDINALITY = frozenset({"SMT/Cardinality", "Cardinality", "Multiplicity"})
_PLAIN: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(INTEGER_TYPES, int),
    "xs:boolean": lambda text: text in ("true", "1"),
    "xs:double": float,
    "xs:float": float,
    "xs:decimal": Decimal,
    "xs:dateTime": datetime.fromisoformat,
}


def variables(operation: Json, role: str) -> list[Json]:
    """The elements that an Operation names as its variables in a role (``INPUT``, ``INOUTPUT``, ``OUTPUT``)."""
    return [variable["value"] for variable in operation.get(role, ())]


def matched(operation: Json, role: str, given: Sequence[Json]) -> list[Json]:
    """The arguments in the order of the variables. One that is not given takes the variable's own value; without
    one it is left out where its cardinality says that it may be.

    Raises ``BadInput`` that names the variable and its type.
    """
    known = {variable["idShort"]: variable for variable in variables(operation, role)}
    named: dict[str, Json] = {}
    for element in given:
        name = str(element.get("idShort", ""))
        if name not in known:
            raise BadInput("argument-unknown", name=name, known=_listed(known.values()))
        if name in named:
            raise BadInput("argument-twice", name=name)
        named[name] = _fitting(known[name], element)
    found: list[Json] = []
    for name, variable in known.items():
        if name in named or _has_value(variable):
            found.append(named.get(name, variable))
        elif not is_optional(variable):
            raise BadInput("argument-missing", name=name, type=type_name(variable))
    return found


def of_values(operation: Json, role: str, given: Mapping[str, Any]) -> list[Json]:
    """Arguments in the value-only form (of ``decode_value``) as elements. Raises ``BadInput``."""
    known = {variable["idShort"]: variable for variable in variables(operation, role)}
    made: list[Json] = []
    for name, value in given.items():
        # A name that is no variable's is told by ``matched``, as in the other form.
        element = deepcopy(known.get(name, {"idShort": name}))
        if name in known:
            set_value(element, value, name)
        made.append(element)
    return made


def is_optional(variable: Json) -> bool:
    """Whether a qualifier of the variable says that it may be left out."""
    return any(
        one["type"] in _CARDINALITY and str(one.get("value", "")).startswith("Zero")
        for one in variable.get("qualifiers", ())
    )


def type_name(variable: Json) -> str:
    """What a person calls the variable's type: ``Property xs:double``."""
    return f"{variable['modelType']} {variable.get('valueType', '')}".strip()


def plain(element: Json) -> Any:
    """An argument as a plain value. Raises ``BadInput`` for a value that Python can't hold (the year 20000)."""
    try:
        match element["modelType"]:
            case "Property":
                return _scalar(element.get("value"), element["valueType"])
            case "Range":
                return tuple(_scalar(element.get(end), element["valueType"]) for end in ("min", "max"))
            case "MultiLanguageProperty":
                return {text["language"]: text["text"] for text in element.get("value", ())}
    except (ValueError, ArithmeticError):
        said = " … ".join(str(element[part])[:100] for part in ("value", "min", "max") if part in element)
        raise BadInput("argument-wrong", name=element["idShort"], type=type_name(element), fault=said) from None
    return element


def element_of(variable: Json, value: Any) -> Json:
    """A plain value as an element like ``variable``; ``None`` is one without a value. Raises ``AasError`` where it
    does not fit."""
    kind = variable["modelType"]
    bare = {name: part for name, part in variable.items() if name not in ("value", "min", "max")}
    if value is None:
        return bare
    if isinstance(value, Mapping) and "modelType" in value:
        made = {**value, "idShort": variable["idShort"]}
    elif kind == "Property":
        made = bare | {"value": _lexical(variable, value)}
    elif kind == "Range":
        ends = {"min": value[0], "max": value[1]}
        made = bare | {end: _lexical(variable, one) for end, one in ends.items() if one is not None}
    elif kind == "MultiLanguageProperty":
        made = bare | {"value": [{"language": language, "text": text} for language, text in value.items()]}
    else:
        made = bare | ({"value": value} if value else {})
    return fitting_result(variable, made)


def fitting_result(variable: Json, element: Json) -> Json:
    """A result as it is. Raises ``AasError`` where it is no element like its variable."""
    try:
        return _fitting(variable, element)
    except BadInput as error:
        raise AasError("operation-result-wrong", **error.values) from None


def _fitting(variable: Json, element: Json) -> Json:
    """The element under the variable's valueType. Raises ``BadInput``."""
    name, type = variable["idShort"], type_name(variable)
    if element.get("modelType") != variable["modelType"]:
        raise BadInput("argument-wrong", name=name, type=type, fault=str(element.get("modelType")))
    typed = element | {part: variable[part] for part in ("valueType",) if part in variable}
    faults = element_faults(typed)
    if faults:
        raise BadInput("argument-wrong", name=name, type=type, fault=f"{faults[0].path} {faults[0].text}".strip())
    return typed


def _has_value(element: Json) -> bool:
    return any(part in element for part in ("value", "min", "max"))


def _scalar(text: str | None, value_type: str) -> Any:
    return None if text is None else _PLAIN.get(value_type, str)(text)


def _lexical(variable: Json, value: Any) -> str:
    if isinstance(value, datetime):
        value = iso(value) if value.tzinfo else value.isoformat()
    elif isinstance(value, Decimal):
        value = f"{value:f}"
    text = lexical(value, variable["valueType"])
    if text is None:
        fault = f"{value!r}"
        raise AasError("operation-result-wrong", name=variable["idShort"], type=type_name(variable), fault=fault)
    return text


def _listed(elements: Any) -> str:
    return ", ".join(f"{one['idShort']} ({type_name(one)})" for one in elements) or "-"
