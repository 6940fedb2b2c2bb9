"""The asset itself: Identification (KOSMO), DigitalNameplate-like facts, ContactInformation (IDTA 02002),
TechnicalData (IDTA 02003) and OperationalData (KOSMO: live values)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from submodels.field import Field
from submodels.text import Text


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


@dataclass(frozen=True, slots=True)
class OperationalData:
    """One property per field and stream; ``values`` are the stored ones (live ones are laid over at reading)."""

    id: str
    streams: Mapping[str, tuple[Field, ...]]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
