"""Registration (own): the entry in the data library, and how long it is kept."""

from __future__ import annotations

from dataclasses import dataclass

from basyx.aas import model

from submodels import elements, reading

KIND = "Registration"


@dataclass(frozen=True, slots=True)
class Registration:
    """``kept_until`` is the first day on which the listing may go, over a year after ``registered``. Neither the
    package's hash nor the library's answer stands here: they live in the listing."""

    id: str
    listing: str
    library: str
    release: str
    registered: str
    kept_until: str
    schema: str
    citation: str


_ELEMENTS = {
    "listing": "Listing",
    "library": "Library",
    "release": "Release",
    "registered": "Registered",
    "kept_until": "KeptUntil",
    "schema": "Schema",
    "citation": "Citation",
}


def to_submodel(registration: Registration) -> model.Submodel:
    said = {name: getattr(registration, attribute) for attribute, name in _ELEMENTS.items()}
    return elements.submodel(KIND, registration.id, said)


def from_submodel(submodel: model.Submodel) -> Registration:
    said = reading.values_of(submodel, KIND)
    return Registration(id=submodel.id, **{attribute: said[name] for attribute, name in _ELEMENTS.items()})
