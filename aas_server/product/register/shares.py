"""A statement: what the product earned in a period, and what each party gets of it.

Source of the sharing: 산업디지털전환촉진법 제9조 (who generates data may profit by them).
All amounts are whole won. A party's part is cut to whole won (원 미만 절사); what the cuts leave over goes to the
party with the largest share, so that the parts sum to what is shared out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from aas_server import written
from aas_server.errors import BadInput
from aas_server.messages import in_all
from aas_server.product.register.terms import NEAR, fraction
from aas_server.product.report.format import exact
from submodels.licensing import Party
from submodels.text import Text

MOST_WON = 10**15
"""Beyond this an amount is a slip of the hand."""


@dataclass(frozen=True, slots=True)
class Item:
    """A sale or a cost in won, without VAT. ``buyer`` or ``name`` says which."""

    amount: int
    buyer: str = ""
    name: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """The file that is settled: ``[[sale]]`` and ``[[cost]]`` (what is taken off before sharing)."""

    period: str
    sale: tuple[Item, ...]
    cost: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What a party gets in won; ``rest`` of it is what the cuts left over."""

    name: Text
    role: Text
    percent: float
    amount: int
    rest: int = 0


@dataclass(frozen=True, slots=True)
class Settlement:
    """``profit`` = ``sales`` − ``costs``; ``parts`` sum to it. A loss is shared out to nobody."""

    period: str
    sales: int
    costs: int
    profit: int
    parts: tuple[Part, ...]


def read(file: Path) -> Statement:
    """Read a statement. Raises ``BadInput`` with file, line and remedy."""
    source = written.text(file)
    statement = written.parsed(source, Statement, str(file))
    if not statement.sale:
        raise written.wrong(source, str(file), (), in_all("statement-no-sale"))
    for kind, items in (("sale", statement.sale), ("cost", statement.cost)):
        for number, item in enumerate(items):
            if not 0 <= item.amount <= MOST_WON:
                raise written.wrong(
                    source, str(file), (kind, number, "amount"), in_all("statement-amount", amount=item.amount)
                )
    return statement


def settle(statement: Statement, parties: Sequence[Party]) -> Settlement:
    """Share out what is earned. Raises ``BadInput`` unless the shares sum to 100."""
    sales = sum(item.amount for item in statement.sale)
    costs = sum(item.amount for item in statement.cost)
    whole = sum(map(fraction, parties), Fraction(0))
    if abs(whole - 100) > NEAR:
        raise BadInput("licence-shares-sum", sum=exact(float(whole)))
    profit = sales - costs
    shared = max(profit, 0)
    cut = [int(shared * fraction(party) / whole) for party in parties]
    heaviest = max(range(len(parties)), key=lambda place: (fraction(parties[place]), -place))
    rest = shared - sum(cut)
    parts = [
        Part(party.name, party.role, party.share, amount + rest, rest)
        if place == heaviest
        else Part(party.name, party.role, party.share, amount)
        for place, (party, amount) in enumerate(zip(parties, cut, strict=True))
    ]
    return Settlement(statement.period, sales, costs, profit, tuple(parts))
