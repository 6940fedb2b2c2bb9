"""The rate and wage tables as the files give them: caps, guide ranges, monthly wages, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import msgspec

from aas_server.errors import BadInput
from aas_server.messages import in_all
from submodels.text import Text

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class CostClass:
    """A row of the rate table: the caps in percent."""

    title: Text
    admin: Decimal
    profit: Decimal


@dataclass(frozen=True, slots=True)
class Span:
    """A guide's range in percent, both ends included."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class SoftwareGuide:
    source: str
    overhead: Span
    technology: Span


@dataclass(frozen=True, slots=True)
class Vat:
    percent: Decimal
    article: str


@dataclass(frozen=True, slots=True)
class Rates:
    source: str
    in_force: date
    article_sheet: str
    article_admin: str
    article_profit: str
    vat: Vat
    software: SoftwareGuide
    classes: Mapping[str, CostClass]

    def cost_class(self, name: str) -> CostClass:
        """Raises ``BadInput`` with the classes there are."""
        if name not in self.classes:
            raise BadInput("cost-class-unknown", name=name, known=", ".join(self.classes))
        return self.classes[name]


@dataclass(frozen=True, slots=True)
class Role:
    title: Text
    month: int


@dataclass(frozen=True, slots=True)
class Wages:
    source: str
    year: int
    role: tuple[Role, ...]

    def wage(self, name: str) -> Role:
        """The role by its Korean or English name. Raises ``BadInput`` with the roles there are."""
        for role in self.role:
            if name in role.title.values():
                return role
        known = ", ".join(role.title["ko"] for role in self.role)
        raise BadInput("wage-role-unknown", role=name, year=self.year, known=known)


@cache
def rates() -> Rates:
    """The statute's caps and the software guide's ranges (``rates.toml``)."""
    raw = msgspec.toml.decode((_FOLDER / "rates.toml").read_bytes())
    raw["classes"] = {
        name: {"title": in_all(f"cost-class-{name}"), **caps} for name, caps in raw.pop("class").items()
    }
    return msgspec.convert(raw, Rates)


@cache
def wages() -> Wages:
    """Monthly wages by role (``wages.toml``)."""
    return msgspec.toml.decode((_FOLDER / "wages.toml").read_bytes(), type=Wages)
