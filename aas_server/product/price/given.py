"""What a cost sheet is reckoned from, whoever wrote it: a recipe's ``[costing]`` or a file of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from aas_server.messages import in_all
from aas_server.product.price import costs, sheet, tables
from aas_server.product.price.costs import Costs, Kind, Worked
from aas_server.product.price.sheet import Method, Sheet
from aas_server.product.price.tables import Rates
from aas_server.product.recipe import Costing, Labour
from aas_server.product.recipe.costing import Item
from aas_server.product.recipe.fault import Fault, Place
from aas_server.product.report.format import exact
from submodels.text import both

KINDS: dict[str, Kind] = {
    "general": "general",
    "일반": "general",
    "기술료": "technology-fee",
    "technologyfee": "technology-fee",
    "외주가공비": "outsourcing",
    "outsourcing": "outsourcing",
}
"""What people write as an item's kind, without blanks and marks."""


@dataclass(frozen=True, slots=True)
class Given:
    """Rates are fractions; ``None`` for the class's cap. ``year``: of the wage table, ``None`` for the newest."""

    method: Method
    cost_class: str
    year: int | None
    costs: Costs
    general: Decimal | None = None
    profit: Decimal | None = None
    overhead: Decimal = Decimal("1.4")
    technology: Decimal = Decimal("0.2")


def reckoned(given: Given, rates: Rates) -> Sheet:
    """The cost sheet. Raises ``Fault`` for an unknown class, year or role and a rate over its cap."""
    kind = rates.cost_class(given.cost_class)
    wages = tables.wages(given.year)
    if given.method == "software":
        return sheet.software(given.costs, rates, wages, given.overhead, given.technology)
    return sheet.statute(given.costs, kind, rates, wages, given.general, given.profit)


def of_recipe(costing: Costing) -> Given:
    """A recipe's ``[costing]``, whose rates are percent. Raises ``Fault`` for a number that is none."""
    materials = [("materials", costing.materials)]
    expenses = [
        ("expenses", costing.expenses),
        ("outsourcing", costing.outsourcing),
        ("technology_fee", costing.technology_fee),
    ]
    return Given(
        method="statute" if costing.method == "statute" else "software",
        cost_class=costing.cost_class,
        year=costing.year,
        costs=Costs(
            labour=worked(costing.labour),
            materials=(*_lumps(materials), *items(costing.material, "material")),
            expenses=(*_lumps(expenses), *items(costing.expense, "expense")),
        ),
        general=_percent(costing.admin_rate, "admin_rate"),
        profit=_percent(costing.profit_rate, "profit_rate"),
        overhead=costs.decimal(costing.overhead_rate, ("overhead_rate",)).scaleb(-2),
        technology=costs.decimal(costing.technology_rate, ("technology_rate",)).scaleb(-2),
    )


def worked(labour: Sequence[Labour]) -> tuple[Worked, ...]:
    """Lines of work with their places. Raises ``Fault``."""
    found = []
    for number, one in enumerate(labour):
        place: Place = ("labour", number)
        if not one.role.strip():
            raise Fault((*place, "role"), "labour-nameless")
        wage = None if one.wage is None else costs.decimal(one.wage, (*place, "wage"), costs.MOST)
        if wage == 0:
            raise Fault((*place, "wage"), "labour-none", name="wage", role=one.role)
        persons = costs.decimal(one.persons, (*place, "persons"))
        months = costs.decimal(one.months, (*place, "months"))
        found.append(Worked(one.role, months, int(persons), wage, place))
    return tuple(found)


def items(bought: Sequence[Item], entry: str) -> tuple[costs.Item, ...]:
    """Materials or expenses with their places. Raises ``Fault``."""
    found = []
    for number, one in enumerate(bought):
        place: Place = (entry, number)
        if not one.name.strip():
            raise Fault((*place, "name"), "cost-item-nameless")
        kind = KINDS.get(tables.plain(one.kind))
        if kind is None:
            raise Fault((*place, "kind"), "cost-kind-unknown", kind=one.kind, known="general, 기술료, 외주가공비")
        amount = costs.decimal(one.amount, (*place, "amount"), costs.MOST)
        found.append(costs.Item(_named(one.name, kind), amount, kind, place))
    return tuple(found)


def _named(name: str, kind: Kind) -> dict[str, str]:
    if kind == "general":
        return dict(both(name, name))
    return dict(in_all("cost-item-of-kind", name=name, kind=in_all(f"cost-kind-{kind}")))


def _lumps(sums: Sequence[tuple[str, int]]) -> list[costs.Item]:
    """Sums that are not itemised, as one item each; nothing spent is no item."""
    kinds: dict[str, Kind] = {"outsourcing": "outsourcing", "technology_fee": "technology-fee"}
    found = []
    for name, given in sums:
        amount = costs.decimal(given, (name,))
        if amount:
            title = dict(in_all(f"cost-lump-{name.replace('_', '-')}"))
            found.append(costs.Item(title, amount, kinds.get(name, "general"), (name,)))
    return found


def _percent(rate: float | None, entry: str) -> Decimal | None:
    """A recipe's rate, which is percent. Raises ``Fault`` for one below 1, which is a fraction by mistake: the
    file of ``aas price`` writes ``profit_rate`` as one, and 0.1 % would be taken without a word."""
    if rate is None:
        return None
    percent = costs.decimal(rate, (entry,))
    if 0 < percent < 1:
        raise Fault((entry,), "rate-below-one", name=entry, rate=exact(percent), percent=exact(percent * 100))
    return percent.scaleb(-2)
