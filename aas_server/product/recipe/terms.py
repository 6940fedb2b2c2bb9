"""``[terms]``: under which contract the product is given, and how the parties share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from submodels.text import Text

DerivedData = Literal["user", "supplier", "joint", "contract"]


@dataclass(frozen=True, slots=True)
class Share:
    """A party and its share of the profit in percent; all shares sum to 100 (산업디지털전환촉진법 제9조)."""

    name: Text
    role: Text
    percent: float


@dataclass(frozen=True, slots=True)
class Terms:
    """``term`` and ``secrecy`` are durations (ISO 8601: ``P1Y``, ``P6M``, ``P30D``), ``territory`` countries
    (ISO 3166: ``KR``, ``KR, JP``) or ``WORLD``. ``derived_data``: whose data made from the product are;
    ``contract`` leaves it to the contract. ``personal_data`` needs a ``personal_data_basis``: why they may be
    given (consent, pseudonymised …). ``trade_secret_columns``: each needs its decision in
    ``[cleaning.secrets]``."""

    contract: str = "제공형"
    grant: str = "이용허락"
    exclusive: bool = False
    purpose: Text = field(default_factory=dict)
    term: str = "P1Y"
    territory: str = "KR"
    resupply: bool = False
    ai_training: bool = True
    derived_data: DerivedData = "contract"
    attribution: bool = True
    secrecy: str = ""
    audit: bool = False
    personal_data: bool = False
    personal_data_basis: Text = field(default_factory=dict)
    trade_secret: Text = field(default_factory=dict)
    trade_secret_columns: tuple[str, ...] = ()
    national_core_technology: bool = False
    warranty: Text = field(default_factory=dict)
    liability_cap: str = "계약금액"
    deletion_at_end: bool = True
    parties: tuple[Share, ...] = ()
