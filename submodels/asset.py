"""The asset itself: Identification (KOSMO), ContactInformation (IDTA 02002), TechnicalData (IDTA 02003); its live
values stand in ``operational_data``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from basyx.aas import model

from submodels import elements, reading
from submodels.operational_data import OperationalData
from submodels.operational_data import to_submodel as operational_data
from submodels.text import Text
from templates import concepts, smt

IDENTIFICATION_KIND = "Identification"
CONTACT_KIND = "ContactInformation"
TECHNICAL_KIND = "TechnicalData"

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")

__all__ = [
    "CONTACT_KIND",
    "IDENTIFICATION_KIND",
    "TECHNICAL_KIND",
    "Asset",
    "Contact",
    "OperationalData",
    "contact_information",
    "from_submodels",
    "identification",
    "operational_data",
    "technical_data",
]


@dataclass(frozen=True, slots=True)
class Contact:
    """Who answers for the asset and the product."""

    company: Text
    department: Text
    street: Text
    city: Text
    zip_code: Text
    country: str
    phone: str
    email: str
    role: Text


@dataclass(frozen=True, slots=True)
class Asset:
    """The machine or cell. ``parameters`` go into TechnicalData: name → (value, unit symbol)."""

    id: str
    name: Text
    manufacturer: Text
    model: str
    serial_number: str
    year: str
    contact: Contact
    parameters: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def identification(id: str, asset: Asset) -> model.Submodel:
    """What the asset lacks stays, with an empty value (KOSMO's rule)."""
    return elements.submodel(
        IDENTIFICATION_KIND,
        id,
        {
            "AssetID": asset.id,
            "FacilityName": asset.name,
            "ManufacturerName": asset.manufacturer,
            "ModelName": asset.model,
            "SerialNumber": asset.serial_number,
            "YearOfConstruction": asset.year,
        },
    )


def contact_information(id: str, asset: Asset) -> model.Submodel:
    """Country (ISO 3166-1) and phone number have no language; the template wants a text, so they stand under
    ``en``. The role is free text, so it is no ``RoleOfContactPerson``, which takes ECLASS values only."""
    contact = asset.contact
    said = {
        "NationalCode": {"en": contact.country},
        "CityTown": contact.city,
        "Company": contact.company,
        "Department": contact.department,
        "Phone": {"TelephoneNumber": {"en": contact.phone}} if contact.phone else None,
        "Email": {"EmailAddress": contact.email} if contact.email else None,
        "Street": contact.street,
        "Zipcode": contact.zip_code,
        "FurtherDetailsOfContact": contact.role,
    }
    return elements.submodel(CONTACT_KIND, id, {"ContactInformation": said})


def technical_data(id: str, asset: Asset) -> model.Submodel:
    """The parameters are one property area. Their units are units of embedded data specifications; a parameter the
    concept table knows bears its dictionary entry, else the template's "arbitrary"."""
    area = elements.named(
        {name: (_type_of(value), value) for name, (value, _) in asset.parameters.items()},
        lambda name: _meaning(name, asset.parameters[name][1]),
    )
    for made, (name, (_, unit)) in zip(area.values(), asset.parameters.items(), strict=True):
        made.embedded_data_specifications = [elements.data_specification({"en": name}, unit=unit)] if unit else []
    return elements.submodel(
        TECHNICAL_KIND,
        id,
        {
            "GeneralInformation": {
                "ManufacturerName": asset.manufacturer.get("en") or asset.manufacturer.get("ko", ""),
                "ManufacturerProductDesignation": asset.name,
                "ManufacturerArticleNumber": asset.model,
                "ManufacturerOrderCode": "",
            },
            "TechnicalPropertyAreas": [area] if area else None,
        },
    )


def from_submodels(
    identification: model.Submodel, contact_information: model.Submodel, technical_data: model.Submodel
) -> Asset:
    """The asset that the three submodels describe."""
    known = reading.values_of(identification, IDENTIFICATION_KIND)
    areas = reading.values_of(technical_data, TECHNICAL_KIND).get("TechnicalPropertyAreas", [])
    properties = [one for area in areas for one in area.values() if isinstance(one, model.Property)]
    values = reading.named_of(properties)
    return Asset(
        id=known["AssetID"],
        name=known["FacilityName"],
        manufacturer=known["ManufacturerName"],
        model=known["ModelName"],
        serial_number=known["SerialNumber"],
        year=known["YearOfConstruction"],
        contact=_contact(reading.values_of(contact_information, CONTACT_KIND)["ContactInformation"]),
        parameters={
            name: (str(value), _unit_of(one))
            for (name, value), one in zip(values.items(), properties, strict=True)
        },
    )


def _contact(said: Mapping[str, Any]) -> Contact:
    return Contact(
        company=said.get("Company", {}),
        department=said.get("Department", {}),
        street=said.get("Street", {}),
        city=said.get("CityTown", {}),
        zip_code=said.get("Zipcode", {}),
        country=said.get("NationalCode", {}).get("en", ""),
        phone=said.get("Phone", {}).get("TelephoneNumber", {}).get("en", ""),
        email=said.get("Email", {}).get("EmailAddress", ""),
        role=said.get("FurtherDetailsOfContact", {}),
    )


def _type_of(value: str) -> str:
    if _INTEGER.fullmatch(value):
        return "xs:integer"
    try:
        return "xs:double" if repr(float(value)) == value else "xs:string"
    except ValueError:
        return "xs:string"


def _meaning(name: str, unit: str) -> str:
    known = concepts.propose(name, unit)
    (areas,) = (one for one in smt.template(TECHNICAL_KIND).elements if one.id_short == "TechnicalPropertyAreas")
    return (known.irdi if known else "") or areas.children[0].children[0].semantic_id


def _unit_of(one: model.Property) -> str:
    for specification in one.embedded_data_specifications:
        content = specification.data_specification_content
        if isinstance(content, model.DataSpecificationIEC61360):
            return content.unit or ""
    return ""
