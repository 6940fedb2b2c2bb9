"""The value-only forms of IDTA-01002 V3.0.3, where V3.0.4 and later have others: for ``/api/v3.0``."""

from __future__ import annotations

from typing import Any

from aas_server.twin.plain import Json


def listed(values: Json) -> list[Json]:
    """Several elements' values as a list of objects of one entry (later: one object)."""
    return [{name: value} for name, value in values.items()]


def named(element: Json, value: Any) -> Any:
    """One element's value; a bare one stands under the element's idShort (later: bare). A child of a list has no
    idShort and stays bare."""
    bare = not isinstance(value, dict | list)
    return {element["idShort"]: value} if bare and "idShort" in element else value


def unnamed(element: Json, given: Any) -> Any:
    """A value to be set, out of the form of ``named``."""
    wrapped = (
        element["modelType"] == "Property" and isinstance(given, dict) and list(given) == [element.get("idShort")]
    )
    return given[element["idShort"]] if wrapped else given
