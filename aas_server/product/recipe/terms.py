"""``[terms]``: under which contract the product is given, and how the parties share."""

from __future__ import annotations

from dataclasses import dataclass, field

from submodels.text import Text


@dataclass(frozen=True, slots=True)
class Share:
    name: Text
    role: Text
    percent: float


@dataclass(frozen=True, slots=True)
class Terms:
    contract: str = "제공형"
    grant: str = "이용허락"
    exclusive: bool = False
    purpose: Text = field(default_factory=dict)
    term: str = "P1Y"
    territory: str = "KR"
    resupply: bool = False
    ai_training: bool = True
    personal_data: bool = False
    trade_secret: Text = field(default_factory=dict)
    national_core_technology: bool = False
    liability_cap: str = "계약금액"
    deletion_at_end: bool = True
    parties: tuple[Share, ...] = ()
