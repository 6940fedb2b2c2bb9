"""Licensing (own; ODRL 2.2): who may do what with the product, and how the parties share what it earns."""

from __future__ import annotations

from dataclasses import dataclass

from submodels.text import Text

KIND = "Licensing"


@dataclass(frozen=True, slots=True)
class Party:
    """A generator of the data and its share of the profit in percent; all shares sum to 100."""

    name: Text
    role: Text
    share: float


@dataclass(frozen=True, slots=True)
class Licensing:
    """``contract``: 제공형, 창출형, 가공서비스형, 중개거래형; ``permissions`` are ODRL actions."""

    id: str
    policy: str
    contract: str
    grant: str
    exclusive: bool
    purpose: Text
    term: str
    territory: str
    resupply: bool
    derived_data_owner: Text
    ai_training: bool
    personal_data: bool
    trade_secret: Text
    national_core_technology: bool
    warranty: Text
    liability_cap: str
    deletion_at_end: bool
    permissions: tuple[str, ...]
    prohibitions: tuple[str, ...]
    parties: tuple[Party, ...]
    sample_license: str
    target: str
