"""The income and the market approach in the workbook, with the cases that the sensitivity takes from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import product

from aas_server.product.price import approaches, sensitivity
from aas_server.product.price.approaches import PLACES, Assumed
from aas_server.product.price.page import Cell, Live, Page, Pages, decimals, rounded_down
from aas_server.product.recipe.costing import Comparable
from submodels.valuation import IncomeValue, MarketValue


@dataclass(frozen=True, slots=True)
class Valued:
    """An approach's value and its cell; ``cases``: the cell of each changed assumption (driver, percent)."""

    cell: str
    value: int
    cases: dict[tuple[str, int], Live]


def income(pages: Pages, given: Assumed) -> Valued:
    """The sheet of the income approach: assumptions, year by year, and each changed case in a row."""
    value = approaches.income_value(given)
    page = pages.page("costbook-income")
    page.title(page.name)
    page.note(pages.say("costbook-income-formula"))
    page.note(pages.say("costbook-basis", basis=given.basis))
    page.row += 1
    fee, discount, wear = _assumptions(pages, page, given)
    page.row += 1
    page.head([f"costbook-{head}" for head in ("year", "buyers", "factor", "amount")])
    first = page.row
    for year in value.years:
        number, buyers, factor = (page.at(page.row, column) for column in (0, 1, 2))
        page.write(
            [
                year.year,
                year.buyers,
                Live(_factor(number, discount, wear), year.factor),
                Live(rounded_down(f"{buyers}*{fee}*{factor}", _digits(year.factor)), year.amount),
            ],
            ["input", "input", "factor", "won"],
        )
    last = page.row - 1
    row = page.write(
        [pages.say("costbook-sum"), "", "", Live(f"SUM({page.span(first, last, 3)})", value.value)],
        ["sum-text", "sum-text", "sum-text", "sum"],
    )
    page.row += 1
    cases = _income_cases(pages, page, given, first, (fee, discount, wear))
    page.printed(landscape=True)
    return Valued(page.at(row, 3), value.value, cases)


def _assumptions(pages: Pages, page: Page, given: Assumed) -> tuple[str, str, str]:
    """A row each for fee, discount and obsolescence; returns their cells."""
    page.head(["costbook-assumption", "costbook-value"], [26, 16, 14, 18, *[16] * 30])
    fee, discount, wear = (
        page.at(page.write([pages.say(f"costbook-driver-{name}"), number], ["text", style]), 1)
        for name, number, style in (
            ("fee", given.fee, "input"),
            ("discount", given.discount, "percent"),
            ("obsolescence", given.obsolescence, "percent"),
        )
    )
    return fee, discount, wear


def _income_cases(
    pages: Pages, page: Page, given: Assumed, first: int, at: tuple[str, str, str]
) -> dict[tuple[str, int], Live]:
    """A row a case: driver, change, factor on the income, rates, each year, the sum."""
    fee, discount, wear = at
    count = len(given.buyers)
    heads = ("driver", "change", "scale", "discount-rate", "wear-rate")
    page.head([f"costbook-{head}" for head in heads] + ["costbook-amount"] * (count + 1))
    drivers = ("buyers", "fee", "discount", "obsolescence")
    found: dict[tuple[str, int], Live] = {}
    for driver, change in product(drivers, (change for change in sensitivity.CHANGES if change)):
        row = page.row
        by, scale, rate, worn = (page.at(row, column) for column in (1, 2, 3, 4))
        value, case = _income_case(given, driver, change)
        scaled = driver in ("buyers", "fee")
        amounts = (
            f"{page.at(first + n, 1)}*{fee}*{scale}*{_factor(page.at(first + n, 0), rate, worn)}"
            for n in range(count)
        )
        cells: list[Cell] = [
            pages.say(f"costbook-driver-{driver}"),
            change,
            Live(f"1+{by}/100" if scaled else "1", 1 + change / 100 if scaled else 1),
            _moved(discount, by, driver == "discount", case.discount),
            _moved(wear, by, driver == "obsolescence", case.obsolescence),
            *_yearly(amounts, value),
            Live(f"SUM({page.at(row, 5)}:{page.at(row, 4 + count).split('!')[1]})", value.value),
        ]
        page.write(cells, ["text", "input", "factor", "limit", "limit", *["won"] * count, "sum"])
        found[driver, change] = Live(page.at(row, 5 + count), value.value)
    return found


