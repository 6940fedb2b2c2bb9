"""``[owner]``: the firm and the machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from submodels.text import Text


@dataclass(frozen=True, slots=True)
class Owner:
    """The firm and the machine, for Identification, ContactInformation and TechnicalData."""

    company: Text
    department: Text
    street: Text
    city: Text
    zip_code: str
    country: str
    phone: str
    email: str
    manufacturer: Text
    model: str
    serial_number: str
    year: str
    parameters: Mapping[str, tuple[str, str]] = field(default_factory=dict)
