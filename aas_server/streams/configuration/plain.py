"""Submodels of others as plain JSON: looked into without taking anything for granted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aas_server.twin.plain import Json


def child(element: Json | None, name: str) -> Json | None:
    """The child with this idShort; ``None`` where there is none."""
    return next((one for one in children(element) if one.get("idShort") == name), None)


def children(element: Json | None) -> list[Json]:
    """The children of a submodel, collection or list."""
    found = (element or {}).get("submodelElements") or (element or {}).get("value")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def value(element: Json | None, name: str) -> str | None:
    """The value of the Property with this idShort, without blanks around it; ``None`` where it says nothing."""
    found = child(element, name)
    text = found.get("value") if found is not None else None
    return text.strip() or None if isinstance(text, str) else None


def keys(reference: Any) -> list[tuple[str, str]]:
    """A reference's keys: type and value, the latter without blanks around it."""
    found = reference.get("keys") if isinstance(reference, dict) else None
    return [
        (str(one.get("type", "")), str(one.get("value", "")).strip())
        for one in (found if isinstance(found, list) else [])
        if isinstance(one, dict)
    ]


def reference(element: Json | None, name: str) -> list[tuple[str, str]]:
    """The keys of the ReferenceElement with this idShort."""
    return keys((child(element, name) or {}).get("value"))


def meanings(element: Json) -> Iterator[str]:
    """Its semantic ids: own and supplemental ones, first keys first."""
    for one in (element.get("semanticId"), *(element.get("supplementalSemanticIds") or ())):
        found = keys(one)
        if found:
            yield found[-1][1]


def extensions(element: Json) -> dict[str, str]:
    """The values of its extensions by name."""
    found = element.get("extensions")
    return {
        str(one.get("name")): str(one.get("value", ""))
        for one in (found if isinstance(found, list) else [])
        if isinstance(one, dict)
    }


def texts(element: Json, name: str) -> dict[str, str]:
    """A text in several languages (``displayName``)."""
    found = element.get(name)
    return {
        str(one.get("language", "")).partition("-")[0]: str(one.get("text", ""))
        for one in (found if isinstance(found, list) else [])
        if isinstance(one, dict)
    }