def _yearly(amounts: Iterable[str], value: IncomeValue) -> list[Live]:
    return [
        Live(rounded_down(amount, _digits(year.factor)), year.amount)
        for amount, year in zip(amounts, value.years, strict=True)
    ]


def _income_case(given: Assumed, driver: str, change: int) -> tuple[IncomeValue, Assumed]:
    case = sensitivity.income_case(given, driver, change)
    return approaches.income_value(case.given, case.scale), case.given


def _moved(cell: str, by: str, moved: bool, value: Decimal) -> Live:
    return Live(f"MIN({cell}*(1+{by}/100),1)" if moved else cell, float(value))


def _factor(year: str, discount: str, wear: str) -> str:
    return f"ROUND((1-{wear})^({year}-1)/(1+{discount})^{year},{PLACES})"


def _digits(factor: float) -> int:
    """Decimals of won × factor, and one more for a change by tens of percent."""
    return decimals(Decimal(str(factor))) + 1


def market(pages: Pages, comparables: Sequence[Comparable]) -> Valued:
    """The sheet of the market approach: each comparable with its adjustments, median and range, and changed
    prices beside."""
    value = approaches.market_value(comparables)
    changed = {c: approaches.market_value(comparables, Fraction(100 + c, 100)) for c in sensitivity.CHANGES if c}
    page = pages.page("costbook-market")
    page.title(page.name)
    page.note(pages.say("costbook-market-formula"))
    page.row += 1
    heads = ("item", "price", "source", "date", "adjustments", "factor", "adjusted")
    page.head([f"costbook-{head}" for head in heads] + ["costbook-change"] * len(changed),
              [30, 16, 26, 14, 40, 14, 16, *[16] * len(changed)])  # fmt: skip
    percents = page.write(["", "", "", "", "", "", "", *changed], ["text"] * 7 + ["input"] * len(changed))
    first = page.row
    for number, one in enumerate(value.compared):
        price, factor = page.at(page.row, 1), page.at(page.row, 5)
        cases = [
            Live(
                rounded_down(f"{price}*(1+{page.at(percents, 7 + n)}/100)*{factor}", _digits(one.factor)),
                changed[c].compared[number].adjusted,
            )
            for n, c in enumerate(changed)
        ]
        adjusted = Live(rounded_down(f"{price}*{factor}", _digits(one.factor)), one.adjusted)
        page.write(
            [one.name, one.price, one.source, one.date, one.adjustments, one.factor, adjusted, *cases],
            ["text", "input", "text", "text", "text", "factor", "won", *["won"] * len(cases)],
        )
    row = _market_sums(pages, page, first, (value, *changed.values()))
    page.printed(landscape=True)
    found = {("prices", c): Live(page.at(row, 6 + n), changed[c].median) for n, c in enumerate(changed, 1)}
    return Valued(page.at(row, 6), value.median, found)


def _market_sums(pages: Pages, page: Page, first: int, values: Sequence[MarketValue]) -> int:
    """Least, greatest and median below the rows from ``first`` on: of the prices, and the median of each changed
    case beside. Returns the medians' row."""
    last, blank = page.row - 1, [""] * 5
    ranges = [page.span(first, last, 6 + n) for n in range(len(values))]
    for name, function, figure in (("low", "MIN", values[0].low), ("high", "MAX", values[0].high)):
        least = Live(f"{function}({ranges[0]})", figure)
        page.write([pages.say(f"costbook-{name}est"), *blank, least], ["text"] * 6 + ["won"])
    medians = [Live(f"ROUNDDOWN(MEDIAN({span}),0)", one.median) for span, one in zip(ranges, values, strict=True)]
    return page.write([pages.say("costbook-median"), *blank, *medians], ["sum-text"] * 6 + ["sum"] * len(medians))
