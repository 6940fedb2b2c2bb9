"""What was spent, as exact decimal numbers: work, materials and expenses, each entry with its place."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from aas_server.product.recipe.fault import Fault, Place
from aas_server.product.report.format import exact
from submodels.text import Text

MOST = 10**18
"""Won. Beyond any budget: a slip of the hand."""
MOST_IN_BOOK = 10**15
"""Won. A spreadsheet reckons whole numbers exactly to 15 digits only."""
Kind = Literal["general", "technology-fee", "outsourcing"]


@dataclass(frozen=True, slots=True)
class Worked:
    """``persons`` worked ``months`` each. ``wage``: won a month, in place of the table's."""

    role: str
    months: Decimal
    persons: int = 1
    wage: Decimal | None = None
    place: Place = ("labour",)


@dataclass(frozen=True, slots=True)
class Item:
    """A material or an expense. 기술료 (``technology-fee``) and 외주가공비 (``outsourcing``) bear no profit."""

    name: Text
    amount: Decimal
    kind: Kind = "general"
    place: Place = ()


@dataclass(frozen=True, slots=True)
class Costs:
    labour: tuple[Worked, ...] = ()
    materials: tuple[Item, ...] = ()
    expenses: tuple[Item, ...] = ()


def decimal(number: float, place: Place, most: int = MOST_IN_BOOK) -> Decimal:
    """The decimal number that was written (0.1 is a tenth), without trailing zeros. Raises ``Fault`` for what is
    no number, below zero or beyond ``most``."""
    written = Decimal(str(number))
    name = str(place[-1]) if place else ""
    if not written.is_finite():
        raise Fault(place, "cost-not-a-number", name=name, number=number)
    if written < 0:
        raise Fault(place, "cost-negative", name=name, amount=exact(written))
    if written > most:
        raise Fault(place, "cost-too-large", name=name, most=f"{most:,}")
    whole = written.to_integral_value()
    return whole if written == whole else written.normalize()


def fraction(number: float, place: Place) -> Decimal:
    """A share as a fraction (0.06). Raises ``Fault`` for one over 1, which is a percentage by mistake."""
    share = decimal(number, place)
    if share > 1:
        raise Fault(
            place, "rate-over-one", name=str(place[-1]), rate=exact(share), fraction=exact(share.scaleb(-2))
        )
    return share


def cut(amount: Fraction) -> int:
    """Whole won, what is below a won dropped (원 미만 절사). Exact: no rounding before the cut."""
    return amount.numerator // amount.denominator


def share(amount: int, rate: Decimal) -> int:
    """``rate`` (a fraction) of an amount, cut to whole won."""
    return cut(amount * Fraction(rate))


def percent(rate: Decimal) -> str:
    """A fraction as percent (0.055 → 5.5)."""
    hundredfold = (rate * 100).normalize()
    return f"{hundredfold:f}"
