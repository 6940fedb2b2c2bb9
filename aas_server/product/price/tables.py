"""The rate and wage tables as the files give them: caps, guide ranges, monthly wages, each with its source."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import msgspec

from aas_server.messages import in_all
from aas_server.product.recipe.fault import Fault, Place
from submodels.text import Text

_FOLDER = Path(__file__).parent
_DOTS = "\u318d\u119e"


@dataclass(frozen=True, slots=True)
class CostClass:
    """A row of the rate table: the caps in percent. ``names``: what it is called, the statute's own name first;
    ``grouped``: what it is called where its group stands before it (``용역: 기타``)."""

    id: str
    title: Text
    group: str
    names: tuple[str, ...]
    admin: Decimal
    profit: Decimal
    grouped: tuple[str, ...] = ()


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
    groups: Mapping[str, tuple[str, ...]]
    classes: Mapping[str, CostClass]

    def cost_class(self, name: str, place: Place = ("class",)) -> CostClass:
        """The class by its id, title or one of its names; blanks and marks don't matter (``용역:기타``).
        Raises ``Fault`` with the classes there are."""
        wanted = plain(name)
        for one in self.classes.values():
            if wanted and wanted in set(self._called(one)):
                return one
        known = ", ".join(one.names[0] for one in self.classes.values())
        raise Fault(place, "cost-class-unknown", name=name, known=known)

    def _called(self, one: CostClass) -> Iterator[str]:
        for name in (one.id, *one.title.values(), *one.names):
            yield plain(name)
        for group in self.groups[one.group]:
            yield from (plain(group + name) for name in (*one.names, *one.grouped))


@dataclass(frozen=True, slots=True)
class Role:
    title: Text
    month: int


@dataclass(frozen=True, slots=True)
class Wages:
    """A year's table: won a month."""

    source: str
    year: int
    role: tuple[Role, ...]

    def wage(self, name: str, place: Place = ("labour",)) -> Role:
        """The role by its Korean or English name. Raises ``Fault`` with the roles there are."""
        wanted = plain(name)
        for role in self.role:
            if wanted in map(plain, role.title.values()):
                return role
        known = ", ".join(role.title["ko"] for role in self.role)
        raise Fault(place, "wage-role-unknown", role=name, year=self.year, known=known)


def plain(name: str) -> str:
    """A name without blanks, marks and case, for comparing. ``ㆍ`` (U+318D), what Korean keyboards give for
    a middle dot, is a letter to Unicode; some systems part syllables into their letters (NFD)."""
    composed = unicodedata.normalize("NFC", name).casefold()
    return "".join(letter for letter in composed if letter.isalnum() and letter not in _DOTS)


@cache
def rates() -> Rates:
    """The statute's caps and the software guide's ranges (``rates.toml``)."""
    raw = msgspec.toml.decode((_FOLDER / "rates.toml").read_bytes())
    raw["classes"] = {
        name: {"id": name, "title": in_all(f"cost-class-{name}"), **row} for name, row in raw.pop("class").items()
    }
    return msgspec.convert(raw, Rates)


def years() -> tuple[int, ...]:
    """The years that a wage table is there for, oldest first."""
    return tuple(sorted(int(file.stem) for file in (_FOLDER / "wages").glob("*.toml")))


@cache
def wages(year: int | None = None, place: Place = ("year",)) -> Wages:
    """Monthly wages by role of a year (``wages/<year>.toml``), of the newest one if none is named.
    Raises ``Fault`` with the years there are."""
    there = years()
    if year is not None and year not in there:
        raise Fault(place, "wage-year-unknown", year=year, known=", ".join(map(str, there)))
    return msgspec.toml.decode((_FOLDER / "wages" / f"{year or there[-1]}.toml").read_bytes(), type=Wages)
